#include "track/renewal.h"

/* Its new terms, or 0. */
static uint64_t renewal_of(const struct clock *clock, const struct definitions *definitions)
{
    uint64_t renewal = definitions_renewal(definitions, clock->definition);
    const struct sla_terms *terms = definitions_sla(definitions, clock->definition);
    if (!renewal || !terms || !clock_is_open(clock) || clock_kinds[clock->kind].fixed)
        return 0;
    return calendar_is_provisional(clock_calendar(clock, terms), clock->due) ? renewal : 0;
}

bool renewal_awaits(const struct ticket *ticket, const struct definitions *definitions)
{
    for (size_t i = 0; i < ticket->clock_count; i++) {
        if (renewal_of(&ticket->clocks[i], definitions))
            return true;
    }
    return false;
}

static void take(struct turn *turn, struct clock *clock, uint64_t renewal)
{
    const struct sla_terms *terms = definitions_sla(turn->definitions, renewal);
    const struct calendar *calendar = clock_calendar(clock, terms);
    time_ms previous = TIME_NEVER;
    char until[DATE_TEXT_SIZE];
    clock->definition = renewal;
    if (!clock_retarget(clock, terms, clock->band, &previous) || clock->breached != TIME_NEVER)
        return;
    turn_promise(turn, clock, PROMISE_MOVED, previous,
                 arena_printf(turn->arena, "the calendar '%.*s' now knows its dates until %s",
                              STR_ARG(calendar_name(calendar)),
                              date_format(calendar_valid_until(calendar), until).data));
}

bool renewal_take(struct turn *turn)
{
    bool taken = false;
    for (size_t i = 0; i < turn->ticket->clock_count; i++) {
        struct clock *clock = &turn->ticket->clocks[i];
        uint64_t renewal = renewal_of(clock, turn->definitions);
        if (!renewal)
            continue;
        take(turn, clock, renewal);
        taken = true;
    }
    if (taken) {
        turn->at = turn->moment->now;
        turn->timer = STR("calendar");
    }
    return taken;
}
