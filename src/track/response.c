#include "track/response.h"

#include "track/ladder.h"

static uint64_t choose_sla(const struct turn *turn)
{
    const struct config *config = turn->config;
    struct facts facts = turn_facts(turn, STR_NONE);
    for (size_t i = 0; i < config->sla_count; i++) {
        const struct matcher *matcher = config->slas[i].matcher;
        if (!matcher || matcher_matches(matcher, &facts))
            return definitions_sla_hash(turn->definitions, i);
    }
    return 0;
}

void response_begin(struct turn *turn, time_ms start, enum interval_reason reason)
{
    struct ticket *ticket = turn->ticket;
    uint64_t hash = choose_sla(turn);
    const struct sla_terms *terms = definitions_sla(turn->definitions, hash);
    if (!terms)
        return;
    clock_start(&ticket->response, terms, hash, ticket->band, start, reason, turn->arena);
    if (ticket->response.due != TIME_NEVER)
        turn_promise(turn, PROMISE_MADE, TIME_NEVER,
                     reason == INTERVAL_REOPENED ? STR("reopened") : STR_NONE);
}

void response_retarget(struct turn *turn, struct str cause)
{
    struct ticket *ticket = turn->ticket;
    struct clock *clock = &ticket->response;
    const struct sla_terms *terms = definitions_sla(turn->definitions, clock->definition);
    int from = clock->band;
    time_ms previous = TIME_NEVER;
    if (!terms || clock->state != CLOCK_RUNNING)
        return;
    if (!clock_retarget(clock, terms, ticket->band, &previous))
        return;
    /* A breach that was announced stays announced: its promise is broken, not moved. */
    if (clock->breached != TIME_NEVER)
        return;
    const char *how = previous == TIME_NEVER  ? "promised"
                      : clock->due < previous ? "tightened"
                                              : "extended";
    turn_promise(turn, previous == TIME_NEVER ? PROMISE_MADE : PROMISE_MOVED, previous,
                 arena_printf(turn->arena, "%s by %.*s: %s to %s", how, STR_ARG(cause),
                              band_name(from), band_name(ticket->band)));
}

static void declare_breach(struct turn *turn)
{
    struct clock *clock = &turn->ticket->response;
    clock->breached = turn->moment->now;
    clock->warned = true;
    turn_promise(turn, PROMISE_MISSED, TIME_NEVER, STR_NONE);
    ladder_trigger(turn, TRIGGER_BREACH, clock->due);
}

/* A promise that was broken by `time` may not have been announced yet: an event can tighten it to a
 * moment that has passed and end it, too. */
static void declare_if_late(struct turn *turn, time_ms time)
{
    const struct clock *clock = &turn->ticket->response;
    if (clock->state == CLOCK_RUNNING && clock->breached == TIME_NEVER && time > clock->due)
        declare_breach(turn);
}

void response_fulfil(struct turn *turn, time_ms time)
{
    struct clock *clock = &turn->ticket->response;
    char text[TIME_TEXT_SIZE];
    if (!clock_takes(clock, time))
        return;
    declare_if_late(turn, time);
    clock_fulfil(clock, time);
    if (clock->due == TIME_NEVER)
        return;
    if (clock->state == CLOCK_MET)
        turn_promise(turn, PROMISE_MET, TIME_NEVER, STR_NONE);
    else if (time > clock->due)
        turn_promise(turn, PROMISE_MISSED, TIME_NEVER,
                     arena_printf(turn->arena, "answered %.*s late",
                                  STR_ARG(duration_format(time - clock->due, text))));
    else
        turn_promise(turn, PROMISE_MISSED, TIME_NEVER,
                     arena_printf(turn->arena,
                                  "answered in time at %.*s, but reported only after the breach "
                                  "was announced",
                                  STR_ARG(time_format(time, text))));
}

void response_end(struct turn *turn, time_ms time, const char *how)
{
    struct clock *clock = &turn->ticket->response;
    declare_if_late(turn, time);
    bool broken = clock->breached != TIME_NEVER;
    if (!clock_end(clock, time) || clock->due == TIME_NEVER)
        return;
    turn_promise(turn, PROMISE_ENDED, TIME_NEVER,
                 arena_printf(turn->arena, "%s without an answer%s", how,
                              broken ? ", after the promise was missed" : ""));
}

void response_fire(struct turn *turn)
{
    struct clock *clock = &turn->ticket->response;
    /* Both at once: who is told of the breach needs no warning. */
    if (turn->moment->horizon >= clock->due) {
        turn->at = clock->due;
        turn->timer = STR("response breach");
        declare_breach(turn);
        return;
    }
    clock->warned = true;
    turn->timer = STR("response warning");
    /* A backlog may yet bring the answer, but by the clock it is too late to warn of anything. */
    if (turn->moment->now < clock->due)
        ladder_trigger(turn, TRIGGER_WARNING, clock->warn);
}
