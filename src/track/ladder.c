#include "ladder_inside.h"

#include "clocks_inside.h"
#include "text/mask.h"
#include "track/later.h"

static const struct ladder_terms *terms_of(const struct turn *turn, const struct climb *climb)
{
    return definitions_ladder(turn->definitions, climb->definition);
}

static bool is_rung(const struct climb *climb, unsigned step)
{
    return climb->rung & UINT32_C(1) << step;
}

/* The next step that can be told as things stand; the step count: none. An acknowledgement holds
 * back those that wait for none. */
static unsigned next_step(const struct climb *climb, const struct ladder_terms *terms)
{
    unsigned step = climb->next;
    while (
        step < terms->step_count &&
        (is_rung(climb, step) || (climb->acknowledged && terms->steps[step].unless_acknowledged)))
        step++;
    return step;
}

/* The clock that it climbs for; NULL: it is about the ticket. */
static const struct clock *clock_of(const struct turn *turn, const struct climb *climb)
{
    return ticket_clock_of(turn->ticket, climb->subject);
}

/* Whom the ladder tells next, and when, as things stand. */
static void foresee(const struct climb *climb, const struct ladder_terms *terms,
                    struct notice *notice)
{
    unsigned next = next_step(climb, terms);
    const struct later *later = later_next(climb, terms);
    time_ms at = TIME_NEVER;
    if (next < terms->step_count)
        at = later_opening(&terms->steps[next], climb->since + terms->steps[next].after);
    if (later && later->at <= at) {
        next = later->step;
        at = later->at;
    }
    if (climb->restart_at <= at) {
        next = 0;
        at = climb->restart_at;
    }
    if (at == TIME_NEVER)
        return;
    notice->next_level = terms->steps[next].level;
    notice->next_at = at;
}

struct notice *ladder_notice(struct turn *turn, const struct climb *climb, unsigned step,
                             enum notice_status status)
{
    const struct ladder_terms *terms = terms_of(turn, climb);
    struct notice *notice = turn_notice(turn, clock_of(turn, climb));
    notice->level = terms->steps[step].level;
    notice->step = (int)step + 1;
    notice->status = status;
    notice->trigger = str_from(trigger_name(climb->trigger));
    notice->ladder = terms->name;
    notice->since = climb->since;
    notice->pace = notice_pace(terms->group_wait, terms->group_interval[turn->ticket->band]);
    if (status != NOTICE_RESOLVED)
        foresee(climb, terms, notice);
    return notice;
}

/* One notice for every step of the set. */
static void tell_steps(struct turn *turn, const struct climb *climb, uint32_t steps,
                       enum notice_status status, struct str by)
{
    const struct ladder_terms *terms = terms_of(turn, climb);
    for (unsigned step = 0; terms && step < terms->step_count; step++) {
        if (steps & UINT32_C(1) << step)
            ladder_notice(turn, climb, step, status)->by = by;
    }
}

/* And for every step that was told. */
static void tell_told(struct turn *turn, const struct climb *climb, enum notice_status status,
                      struct str by)
{
    tell_steps(turn, climb, climb->told, status, by);
}

static const char *const timer_words[] = { "", " put off", " again" };
enum telling { TOLD, PUT_OFF, TOLD_AGAIN };

/* The terms of its clock; of what is about no clock those of its SLA. */
static struct str terms_name(const struct turn *turn, const struct clock *about)
{
    const struct sla_terms *terms =
        definitions_sla(turn->definitions, about ? about->definition : clocks_sla(turn));
    return terms ? terms->name : STR_NONE;
}

/* What escalations and their steps are asked about. */
static struct facts facts_about(const struct turn *turn, enum trigger trigger, int subject)
{
    struct facts facts = turn_facts(turn, str_from(trigger_name(trigger)));
    const struct clock *clock = ticket_clock_of(turn->ticket, subject);
    facts.clock = clock ? clock_name(clock) : STR_NONE;
    facts.sla = terms_name(turn, clock);
    return facts;
}

static bool step_matches(struct turn *turn, const struct climb *climb,
                         const struct ladder_terms_step *step)
{
    if (!step->matcher)
        return true;
    struct facts facts = facts_about(turn, climb->trigger, climb->subject);
    return matcher_matches(step->matcher, &facts);
}

/* Of the ladder that the configuration has: one that it had counts nowhere. */
static void count_step(struct turn *turn, const struct climb *climb, unsigned step)
{
    const struct config *config = turn->config;
    for (size_t i = 0; i < config->escalation_count; i++) {
        if (definitions_ladder_hash(turn->definitions, i) != climb->definition)
            continue;
        rule_hit(turn->hits, config->ladders[config->escalations[i].ladder].steps[step].rule);
        return;
    }
}

/* Unless its conditions say otherwise; outside its hours it waits for them. */
static enum telling tell_step(struct turn *turn, struct climb *climb, unsigned step,
                              struct str before)
{
    const struct ladder_terms_step *rule = &terms_of(turn, climb)->steps[step];
    time_ms now = turn->moment->now, opening = later_opening(rule, now);
    struct later later = { step, 0, opening };
    if (opening > now) {
        later_put(climb, later, turn->arena);
        return PUT_OFF;
    }
    later_drop(climb, step);
    if (!step_matches(turn, climb, rule))
        return TOLD;
    climb->told |= UINT32_C(1) << step;
    climb->rung |= UINT32_C(1) << step;
    later.at = now;
    if (later_again(rule, &later, now))
        later_put(climb, later, turn->arena);
    count_step(turn, climb, step);
    ladder_notice(turn, climb, step, NOTICE_FIRING)->by = before;
    return TOLD;
}

/* Takes the next step. */
static enum telling climb_step(struct turn *turn, struct climb *climb, struct str before)
{
    unsigned step = next_step(climb, terms_of(turn, climb));
    climb->next = step + 1;
    return tell_step(turn, climb, step, before);
}

/* Whom a step told hears it again, and it is known when for the next time. */
static enum telling tell_again(struct turn *turn, struct climb *climb, struct later later)
{
    const struct ladder_terms_step *rule = &terms_of(turn, climb)->steps[later.step];
    struct later next = later;
    if (later_again(rule, &next, turn->moment->now))
        later_put(climb, next, turn->arena);
    else
        later_drop(climb, later.step);
    if (step_matches(turn, climb, rule))
        ladder_notice(turn, climb, later.step, NOTICE_FIRING)->repeat = (int)later.again;
    return TOLD_AGAIN;
}

/* Starts at the foot; what needs no waiting happens now. `before`: who had taken it, and did not
 * bring it to an end; absent: nobody had. */
static void ascend(struct turn *turn, struct climb *climb, struct str before)
{
    const struct ladder_terms *terms = terms_of(turn, climb);
    climb->since = turn->moment->now;
    climb->next = 0;
    climb->rung = 0;
    climb->acknowledged = false;
    climb->restart_at = TIME_NEVER;
    climb->by = STR_NONE;
    climb->later_count = 0;
    while (climb->next < terms->step_count && terms->steps[climb->next].after <= 0)
        climb_step(turn, climb, before);
}

static bool rule_applies(const struct turn *turn, const struct config_escalation *rule,
                         enum trigger trigger, int subject)
{
    const struct ticket *ticket = turn->ticket;
    if (!rule->on[trigger])
        return false;
    if (trigger == TRIGGER_BAND && !rule->bands[ticket->band])
        return false;
    if (trigger == TRIGGER_REOPENED && ticket->reopens < rule->reopened)
        return false;
    if (!rule->matcher)
        return true;
    struct facts facts = facts_about(turn, trigger, subject);
    return matcher_matches(rule->matcher, &facts);
}

static struct climb *find_climb(struct ticket *ticket, enum trigger trigger, int subject)
{
    for (size_t i = 0; i < ticket->climb_count; i++) {
        if (ticket->climbs[i].trigger == trigger && ticket->climbs[i].subject == subject)
            return &ticket->climbs[i];
    }
    return NULL;
}

/* What it is about lasts, so that to hear of it once more is no news to who has taken it. */
static bool is_lasting(enum trigger trigger)
{
    return trigger == TRIGGER_BAND || trigger == TRIGGER_MANAGER || trigger == TRIGGER_UNROUTED;
}

static void start(struct turn *turn, enum trigger trigger, int subject, bool again,
                  uint64_t definition)
{
    int band = trigger == TRIGGER_BAND ? turn->ticket->band : -1;
    struct climb *climb = find_climb(turn->ticket, trigger, subject);
    if (climb && (!climb->acknowledged || is_lasting(trigger)) && climb->band == band && !again)
        return;
    /* Another ladder than before: its steps are others, so those told must hear the end of it. */
    if (climb && climb->definition != definition)
        tell_told(turn, climb, NOTICE_RESOLVED, STR("restarted"));
    if (!climb)
        climb = ticket_add_climb(turn->ticket, turn->arena);
    uint32_t told = climb->definition == definition ? climb->told : 0;
    *climb = (struct climb){
        .definition = definition, .trigger = trigger, .subject = subject, .band = band, .told = told
    };
    ascend(turn, climb, STR_NONE);
}

static void trigger_about(struct turn *turn, enum trigger trigger, int subject, time_ms when,
                          bool again)
{
    const struct config *config = turn->config;
    if (when < config->quiet_before || turn->event->initial)
        return;
    for (size_t i = 0; i < config->escalation_count; i++) {
        const struct config_escalation *rule = &config->escalations[i];
        if (!rule_applies(turn, rule, trigger, subject))
            continue;
        rule_hit(turn->hits, rule->rule);
        start(turn, trigger, subject, again, definitions_ladder_hash(turn->definitions, i));
        return;
    }
}

void ladder_trigger(struct turn *turn, enum trigger trigger, time_ms when)
{
    trigger_about(turn, trigger, -1, when, false);
}

void ladder_trigger_clock(struct turn *turn, enum trigger trigger, int subject, time_ms when,
                          bool again)
{
    trigger_about(turn, trigger, subject, when, again);
}

/* "breach step 2", with what is special about it. */
static void name_timer(struct turn *turn, const struct climb *climb, unsigned step,
                       enum telling telling)
{
    turn->timer = arena_printf(turn->arena, "%s step %u%s", trigger_name(climb->trigger), step + 1,
                               timer_words[telling]);
}

void ladder_fire(struct turn *turn, struct climb *climb)
{
    const struct ladder_terms *terms = terms_of(turn, climb);
    struct later *later = later_next(climb, terms);
    if (climb->restart_at <= turn->at) {
        turn->timer = arena_printf(turn->arena, "%s acknowledgement", trigger_name(climb->trigger));
        ascend(turn, climb, climb->by);
    } else if (later && later->at <= turn->at) {
        struct later due = *later;
        name_timer(turn, climb, due.step,
                   due.again > 0 ? tell_again(turn, climb, due)
                                 : tell_step(turn, climb, due.step, STR_NONE));
    } else {
        unsigned step = next_step(climb, terms);
        name_timer(turn, climb, step, climb_step(turn, climb, STR_NONE));
    }
}

/* "breach" and "band" name a kind of trigger, "breach response" and "band P1" that very one. */
static bool concerns(const struct turn *turn, const struct climb *climb, struct str trigger)
{
    struct str kind = str_from(trigger_name(climb->trigger));
    const struct clock *clock = clock_of(turn, climb);
    struct str which = clock              ? clock_name(clock)
                       : climb->band >= 0 ? str_from(band_name(climb->band))
                                          : STR_NONE;
    if (str_empty(trigger) || str_equal(trigger, kind))
        return true;
    return str_present(which) && trigger.size > kind.size && str_starts(trigger, kind) &&
           trigger.data[kind.size] == ' ' &&
           str_equal((struct str){ trigger.data + kind.size + 1, trigger.size - kind.size - 1 },
                     which);
}

/* As long as the configuration trusts an answer, or as the answer says, within reason: one that has
 * run out when it is read says nothing of it. */
static time_ms answer_end(const struct turn *turn)
{
    const struct config *config = turn->config;
    time_ms now = turn->moment->now, due = turn->event->due;
    if (due == TIME_NEVER || due <= now)
        return now + config->ack_timeout[turn->ticket->band];
    return time_min(due, now + config->max_silence);
}

/* Every level that was told hears who has taken it, and what they said. */
static void tell_answer(struct turn *turn, const struct climb *climb)
{
    const struct told *last = NULL;
    struct str said = mask_personal(turn->event->reason, turn->arena);
    for (const struct told *told = turn->told; told; told = told->next)
        last = told;
    tell_told(turn, climb, NOTICE_ACKNOWLEDGED, climb->by);
    for (struct told *told = last ? last->next : turn->told; told; told = told->next)
        told->notice.comment = said;
}

struct ladder_answer ladder_acknowledge(struct turn *turn, struct str trigger, struct str by)
{
    struct ladder_answer answer = { 0, 0 };
    struct ticket *ticket = turn->ticket;
    for (size_t i = 0; i < ticket->climb_count; i++) {
        struct climb *climb = &ticket->climbs[i];
        if (!concerns(turn, climb, trigger))
            continue;
        answer.concerned++;
        if (climb->acknowledged)
            continue;
        answer.changed++;
        climb->acknowledged = true;
        climb->restart_at = answer_end(turn);
        climb->by = by;
        tell_answer(turn, climb);
    }
    return answer;
}

/* Repetitions that the answer held back are not made up for. */
static void catch_up(struct turn *turn, struct climb *climb)
{
    const struct ladder_terms *terms = terms_of(turn, climb);
    time_ms now = turn->moment->now;
    for (size_t i = climb->later_count; i-- > 0;) {
        struct later *later = &climb->laters[i];
        if (later->again > 0 && later->at <= now &&
            !later_again(&terms->steps[later->step], later, now))
            later_drop(climb, later->step);
    }
}

struct ladder_answer ladder_unacknowledge(struct turn *turn, struct str trigger, struct str by)
{
    struct ladder_answer answer = { 0, 0 };
    struct ticket *ticket = turn->ticket;
    for (size_t i = 0; i < ticket->climb_count; i++) {
        struct climb *climb = &ticket->climbs[i];
        if (!concerns(turn, climb, trigger))
            continue;
        answer.concerned++;
        if (!climb->acknowledged)
            continue;
        answer.changed++;
        climb->acknowledged = false;
        climb->restart_at = TIME_NEVER;
        climb->by = STR_NONE;
        /* Steps skipped for the answer's sake are still owed; who was told in the ascent before
         * this one hears of it at the step's own time. */
        climb->next = 0;
        catch_up(turn, climb);
        tell_steps(turn, climb, climb->rung, NOTICE_FIRING, by);
    }
    return answer;
}

void ladder_end(struct turn *turn, enum trigger trigger, struct str by)
{
    struct ticket *ticket = turn->ticket;
    size_t kept = 0;
    for (size_t i = 0; i < ticket->climb_count; i++) {
        if (ticket->climbs[i].trigger == trigger)
            tell_told(turn, &ticket->climbs[i], NOTICE_RESOLVED, by);
        else
            ticket->climbs[kept++] = ticket->climbs[i];
    }
    ticket->climb_count = kept;
}

void ladder_end_clock(struct turn *turn, int subject, struct str by)
{
    struct ticket *ticket = turn->ticket;
    size_t kept = 0;
    for (size_t i = 0; i < ticket->climb_count; i++) {
        if (ticket->climbs[i].subject == subject)
            tell_told(turn, &ticket->climbs[i], NOTICE_RESOLVED, by);
        else
            ticket->climbs[kept++] = ticket->climbs[i];
    }
    ticket->climb_count = kept;
}

void ladder_end_all(struct turn *turn, struct str by)
{
    for (size_t i = 0; i < turn->ticket->climb_count; i++)
        tell_told(turn, &turn->ticket->climbs[i], NOTICE_RESOLVED, by);
    turn->ticket->climb_count = 0;
}

void ladder_move_all(struct turn *turn, struct str from)
{
    struct ticket *ticket = turn->ticket;
    struct str to = ticket->department;
    for (size_t i = 0; i < ticket->climb_count; i++) {
        struct climb *climb = &ticket->climbs[i];
        ticket->department = from;
        tell_told(turn, climb, NOTICE_RESOLVED, STR("moved"));
        ticket->department = to;
        climb->told = climb->rung;
        tell_told(turn, climb, climb->acknowledged ? NOTICE_ACKNOWLEDGED : NOTICE_FIRING,
                  climb->by);
    }
}

time_ms climb_deadline(const struct climb *climb, const struct definitions *definitions)
{
    const struct ladder_terms *terms = definitions_ladder(definitions, climb->definition);
    time_ms first = climb->restart_at;
    if (!terms)
        return first;
    unsigned step = next_step(climb, terms);
    const struct later *later = later_next(climb, terms);
    if (step < terms->step_count)
        first = time_min(first, climb->since + terms->steps[step].after);
    return later ? time_min(first, later->at) : first;
}
