#include "track/clock.h"

static const char *const state_names[CLOCK_STATE_COUNT] = {
    [CLOCK_OFF] = "off",       [CLOCK_RUNNING] = "running", [CLOCK_MET] = "met",
    [CLOCK_MISSED] = "missed", [CLOCK_ENDED] = "ended",     [CLOCK_PAUSED] = "paused",
};

static const struct {
    const char *name;
    bool counts;
} reasons[INTERVAL_REASON_COUNT] = {
    [INTERVAL_OPENED] = { "opened", true },
    [INTERVAL_REOPENED] = { "reopened", true },
    [INTERVAL_RESUMED] = { "resumed", true },
    [INTERVAL_CUSTOMER] = { "customer", false },
    [INTERVAL_THIRD_PARTY] = { "third_party", false },
    [INTERVAL_ENDED] = { "ended", false },
};

const char *interval_reason_name(enum interval_reason reason)
{
    return reasons[reason].name;
}

bool interval_counts(enum interval_reason reason)
{
    return reasons[reason].counts;
}

const char *clock_state_name(enum clock_state state)
{
    return state_names[state];
}

/* A warning that would come with the start or before it warns of nothing. */
static time_ms warning_time(const struct clock *clock, const struct config_warning *warn)
{
    time_ms at = TIME_NEVER;
    if (warn->percent > 0)
        at = clock->start + (clock->due - clock->start) * warn->percent / 100;
    else if (warn->before > 0)
        at = clock->due - warn->before;
    return at > clock->start && at < clock->due ? at : TIME_NEVER;
}

static const struct target *target_of(const struct clock *clock, const struct sla_terms *terms,
                                      int band)
{
    return &terms->target[clock->kind][band];
}

/* When a target that began at `start` ends: the one place where a calendar has a say. */
static time_ms due_time(const struct target *target, time_ms start)
{
    return start + target->amount;
}

static void aim(struct clock *clock, const struct sla_terms *terms, int band)
{
    clock->band = band;
    if (!target_given(target_of(clock, terms, band)))
        return;
    clock->due = due_time(target_of(clock, terms, band), clock->start);
    clock->warn = warning_time(clock, &terms->warn);
}

void clock_reset(struct clock *clock, enum clock_kind kind)
{
    *clock = (struct clock){ .kind = kind,
                             .state = CLOCK_OFF,
                             .start = TIME_NEVER,
                             .due = TIME_NEVER,
                             .warn = TIME_NEVER,
                             .breached = TIME_NEVER,
                             .fulfilled = TIME_NEVER };
}

void clock_start(struct clock *clock, const struct sla_terms *terms, uint64_t definition, int band,
                 time_ms start, enum interval_reason reason, struct arena *arena)
{
    clock_reset(clock, clock->kind);
    clock->state = CLOCK_RUNNING;
    clock->definition = definition;
    clock->start = start;
    aim(clock, terms, band);
    clock->intervals = arena_alloc(arena, sizeof(*clock->intervals));
    clock->intervals[0] = (struct interval){ start, TIME_NEVER, reason };
    clock->interval_count = 1;
}

bool clock_retarget(struct clock *clock, const struct sla_terms *terms, int band, time_ms *previous)
{
    bool promised = clock->due != TIME_NEVER;
    if (clock->state != CLOCK_RUNNING || (promised && !target_given(target_of(clock, terms, band))))
        return false;
    time_ms old = clock->due;
    aim(clock, terms, band);
    if (clock->due == old)
        return false;
    *previous = old;
    return true;
}

static bool stop(struct clock *clock, time_ms time, enum clock_state state)
{
    if (clock->state != CLOCK_RUNNING)
        return false;
    clock->state = state;
    clock->intervals[clock->interval_count - 1].to = time;
    return true;
}

bool clock_takes(const struct clock *clock, time_ms time)
{
    return clock->state == CLOCK_RUNNING &&
           (clock->intervals[0].reason == INTERVAL_OPENED || time >= clock->start);
}

bool clock_fulfil(struct clock *clock, time_ms time)
{
    bool kept = time <= clock->due && clock->breached == TIME_NEVER;
    if (!clock_takes(clock, time))
        return false;
    stop(clock, time, kept ? CLOCK_MET : CLOCK_MISSED);
    clock->fulfilled = time;
    return true;
}

bool clock_end(struct clock *clock, time_ms time)
{
    return stop(clock, time, CLOCK_ENDED);
}

time_ms clock_deadline(const struct clock *clock)
{
    if (clock->state != CLOCK_RUNNING || clock->breached != TIME_NEVER)
        return TIME_NEVER;
    return clock->warned == CLOCK_WARNED_ALL ? clock->due : time_min(clock->warn, clock->due);
}
