#include "track/renewal.h"

#include "clocks_inside.h"
#include "track/ladder.h"

/* What becomes of it; *now: its new terms. */
static enum succession succession_of(const struct clock *clock,
                                     const struct definitions *definitions, uint64_t *now)
{
    if (!clock_is_open(clock) || clock_kinds[clock->kind].fixed)
        return SUCCESSION_NONE;
    enum succession succession = definitions_succession(definitions, clock->definition, now);
    if (succession != SUCCESSION_DATES || definitions_recompute(definitions))
        return succession;
    const struct sla_terms *terms = definitions_sla(definitions, clock->definition);
    return calendar_is_provisional(clock_calendar(clock, terms), clock->due) ? succession
                                                                             : SUCCESSION_NONE;
}

bool renewal_awaits(const struct ticket *ticket, const struct definitions *definitions)
{
    uint64_t now = 0;
    for (size_t i = 0; i < ticket->clock_count; i++) {
        if (succession_of(&ticket->clocks[i], definitions, &now) != SUCCESSION_NONE)
            return true;
    }
    return false;
}

static void end(struct turn *turn, struct clock *clock, const char *why)
{
    const struct sla_terms *terms = definitions_sla(turn->definitions, clock->definition);
    if (!clock_end(clock, turn->moment->now))
        return;
    ladder_end_clock(turn, clock_subject(clock), STR("config"));
    if (clock->due != TIME_NEVER)
        turn_promise(turn, clock, PROMISE_ENDED, TIME_NEVER,
                     arena_printf(turn->arena, "config: '%.*s' %s", STR_ARG(terms->name), why));
}

static struct str reason_of(const struct turn *turn, const struct clock *clock,
                            enum succession succession)
{
    const struct sla_terms *terms = definitions_sla(turn->definitions, clock->definition);
    const struct calendar *calendar = clock_calendar(clock, terms);
    char until[DATE_TEXT_SIZE];
    if (succession == SUCCESSION_CHANGED)
        return arena_printf(turn->arena, "config: '%.*s' was changed", STR_ARG(terms->name));
    return arena_printf(turn->arena, "the calendar '%.*s' now knows its dates until %s",
                        STR_ARG(calendar_name(calendar)),
                        date_format(calendar_valid_until(calendar), until).data);
}

/* A breach that was announced stands: its promise is broken, not moved. */
static void follow(struct turn *turn, struct clock *clock, enum succession succession, uint64_t now)
{
    const struct sla_terms *terms = definitions_sla(turn->definitions, now);
    time_ms previous = TIME_NEVER;
    bool promised = clock->due != TIME_NEVER;
    clocks_declare_if_late(turn, clock, turn->moment->horizon);
    if (promised && !target_given(clock_target(clock, terms)))
        end(turn, clock, "does not promise it any more");
    else if (clock_recompute(clock, terms, now, turn->moment->now, &previous) &&
             clock->breached == TIME_NEVER)
        turn_promise(turn, clock, promised ? PROMISE_MOVED : PROMISE_MADE, previous,
                     reason_of(turn, clock, succession));
}

bool renewal_take(struct turn *turn)
{
    bool taken = false, dates = false;
    for (size_t i = 0; i < turn->ticket->clock_count; i++) {
        struct clock *clock = &turn->ticket->clocks[i];
        uint64_t now = 0;
        enum succession succession = succession_of(clock, turn->definitions, &now);
        if (succession == SUCCESSION_NONE)
            continue;
        if (succession == SUCCESSION_REMOVED)
            end(turn, clock, "was removed");
        else
            follow(turn, clock, succession, now);
        dates |= succession == SUCCESSION_DATES;
        taken = true;
    }
    if (taken) {
        turn->at = turn->moment->now;
        turn->timer = dates ? STR("calendar") : STR("config");
    }
    return taken;
}
