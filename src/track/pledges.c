#include "track/pledges.h"

#include "clocks_inside.h"

#include "track/ladder.h"

/* Whether the event names a time that lies ahead; else it is rejected. */
static bool names_time(struct turn *turn)
{
    if (turn->event->due == TIME_NEVER)
        turn_outcome(turn, OUTCOME_REJECTED, "no time was named: `due` is missing");
    else if (turn->event->due <= turn->at)
        turn_outcome(turn, OUTCOME_REJECTED, "the time that was named has passed already");
    else
        return true;
    return false;
}

static struct str by(const struct turn *turn, const char *what)
{
    struct str name = turn->event->by;
    return str_empty(name) ? STR_NONE : arena_printf(turn->arena, "%s %.*s", what, STR_ARG(name));
}

void pledge_promise(struct turn *turn)
{
    struct ticket *ticket = turn->ticket;
    time_ms due = turn->event->due;
    if (status_is_ended(ticket->status)) {
        turn_outcome(turn, OUTCOME_REJECTED, "the ticket is %s", status_name(ticket->status));
        return;
    }
    if (!names_time(turn))
        return;
    struct clock *clock = ticket_clock_or_new(ticket, CLOCK_PROMISED, turn->arena);
    bool stands = clock_is_open(clock) && clock->breached == TIME_NEVER;
    time_ms previous = stands ? clock->due : TIME_NEVER;
    if (previous == due) {
        turn_outcome(turn, OUTCOME_ECHO, "that time is promised already");
        return;
    }
    ladder_end_clock(turn, CLOCK_PROMISED, STR("promised anew")); /* it was about the old date */
    uint64_t sla = clocks_sla(turn);
    clock_promise(clock, definitions_sla(turn->definitions, sla), sla, turn->at, due, turn->arena);
    turn_promise(turn, clock, stands ? PROMISE_MOVED : PROMISE_MADE, previous,
                 by(turn, "promised by"));
}

/* The resolution's clock where it can be moved; else the event is rejected. */
static struct clock *extensible(struct turn *turn)
{
    struct clock *clock = ticket_clock(turn->ticket, CLOCK_RESOLUTION);
    const struct sla_terms *terms =
        clock ? definitions_sla(turn->definitions, clock->definition) : NULL;
    if (!terms || !clock_is_open(clock) || clock->due == TIME_NEVER)
        turn_outcome(turn, OUTCOME_REJECTED, "no resolution is promised that could take longer");
    else if (clock->breached != TIME_NEVER)
        turn_outcome(turn, OUTCOME_REJECTED, "the promise is broken already, and known to be");
    else if (clock->extensions >= terms->max_extensions)
        turn_outcome(turn, OUTCOME_REJECTED, "it was extended as often as the SLA allows (%d)",
                     clock->extensions);
    else if (turn->event->due <= clock->due)
        turn_outcome(turn, OUTCOME_REJECTED, "that is not later than what is promised");
    else
        return clock;
    return NULL;
}

void pledge_extend(struct turn *turn)
{
    time_ms previous = TIME_NEVER;
    if (!names_time(turn))
        return;
    if (str_empty(turn->event->reason)) {
        turn_outcome(turn, OUTCOME_REJECTED, "an extension needs a `reason`");
        return;
    }
    struct clock *clock = extensible(turn);
    if (!clock)
        return;
    ladder_end_clock(turn, CLOCK_RESOLUTION, STR("extended")); /* warnings of the old date */
    clock_extend(clock, definitions_sla(turn->definitions, clock->definition), turn->event->due,
                 turn->at, &previous);
    turn_promise(turn, clock, PROMISE_MOVED, previous,
                 arena_printf(turn->arena, "extended: %.*s", STR_ARG(turn->event->reason)));
}

void pledge_fulfil(struct turn *turn)
{
    struct str name = turn->event->clock;
    enum clock_kind kind = CLOCK_RESPONSE;
    if (!clock_kind_parse(name, &kind) || clock_kinds[kind].between) {
        turn_outcome(turn, OUTCOME_REJECTED, "unknown clock '%.*s'", STR_ARG(name));
        return;
    }
    struct clock *clock = ticket_clock(turn->ticket, kind);
    if (turn->event->due != TIME_NEVER) {
        turn_outcome(turn, OUTCOME_REJECTED, "a holding letter does not move the clock '%s'",
                     clock_kind_name(kind));
    } else if (clock && clock->fulfilled != TIME_NEVER) {
        turn_outcome(turn, OUTCOME_ECHO, "the clock '%s' was kept already", clock_kind_name(kind));
    } else if (!clock || !clock_takes(clock, turn->at)) {
        turn_outcome(turn, OUTCOME_REJECTED, "the clock '%s' does not run", clock_kind_name(kind));
    } else {
        clocks_keep(turn, clock, turn->at);
        /* Whoever was answered by other means hears again in time. */
        if (kind == CLOCK_RESPONSE || kind == CLOCK_UPDATE)
            clocks_begin(turn, CUE_REPLIED, turn->at);
    }
}
