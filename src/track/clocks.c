#include "clocks_inside.h"

#include "track/ladder.h"
#include "track/named.h"

static const struct clock_kind_row *row_of(const struct clock *clock)
{
    return &clock_kinds[clock->kind];
}

/* `hits`: who counts; NULL: it is only asked. */
static uint64_t choose_sla(const struct turn *turn, struct rule_hits *hits)
{
    const struct config *config = turn->config;
    struct facts facts = turn_facts(turn, STR_NONE);
    for (size_t i = 0; i < config->sla_count; i++) {
        const struct matcher *matcher = config->slas[i].matcher;
        if (matcher && !matcher_matches(matcher, &facts))
            continue;
        rule_hit(hits, config->slas[i].rule);
        return definitions_sla_hash(turn->definitions, i);
    }
    return 0;
}

uint64_t clocks_choose_sla(const struct turn *turn)
{
    return choose_sla(turn, NULL);
}

/* A clock that can never promise anything is not worth its bytes. */
static bool has_target(const struct sla_terms *terms, enum clock_kind kind)
{
    return terms && targets_given(terms->target[kind]);
}

static void declare_breach(struct turn *turn, struct clock *clock)
{
    clock->breached = turn->moment->now;
    clock->warned = CLOCK_WARNED_ALL;
    turn_promise(turn, clock, PROMISE_MISSED, TIME_NEVER, STR_NONE);
    turn->breaches += !row_of(clock)->between;
    if (row_of(clock)->lapses)
        turn->ticket->accepted = true;
    if (!row_of(clock)->lapses || turn->ticket->band <= 1)
        ladder_trigger_clock(turn, row_of(clock)->breach, clock_subject(clock), clock->due, false);
}

void clocks_declare_if_late(struct turn *turn, struct clock *clock, time_ms time)
{
    if (clock_is_open(clock) && clock->breached == TIME_NEVER && clock_is_late(clock, time))
        declare_breach(turn, clock);
}

/* ---- waiting */

static enum interval_reason pause_reason(enum wait wait)
{
    return wait == WAIT_CUSTOMER ? INTERVAL_CUSTOMER : INTERVAL_THIRD_PARTY;
}

/* Whether the clock stands still while the ticket waits for that one. */
static bool pauses_for(const struct turn *turn, const struct clock *clock, enum wait wait)
{
    const struct sla_terms *terms = definitions_sla(turn->definitions, clock->definition);
    unsigned bit = wait == WAIT_CUSTOMER      ? PAUSE_CUSTOMER
                   : wait == WAIT_THIRD_PARTY ? PAUSE_THIRD_PARTY
                                              : 0u;
    return terms && !row_of(clock)->fixed && terms->pause & bit;
}

/* A clock that starts while the ticket waits. */
void clocks_wait_with(struct turn *turn, struct clock *clock, time_ms time)
{
    if (pauses_for(turn, clock, turn->ticket->wait))
        clock_pause(clock, pause_reason(turn->ticket->wait), time, turn->arena);
}

static void resume(struct turn *turn, struct clock *clock, time_ms time)
{
    const struct sla_terms *terms = definitions_sla(turn->definitions, clock->definition);
    char text[TIME_TEXT_SIZE];
    time_ms previous = TIME_NEVER;
    time_ms since = clock->state == CLOCK_PAUSED ? clock_paused_since(clock) : time;
    if (!terms || !clock_resume(clock, terms, time, &previous, turn->arena))
        return;
    if (clock->due != previous && clock->breached == TIME_NEVER)
        turn_promise(turn, clock, PROMISE_MOVED, previous,
                     arena_printf(turn->arena, "resumed after %.*s",
                                  STR_ARG(duration_format(time - since, text))));
}

void clocks_resume(struct turn *turn, time_ms time)
{
    for (size_t i = 0; i < turn->ticket->clock_count; i++) {
        if (turn->ticket->clocks[i].state == CLOCK_PAUSED)
            resume(turn, &turn->ticket->clocks[i], time);
    }
}

void clocks_wait(struct turn *turn, enum wait wait, time_ms time)
{
    for (size_t i = 0; i < turn->ticket->clock_count; i++) {
        struct clock *clock = &turn->ticket->clocks[i];
        if (!clock_is_open(clock))
            continue;
        if (pauses_for(turn, clock, wait)) {
            clocks_declare_if_late(turn, clock, time);
            clock_pause(clock, pause_reason(wait), time, turn->arena);
        } else if (clock->state == CLOCK_PAUSED) {
            resume(turn, clock, time);
        }
    }
}

bool clocks_are_full(const struct ticket *ticket)
{
    for (size_t i = 0; i < ticket->clock_count; i++) {
        if (ticket->clocks[i].interval_count >= CLOCK_INTERVALS_MAX)
            return true;
    }
    return false;
}

/* ---- what clocks listen to */

/* A promise that ran before the ticket ended; the time since is none of it. */
bool clocks_run_on(struct turn *turn, struct clock *clock, time_ms time)
{
    const struct sla_terms *terms = definitions_sla(turn->definitions, clock->definition);
    if (!terms || clock->state == CLOCK_OFF || clock_is_open(clock) ||
        clock->interval_count >= CLOCK_INTERVALS_MAX)
        return false;
    clock_reopen(clock, terms, turn->ticket->band, time, turn->arena);
    if (clock->due != TIME_NEVER && clock->breached == TIME_NEVER)
        turn_promise(turn, clock, PROMISE_MADE, TIME_NEVER, STR("reopened"));
    return true;
}

static bool reopen(struct turn *turn, enum clock_kind kind, time_ms time)
{
    struct clock *clock = ticket_clock(turn->ticket, kind);
    return clock && clock_kinds[kind].continues && clocks_run_on(turn, clock, time);
}

static const enum interval_reason start_reasons[CUE_COUNT] = {
    [CUE_OPENED] = INTERVAL_OPENED,     [CUE_REOPENED] = INTERVAL_REOPENED,
    [CUE_REPLIED] = INTERVAL_REPLIED,   [CUE_WROTE] = INTERVAL_WROTE,
    [CUE_RESOLVED] = INTERVAL_RESOLVED,
};

static void start(struct turn *turn, enum clock_kind kind, uint64_t sla, enum clock_cue cue,
                  time_ms time)
{
    struct ticket *ticket = turn->ticket;
    const struct sla_terms *terms = definitions_sla(turn->definitions, sla);
    struct clock *clock = ticket_clock_or_new(ticket, kind, turn->arena);
    clock_start(clock, terms, sla, ticket->band, time, start_reasons[cue], turn->arena);
    clocks_wait_with(turn, clock, time);
    if (clock->due != TIME_NEVER)
        turn_promise(turn, clock, PROMISE_MADE, TIME_NEVER,
                     cue == CUE_REOPENED ? STR("reopened") : STR_NONE);
}

static bool is_promised(const struct ticket *ticket, enum clock_kind kind)
{
    const struct clock *clock = ticket_clock(ticket, kind);
    return clock && clock_is_open(clock) && clock->due != TIME_NEVER;
}

static bool begins(const struct turn *turn, enum clock_kind kind, enum clock_cue cue,
                   const struct sla_terms *terms, time_ms time)
{
    const struct ticket *ticket = turn->ticket;
    const struct clock *clock = ticket_clock(ticket, kind);
    bool open = clock && clock_is_open(clock);
    switch (clock_kinds[kind].starts[cue]) {
    case START_ALWAYS:
        return true;
    case START_SINCE_US: /* of words that are reported late the last one counts */
        return !terms->since_customer && !turn_ends(turn) && (!open || time > clock->start);
    case START_SINCE_CUSTOMER:
        return terms->since_customer && !turn_ends(turn) && !open &&
               !is_promised(ticket, CLOCK_RESPONSE);
    case START_WITHOUT_RESPONSE:
        return !is_promised(ticket, CLOCK_RESPONSE);
    case START_NOT:
        break;
    }
    return false;
}

/* What comes into play later is of the SLA that the ticket is under. */
uint64_t clocks_sla(const struct turn *turn)
{
    const struct ticket *ticket = turn->ticket;
    for (size_t i = 0; i < ticket->clock_count; i++) {
        uint64_t definition = ticket->clocks[i].definition;
        if (!definitions_terms(turn->definitions, DEFINITION_SLA, definition))
            continue;
        definition = definitions_current(turn->definitions, definition);
        if (definition)
            return definition;
    }
    return clocks_choose_sla(turn);
}

void clocks_begin(struct turn *turn, enum clock_cue cue, time_ms time)
{
    uint64_t sla = 0;
    for (size_t i = 0; i < clock_kind_count; i++) {
        enum clock_kind kind = (enum clock_kind)i;
        if (clock_kinds[kind].starts[cue] == START_NOT ||
            (cue == CUE_REOPENED && reopen(turn, kind, time)))
            continue;
        if (!sla)
            sla = cue == CUE_OPENED || cue == CUE_REOPENED ? choose_sla(turn, turn->hits)
                                                           : clocks_sla(turn);
        const struct sla_terms *terms = definitions_sla(turn->definitions, sla);
        struct clock *clock = ticket_clock(turn->ticket, kind);
        if (has_target(terms, kind)) {
            if (begins(turn, kind, cue, terms, time))
                start(turn, kind, sla, cue, time);
        } else if (clock) {
            clock_reset(clock, kind);
        }
    }
}

void clocks_agree(struct turn *turn, enum clock_kind kind, uint64_t definition)
{
    const struct sla_terms *terms = definitions_sla(turn->definitions, definition);
    struct clock *clock = ticket_clock(turn->ticket, kind);
    if (has_target(terms, kind)) {
        clock = ticket_clock_or_new(turn->ticket, kind, turn->arena);
        clock_start(clock, terms, definition, turn->ticket->band, turn->at, INTERVAL_OPENED,
                    turn->arena);
        clocks_wait_with(turn, clock, turn->at);
    } else if (clock) {
        clock_reset(clock, kind);
    }
}

/* By how much of its own time it is late; of pauses nothing counts. */
static int64_t overdue(const struct turn *turn, const struct clock *clock, time_ms time)
{
    return clock_overdue(clock, definitions_sla(turn->definitions, clock->definition), time);
}

void clocks_keep(struct turn *turn, struct clock *clock, time_ms time)
{
    const char *kept = row_of(clock)->kept;
    char text[TIME_TEXT_SIZE];
    if (!clock_takes(clock, time))
        return;
    clocks_declare_if_late(turn, clock, time);
    clock_fulfil(clock, time);
    if (row_of(clock)->recurs || row_of(clock)->lapses)
        ladder_end_clock(turn, clock_subject(clock),
                         row_of(clock)->lapses        ? STR("accepted")
                         : clock->kind == CLOCK_NAMED ? STR("done")
                                                      : STR("answered"));
    if (clock->due == TIME_NEVER)
        return;
    if (clock->state == CLOCK_MET)
        turn_promise(turn, clock, PROMISE_MET, TIME_NEVER, STR_NONE);
    else if (clock_is_late(clock, time))
        turn_promise(turn, clock, PROMISE_MISSED, TIME_NEVER,
                     arena_printf(turn->arena, "%s %.*s late", kept,
                                  STR_ARG(duration_format(overdue(turn, clock, time), text))));
    else
        turn_promise(turn, clock, PROMISE_MISSED, TIME_NEVER,
                     arena_printf(turn->arena,
                                  "%s in time at %.*s, but reported only after the breach was "
                                  "announced",
                                  kept, STR_ARG(time_format(time, text))));
}

static void end(struct turn *turn, struct clock *clock, enum clock_cue cue, time_ms time)
{
    clocks_declare_if_late(turn, clock, time);
    bool broken = clock->breached != TIME_NEVER;
    if (!clock_end(clock, time))
        return;
    if (row_of(clock)->recurs)
        ladder_end_clock(turn, clock_subject(clock), str_from(clock_cue_name(cue)));
    if (clock->due == TIME_NEVER)
        return;
    turn_promise(turn, clock, PROMISE_ENDED, TIME_NEVER,
                 arena_printf(turn->arena, "%s %s%s", clock_cue_name(cue), row_of(clock)->unkept,
                              broken ? ", after the promise was missed" : ""));
}

void clocks_cue(struct turn *turn, enum clock_cue cue, time_ms time)
{
    struct ticket *ticket = turn->ticket;
    for (size_t i = 0; i < ticket->clock_count; i++) {
        struct clock *clock = &ticket->clocks[i];
        if (row_of(clock)->keeps[cue] || named_keeps(turn, clock, cue))
            clocks_keep(turn, clock, time);
        if (row_of(clock)->ends[cue] || named_ends(turn, clock, cue))
            end(turn, clock, cue, time);
    }
    clocks_begin(turn, cue, time);
    if (cue == CUE_REOPENED)
        named_reopen(turn, time);
}

static void retarget(struct turn *turn, struct clock *clock, struct str cause)
{
    struct ticket *ticket = turn->ticket;
    const struct sla_terms *terms = definitions_sla(turn->definitions, clock->definition);
    int from = clock->band;
    time_ms previous = TIME_NEVER;
    if (!terms || !clock_is_open(clock))
        return;
    if (!clock_retarget(clock, terms, ticket->band, &previous))
        return;
    /* A breach that was announced stays announced: its promise is broken, not moved. */
    if (clock->breached != TIME_NEVER)
        return;
    const char *how = previous == TIME_NEVER  ? "promised"
                      : clock->due < previous ? "tightened"
                                              : "extended";
    turn_promise(turn, clock, previous == TIME_NEVER ? PROMISE_MADE : PROMISE_MOVED, previous,
                 arena_printf(turn->arena, "%s by %.*s: %s to %s", how, STR_ARG(cause),
                              band_name(from), band_name(ticket->band)));
}

void clocks_retarget(struct turn *turn, struct str cause)
{
    for (size_t i = 0; i < turn->ticket->clock_count; i++)
        retarget(turn, &turn->ticket->clocks[i], cause);
}

static void fire(struct turn *turn, struct clock *clock)
{
    const struct clock_kind_row *row = row_of(clock);
    /* Both at once: who is told of the breach needs no warning. */
    if (turn->moment->horizon >= clock->due) {
        turn->at = clock->due;
        turn->timer = arena_printf(turn->arena, "%.*s %s", STR_ARG(clock_name(clock)),
                                   row->lapses ? "silence" : "breach");
        declare_breach(turn, clock);
        return;
    }
    time_ms warn = clock->warn;
    bool again = clock->warned != 0;
    clock_warned(clock, definitions_sla(turn->definitions, clock->definition));
    turn->timer = arena_printf(turn->arena, "%.*s warning", STR_ARG(clock_name(clock)));
    /* A backlog may yet bring the answer, but by the clock it is too late to warn of anything. */
    if (turn->moment->now < clock->due)
        ladder_trigger_clock(turn, row->warning, clock_subject(clock), warn, again);
}

bool clocks_fire(struct turn *turn)
{
    for (size_t i = 0; i < turn->ticket->clock_count; i++) {
        struct clock *clock = &turn->ticket->clocks[i];
        if (clock_deadline(clock) != turn->at)
            continue;
        fire(turn, clock);
        return true;
    }
    return false;
}
