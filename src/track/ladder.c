#include "track/ladder.h"

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

static struct notice *add_notice(struct turn *turn, const struct climb *climb, unsigned step,
                                 enum notice_status status)
{
    const struct ladder_terms *terms = terms_of(turn, climb);
    unsigned next = next_step(climb, terms);
    struct notice *notice = turn_notice(turn, clock_of(turn, climb));
    notice->level = terms->steps[step].level;
    notice->step = (int)step + 1;
    notice->status = status;
    notice->trigger = str_from(trigger_name(climb->trigger));
    notice->ladder = terms->name;
    notice->since = climb->since;
    if (status == NOTICE_RESOLVED)
        return notice;
    if (climb->acknowledged) {
        notice->next_level = terms->steps[0].level;
        notice->next_at = climb->restart_at;
    } else if (next < terms->step_count) {
        notice->next_level = terms->steps[next].level;
        notice->next_at = climb->since + terms->steps[next].after;
    }
    return notice;
}

/* One notice for every step of the set. */
static void tell_steps(struct turn *turn, const struct climb *climb, uint32_t steps,
                       enum notice_status status, struct str by)
{
    const struct ladder_terms *terms = terms_of(turn, climb);
    for (unsigned step = 0; terms && step < terms->step_count; step++) {
        if (steps & UINT32_C(1) << step)
            add_notice(turn, climb, step, status)->by = by;
    }
}

/* And for every step that was told. */
static void tell_told(struct turn *turn, const struct climb *climb, enum notice_status status,
                      struct str by)
{
    tell_steps(turn, climb, climb->told, status, by);
}

/* Takes the next step; tells it unless its conditions say otherwise. */
static void climb_step(struct turn *turn, struct climb *climb, const struct ladder_terms *terms)
{
    unsigned step = next_step(climb, terms);
    const struct ladder_terms_step *rule = &terms->steps[step];
    climb->next = step + 1;
    struct facts facts = turn_facts(turn, str_from(trigger_name(climb->trigger)));
    if (rule->matcher && !matcher_matches(rule->matcher, &facts))
        return;
    climb->told |= UINT32_C(1) << step;
    climb->rung |= UINT32_C(1) << step;
    add_notice(turn, climb, step, NOTICE_FIRING);
}

/* Starts at the foot; what needs no waiting happens now. */
static void ascend(struct turn *turn, struct climb *climb)
{
    const struct ladder_terms *terms = terms_of(turn, climb);
    climb->since = turn->moment->now;
    climb->next = 0;
    climb->rung = 0;
    climb->acknowledged = false;
    climb->restart_at = TIME_NEVER;
    climb->by = STR_NONE;
    while (climb->next < terms->step_count && terms->steps[climb->next].after <= 0)
        climb_step(turn, climb, terms);
}

static bool rule_applies(const struct config_escalation *rule, enum trigger trigger,
                         const struct ticket *ticket, const struct facts *facts)
{
    if (!rule->on[trigger])
        return false;
    if (trigger == TRIGGER_BAND && !rule->bands[ticket->band])
        return false;
    if (trigger == TRIGGER_REOPENED && ticket->reopens < rule->reopened)
        return false;
    return !rule->matcher || matcher_matches(rule->matcher, facts);
}

static struct climb *find_climb(struct ticket *ticket, enum trigger trigger, int subject)
{
    for (size_t i = 0; i < ticket->climb_count; i++) {
        if (ticket->climbs[i].trigger == trigger && ticket->climbs[i].subject == subject)
            return &ticket->climbs[i];
    }
    return NULL;
}

static void start(struct turn *turn, enum trigger trigger, int subject, bool again,
                  uint64_t definition)
{
    int band = trigger == TRIGGER_BAND ? turn->ticket->band : -1;
    struct climb *climb = find_climb(turn->ticket, trigger, subject);
    if (climb && !climb->acknowledged && climb->band == band && !again)
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
    ascend(turn, climb);
}

static void trigger_about(struct turn *turn, enum trigger trigger, int subject, time_ms when,
                          bool again)
{
    const struct config *config = turn->config;
    if (when < config->quiet_before || turn->event->initial)
        return;
    struct facts facts = turn_facts(turn, str_from(trigger_name(trigger)));
    for (size_t i = 0; i < config->escalation_count; i++) {
        const struct config_escalation *rule = &config->escalations[i];
        if (!rule_applies(rule, trigger, turn->ticket, &facts))
            continue;
        start(turn, trigger, subject, again,
              definitions_ladder_hash(turn->definitions, (size_t)rule->ladder));
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

void ladder_fire(struct turn *turn, struct climb *climb)
{
    const struct ladder_terms *terms = terms_of(turn, climb);
    if (climb->restart_at <= turn->at)
        ascend(turn, climb);
    else
        climb_step(turn, climb, terms);
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
        climb->restart_at = turn->moment->now + turn->config->ack_timeout[ticket->band];
        climb->by = by;
        tell_told(turn, climb, NOTICE_ACKNOWLEDGED, by);
    }
    return answer;
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
    unsigned step = terms ? next_step(climb, terms) : 0;
    if (!terms || step >= terms->step_count)
        return climb->restart_at;
    return time_min(climb->restart_at, climb->since + terms->steps[step].after);
}
