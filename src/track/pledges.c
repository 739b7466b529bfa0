#include "track/pledges.h"

#include "clocks_inside.h"

#include "calendar/target_due.h"
#include "track/ladder.h"
#include "track/named.h"

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
    clocks_declare_if_late(turn, clock, turn->at);
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
    if (terms)
        clocks_declare_if_late(turn, clock, turn->at);
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

/* The latest that the terms let it be moved to; TIME_NEVER: not at all. */
static time_ms farthest(const struct turn *turn, const struct clock *clock)
{
    const struct sla_terms *terms = definitions_sla(turn->definitions, clock->definition);
    const struct named_terms *named = clock_named_terms(clock, terms);
    if (!named || !target_given(&named->extend[clock->band]) ||
        clock->extensions >= named->max_extensions)
        return TIME_NEVER;
    return target_due(named->calendar[clock->band], clock->start, &named->extend[clock->band]);
}

/* Whether a letter can move the clock to turn->event->due; else it is rejected. */
static bool can_hold(struct turn *turn, struct clock *clock)
{
    struct str name = clock_name(clock);
    time_ms last = farthest(turn, clock);
    char text[TIME_TEXT_SIZE];
    clocks_declare_if_late(turn, clock, turn->at);
    if (!clock_is_open(clock) || clock->due == TIME_NEVER)
        turn_outcome(turn, OUTCOME_REJECTED, "the clock '%.*s' does not run", STR_ARG(name));
    else if (clock->breached != TIME_NEVER)
        turn_outcome(turn, OUTCOME_REJECTED, "the promise is broken already, and known to be");
    else if (last == TIME_NEVER)
        turn_outcome(turn, OUTCOME_REJECTED, "a holding letter does not move the clock '%.*s'%s",
                     STR_ARG(name), clock->extensions ? " once more" : "");
    else if (turn->event->due <= clock->due)
        turn_outcome(turn, OUTCOME_REJECTED, "that is not later than what is promised");
    else if (turn->event->due > last)
        turn_outcome(turn, OUTCOME_REJECTED, "the clock '%.*s' can be moved to %.*s at the latest",
                     STR_ARG(name), STR_ARG(time_format(last, text)));
    else
        return true;
    return false;
}

/* A holding letter: the answer is still to come, and later. */
static void hold(struct turn *turn, struct clock *clock)
{
    time_ms previous = TIME_NEVER;
    struct str reason = turn->event->reason;
    if (!names_time(turn) || !can_hold(turn, clock))
        return;
    ladder_end_clock(turn, clock_subject(clock), STR("extended"));
    clock_extend(clock, definitions_sla(turn->definitions, clock->definition), turn->event->due,
                 turn->at, &previous);
    turn_promise(turn, clock, PROMISE_MOVED, previous,
                 str_empty(reason)
                     ? STR("a holding letter was sent")
                     : arena_printf(turn->arena, "a holding letter: %.*s", STR_ARG(reason)));
}

/* That of the ticket, or NULL: it has none of that name. `known`: there can be such a clock. */
static struct clock *clock_called(const struct turn *turn, struct str name, bool *known)
{
    enum clock_kind kind = CLOCK_RESPONSE;
    bool built_in = clock_kind_parse(name, &kind);
    struct clock *clock =
        built_in ? ticket_clock(turn->ticket, kind) : named_find(turn->ticket, name);
    *known = built_in ? !clock_kinds[kind].between : clock != NULL;
    return clock;
}

void pledge_fulfil(struct turn *turn)
{
    struct str name = turn->event->clock;
    bool known = false;
    struct clock *clock = clock_called(turn, name, &known);
    if (!known) {
        turn_outcome(turn, OUTCOME_REJECTED, "unknown clock '%.*s'", STR_ARG(name));
    } else if (clock && turn->event->due != TIME_NEVER) {
        hold(turn, clock);
    } else if (clock && !clock_is_open(clock) && clock->fulfilled != TIME_NEVER) {
        turn_outcome(turn, OUTCOME_ECHO, "the clock '%.*s' was kept already", STR_ARG(name));
    } else if (!clock || !clock_takes(clock, turn->at)) {
        turn_outcome(turn, OUTCOME_REJECTED, "the clock '%.*s' does not run", STR_ARG(name));
    } else {
        clocks_keep(turn, clock, turn->at);
        /* Whoever was answered by other means hears again in time. */
        if (clock->kind == CLOCK_RESPONSE || clock->kind == CLOCK_UPDATE)
            clocks_begin(turn, CUE_REPLIED, turn->at);
    }
}
