#include "track/clock.h"

#include <string.h>

#include "calendar/target_due.h"

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
    [INTERVAL_REPLIED] = { "replied", true },
    [INTERVAL_WROTE] = { "wrote", true },
    [INTERVAL_PROMISED] = { "promised", true },
    [INTERVAL_RESOLVED] = { "resolved", true },
    [INTERVAL_AWARE] = { "aware", true },
    [INTERVAL_EVENT] = { "event", true },
    [INTERVAL_AFTER] = { "after", true },
    [INTERVAL_REPEATED] = { "repeated", true },
};

const char *clock_state_name(enum clock_state state)
{
    return state_names[state];
}

const char *interval_reason_name(enum interval_reason reason)
{
    return reasons[reason].name;
}

bool interval_counts(enum interval_reason reason)
{
    return reasons[reason].counts;
}

/* ---- the three places where a calendar has a say */

const struct named_terms *clock_named_terms(const struct clock *clock,
                                            const struct sla_terms *terms)
{
    return clock->kind == CLOCK_NAMED && terms ? sla_terms_named(terms, clock->name) : NULL;
}

static const struct target *target_of(const struct clock *clock, const struct sla_terms *terms,
                                      int band)
{
    static const struct target nothing = { .unit = TARGET_NONE };
    if (clock->kind != CLOCK_NAMED)
        return &terms->target[clock->kind][band];
    const struct named_terms *named = clock_named_terms(clock, terms);
    if (!named)
        return &nothing;
    bool repeated = clock->interval_count && clock->intervals[0].reason == INTERVAL_REPEATED;
    return repeated ? &named->every[band] : &named->target[band];
}

static const struct calendar *calendar_at(const struct clock *clock, const struct sla_terms *terms,
                                          int band)
{
    const struct named_terms *named = clock_named_terms(clock, terms);
    return named ? named->calendar[band] : terms->calendar[band];
}

const struct target *clock_target(const struct clock *clock, const struct sla_terms *terms)
{
    return target_of(clock, terms, clock->band);
}

const struct calendar *clock_calendar(const struct clock *clock, const struct sla_terms *terms)
{
    if (!terms || clock_kinds[clock->kind].fixed)
        return NULL;
    return calendar_at(clock, terms, clock->band);
}

/* Whose time counts; `terms` NULL: every hour. A date that somebody named knows no office hours,
 * and neither does a target in calendar days: what it stands still for, and warnings before its
 * end, are elapsed time. */
static const struct calendar *calendar_of(const struct clock *clock, const struct sla_terms *terms)
{
    if (!terms || clock_kinds[clock->kind].fixed)
        return NULL;
    enum target_unit unit = target_of(clock, terms, clock->band)->unit;
    return unit == TARGET_TIME || unit == TARGET_WORKING_DAYS
               ? calendar_at(clock, terms, clock->band)
               : NULL;
}

/* When so much time, counted from a moment, has passed. */
static time_ms later(const struct clock *clock, const struct sla_terms *terms, time_ms from,
                     int64_t amount)
{
    return calendar_due(calendar_of(clock, terms), from, amount);
}

/* How much time passes between two moments. */
static int64_t between(const struct clock *clock, const struct sla_terms *terms, time_ms from,
                       time_ms to)
{
    return to > from ? calendar_elapsed(calendar_of(clock, terms), from, to) : 0;
}

/* When the band's target that began with the clock ends. */
static time_ms due_time(const struct clock *clock, const struct sla_terms *terms)
{
    return target_due(calendar_at(clock, terms, clock->band), clock->start,
                      target_of(clock, terms, clock->band));
}

/* ---- intervals */

static const struct interval *last_counting(const struct clock *clock)
{
    const struct interval *last = &clock->intervals[clock->interval_count - 1];
    while (last > clock->intervals && !interval_counts(last->reason))
        last--;
    return last;
}

/* When so much of the promise's own time has passed. Of a pause it is not known how long it lasts:
 * then as if there were none. */
static time_ms moment_of(const struct clock *clock, const struct sla_terms *terms, int64_t amount)
{
    const struct interval *last = last_counting(clock);
    for (const struct interval *interval = clock->intervals; interval < last; interval++) {
        if (!interval_counts(interval->reason))
            continue;
        int64_t ran = between(clock, terms, interval->from, interval->to);
        if (amount < ran)
            return later(clock, terms, interval->from, amount);
        amount -= ran;
    }
    return later(clock, terms, last->from, amount);
}

static void begin_interval(struct clock *clock, time_ms time, enum interval_reason reason,
                           struct arena *arena)
{
    size_t count = clock->interval_count;
    struct interval *grown = arena_alloc_raw(arena, (count + 1) * sizeof(*grown));
    if (count) {
        memcpy(grown, clock->intervals, count * sizeof(*grown));
        time = time_max(time, grown[count - 1].from);
        grown[count - 1].to = time;
    }
    grown[count] = (struct interval){ time, TIME_NEVER, reason };
    clock->intervals = grown;
    clock->interval_count = count + 1;
}

/* ---- targets and warnings */

/* All the time that the promise has, of its own. */
static int64_t total_of(const struct clock *clock, const struct sla_terms *terms)
{
    if (clock_kinds[clock->kind].fixed)
        return between(clock, terms, clock->start, clock->due);
    const struct target *target = target_of(clock, terms, clock->band);
    int64_t amount = target->unit == TARGET_TIME
                         ? target->amount
                         : between(clock, terms, clock->start, due_time(clock, terms));
    return amount + clock->extension;
}

/* A warning that would come with the start, before it, or with the end, warns of nothing. */
static time_ms warning_time(const struct clock *clock, const struct sla_terms *terms,
                            const struct config_warning *warning, int64_t total)
{
    int64_t amount =
        warning->percent > 0 ? total * warning->percent / 100 : total - warning->before;
    if (amount <= 0 || amount >= total)
        return TIME_NEVER;
    time_ms at = moment_of(clock, terms, amount);
    return at > clock->start && at < clock->due ? at : TIME_NEVER;
}

/* The earliest of those that are still to come. */
static void set_warning(struct clock *clock, const struct sla_terms *terms, int64_t total)
{
    clock->warn = TIME_NEVER;
    for (unsigned i = 0; i < terms->warn.count; i++) {
        if (!(clock->warned & 1u << i))
            clock->warn =
                time_min(clock->warn, warning_time(clock, terms, &terms->warn.items[i], total));
    }
}

/* A warning of a new end is another one than that of the old, if it is still ahead. */
static void warn_anew(struct clock *clock, const struct sla_terms *terms, time_ms time)
{
    int64_t total = total_of(clock, terms);
    clock->warned = 0;
    for (unsigned i = 0; i < terms->warn.count; i++) {
        if (warning_time(clock, terms, &terms->warn.items[i], total) <= time)
            clock->warned |= 1u << i;
    }
    set_warning(clock, terms, total);
}

static void aim(struct clock *clock, const struct sla_terms *terms, int band)
{
    const struct target *target = target_of(clock, terms, band);
    clock->band = band;
    if (!target_given(target))
        return;
    int64_t total = total_of(clock, terms);
    clock->due = clock->interval_count == 1 && !clock->extension ? due_time(clock, terms)
                                                                 : moment_of(clock, terms, total);
    set_warning(clock, terms, total);
}

/* ---- verbs */

/* As if it had never run. */
static void begin_anew(struct clock *clock)
{
    struct clock old = *clock;
    clock_reset(clock, old.kind);
    clock->name = old.name;
    clock->number = old.number;
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
    begin_anew(clock);
    clock->state = CLOCK_RUNNING;
    clock->definition = definition;
    clock->start = start;
    begin_interval(clock, start, reason, arena);
    aim(clock, terms, band);
}

bool clock_retarget(struct clock *clock, const struct sla_terms *terms, int band, time_ms *previous)
{
    bool promised = clock->due != TIME_NEVER;
    if (!clock_is_open(clock) || (promised && !target_given(target_of(clock, terms, band))))
        return false;
    time_ms old = clock->due;
    aim(clock, terms, band);
    if (clock->due == old)
        return false;
    *previous = old;
    return true;
}

bool clock_pause(struct clock *clock, enum interval_reason reason, time_ms time,
                 struct arena *arena)
{
    if (!clock_is_open(clock) || clock->intervals[clock->interval_count - 1].reason == reason)
        return false;
    clock->state = CLOCK_PAUSED;
    begin_interval(clock, time, reason, arena);
    return true;
}

bool clock_resume(struct clock *clock, const struct sla_terms *terms, time_ms time,
                  time_ms *previous, struct arena *arena)
{
    if (clock->state != CLOCK_PAUSED)
        return false;
    *previous = clock->due;
    clock->state = CLOCK_RUNNING;
    begin_interval(clock, time, INTERVAL_RESUMED, arena);
    aim(clock, terms, clock->band);
    return true;
}

time_ms clock_paused_since(const struct clock *clock)
{
    return last_counting(clock)->to;
}

void clock_reopen(struct clock *clock, const struct sla_terms *terms, int band, time_ms time,
                  struct arena *arena)
{
    time_ms ended = clock->intervals[clock->interval_count - 1].to;
    clock->state = CLOCK_RUNNING;
    clock->fulfilled = TIME_NEVER;
    begin_interval(clock, ended, INTERVAL_ENDED, arena);
    begin_interval(clock, time, INTERVAL_REOPENED, arena);
    /* A promise stands where the other band has none. */
    bool stands = clock->due != TIME_NEVER && !target_given(target_of(clock, terms, band));
    aim(clock, terms, stands ? clock->band : band);
}

bool clock_recompute(struct clock *clock, const struct sla_terms *terms, uint64_t definition,
                     time_ms time, time_ms *previous)
{
    *previous = clock->due;
    clock->definition = definition;
    aim(clock, terms, clock->band);
    if (clock->breached == TIME_NEVER && clock->due != TIME_NEVER)
        warn_anew(clock, terms, time);
    return clock->due != *previous;
}

void clock_take_up(struct clock *clock)
{
    clock->state = CLOCK_RUNNING;
    clock->intervals[clock->interval_count - 1].to = TIME_NEVER;
}

void clock_extend(struct clock *clock, const struct sla_terms *terms, time_ms due, time_ms time,
                  time_ms *previous)
{
    *previous = clock->due;
    clock->extension += between(clock, terms, clock->due, due);
    clock->extensions++;
    clock->due = due;
    warn_anew(clock, terms, time);
}

void clock_promise(struct clock *clock, const struct sla_terms *terms, uint64_t definition,
                   time_ms start, time_ms due, struct arena *arena)
{
    begin_anew(clock);
    clock->state = CLOCK_RUNNING;
    clock->definition = definition;
    clock->start = start;
    clock->due = due;
    begin_interval(clock, start, INTERVAL_PROMISED, arena);
    if (terms)
        set_warning(clock, terms, total_of(clock, terms));
}

/* An answer may be reported late: what was noted after its own time is no part of the promise. */
static bool stop(struct clock *clock, time_ms time, enum clock_state state)
{
    if (!clock_is_open(clock))
        return false;
    while (clock->interval_count > 1 && clock->intervals[clock->interval_count - 1].from > time)
        clock->interval_count--;
    clock->state = state;
    clock->intervals[clock->interval_count - 1].to = time;
    return true;
}

bool clock_takes(const struct clock *clock, time_ms time)
{
    if (!clock_is_open(clock))
        return false;
    if (clock->intervals[0].reason == INTERVAL_PROMISED)
        return time > clock->start;
    return clock->intervals[0].reason == INTERVAL_OPENED || time >= clock->start;
}

bool clock_is_late(const struct clock *clock, time_ms time)
{
    /* In a pause no time passes since it began. */
    for (size_t i = clock->interval_count; i-- > 0;) {
        const struct interval *interval = &clock->intervals[i];
        if (interval->from > time)
            continue;
        if (interval_counts(interval->reason))
            break;
        time = interval->from;
    }
    return time > clock->due;
}

int64_t clock_overdue(const struct clock *clock, const struct sla_terms *terms, time_ms time)
{
    int64_t sum = 0;
    for (size_t i = 0; i < clock->interval_count && clock->due != TIME_NEVER; i++) {
        const struct interval *interval = &clock->intervals[i];
        if (interval_counts(interval->reason))
            sum += between(clock, terms, time_max(interval->from, clock->due),
                           time_min(interval->to, time));
    }
    return sum;
}

bool clock_fulfil(struct clock *clock, time_ms time)
{
    bool kept = !clock_is_late(clock, time) && clock->breached == TIME_NEVER;
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

void clock_warned(struct clock *clock, const struct sla_terms *terms)
{
    int64_t total = total_of(clock, terms);
    unsigned left = 0;
    for (unsigned i = 0; i < terms->warn.count; i++) {
        time_ms at = warning_time(clock, terms, &terms->warn.items[i], total);
        if (at <= clock->warn)
            clock->warned |= 1u << i;
        else if (at != TIME_NEVER && !(clock->warned & 1u << i))
            left++;
    }
    if (left)
        set_warning(clock, terms, total);
    else
        clock->warned = CLOCK_WARNED_ALL;
}

time_ms clock_deadline(const struct clock *clock)
{
    if (clock->state != CLOCK_RUNNING || clock->breached != TIME_NEVER)
        return TIME_NEVER;
    return clock->warned == CLOCK_WARNED_ALL ? clock->due : time_min(clock->warn, clock->due);
}
