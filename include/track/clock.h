/* A running promise to the customer. It stores what it was promised under (a definition's hash),
 * its start, its due time and the intervals of its life with their reasons, never a running sum:
 * sums corrupt when a definition changes. */
#pragma once

#include "config/config.h"
#include "track/definition.h"

enum clock_state {
    CLOCK_OFF,     /* nothing is promised, nor will be by another band */
    CLOCK_RUNNING, /* not yet kept; may be broken already, see `breached`; without a due time
                      nothing is promised as long as the band has no target */
    CLOCK_MET,     /* kept in time */
    CLOCK_MISSED,  /* the answer came, too late */
    CLOCK_ENDED,   /* the matter ended before the answer: nothing is owed any more */
    CLOCK_PAUSED,  /* not yet kept, and stands still: the last interval says why */
    CLOCK_STATE_COUNT
};

const char *clock_state_name(enum clock_state state); /* "running" */

/* What an interval began with. */
enum interval_reason {
    INTERVAL_OPENED,
    INTERVAL_REOPENED,
    INTERVAL_RESUMED,     /* what the ticket waited for came */
    INTERVAL_CUSTOMER,    /* a pause: the ticket waits for the customer */
    INTERVAL_THIRD_PARTY, /* a pause: it waits for somebody else outside */
    INTERVAL_ENDED,       /* no time of the promise: the ticket was resolved or closed */
    INTERVAL_REPLIED,
    INTERVAL_WROTE,
    INTERVAL_PROMISED,
    INTERVAL_RESOLVED,
    INTERVAL_AWARE,    /* something was heard that a named clock waits for */
    INTERVAL_EVENT,    /* an event came that starts a named clock */
    INTERVAL_AFTER,    /* the clock before it was kept */
    INTERVAL_REPEATED, /* it was kept and begins again */
    INTERVAL_REASON_COUNT
};

const char *interval_reason_name(enum interval_reason reason); /* "third_party" */
/* Whether the promise's time runs meanwhile. */
bool interval_counts(enum interval_reason reason);

/* Each begins where the one before it ends. */
struct interval {
    time_ms from, to; /* to: TIME_NEVER while it lasts */
    enum interval_reason reason;
};

/* Warnings, a bit for each of the SLA's list. */
enum { CLOCK_WARNED_ALL = 0xff };

struct clock {
    enum clock_kind kind;
    struct str name; /* of CLOCK_NAMED: one of those of its terms; else absent */
    int number;      /* which of the ticket's named clocks it is, from 0 on; else 0 */
    enum clock_state state;
    unsigned warned;     /* those announced: never announced again */
    uint64_t definition; /* of the SLA's terms; 0: off */
    int band;            /* whose target it has */
    time_ms start;
    time_ms due;       /* TIME_NEVER: nothing is promised */
    time_ms warn;      /* the next warning; TIME_NEVER: none */
    time_ms breached;  /* when the breach was announced, or TIME_NEVER: it stands for good */
    time_ms fulfilled; /* the answer's own time, or TIME_NEVER */
    time_ms extension; /* time that was added to the target */
    int extensions;    /* how often */
    struct interval *intervals; /* the last one is open while the clock runs or is paused */
    size_t interval_count;
};

/* More than any ticket has that people work on, and far below what a ticket's state can hold. */
enum { CLOCK_INTERVALS_MAX = 1000 };

/* Not kept, not ended: running or paused. */
static inline bool clock_is_open(const struct clock *clock)
{
    return clock->state == CLOCK_RUNNING || clock->state == CLOCK_PAUSED;
}

/* "response", or its own name. */
static inline struct str clock_name(const struct clock *clock)
{
    return clock->kind == CLOCK_NAMED ? clock->name : str_from(clock_kind_name(clock->kind));
}
/* What ladders climb for: the kind, of named ones each its own. */
static inline int clock_subject(const struct clock *clock)
{
    return (int)clock->kind + clock->number;
}

/* What `terms` say of it in its band: how long it has, and whose time counts (NULL: every hour). */
const struct target *clock_target(const struct clock *clock, const struct sla_terms *terms);
const struct calendar *clock_calendar(const struct clock *clock, const struct sla_terms *terms);
/* Of a named clock; NULL of others. */
const struct named_terms *clock_named_terms(const struct clock *clock,
                                            const struct sla_terms *terms);

/* No clock runs: all times TIME_NEVER. */
void clock_reset(struct clock *clock, enum clock_kind kind);
/* Starts afresh under `terms` at `start`, of the kind that it is; nothing is promised yet where the
 * band has no target. The interval list is made anew in `arena`, here and below. */
void clock_start(struct clock *clock, const struct sla_terms *terms, uint64_t definition, int band,
                 time_ms start, enum interval_reason reason, struct arena *arena);
/* Another band's target, counted from the same start, pauses kept. True when the due time changed;
 * *previous is then the old one, TIME_NEVER: nothing was promised before. A clock that is not open
 * stays as it is, and so does a promise where the other band has no target. */
bool clock_retarget(struct clock *clock, const struct sla_terms *terms, int band,
                    time_ms *previous);

/* Stands still from `time` on, for `reason`, which does not count; a paused one may go on to
 * another reason. Its due time stays what was promised, and nothing is due. False when nothing
 * changed. */
bool clock_pause(struct clock *clock, enum interval_reason reason, time_ms time,
                 struct arena *arena);
/* Runs again from `time` on: what was left of the target is counted from there. *previous is what
 * was promised before the pause. False when it was not paused. */
bool clock_resume(struct clock *clock, const struct sla_terms *terms, time_ms time,
                  time_ms *previous, struct arena *arena);
/* One that was kept or ended runs on from `time`: the time since is none of the promise's. A breach
 * that was announced stands. */
void clock_reopen(struct clock *clock, const struct sla_terms *terms, int band, time_ms time,
                  struct arena *arena);

/* Other terms from `time` on, as if it had always run under them; warnings that would have come by
 * then are not given any more. True when the due time changed; *previous is then the old one. */
bool clock_recompute(struct clock *clock, const struct sla_terms *terms, uint64_t definition,
                     time_ms time, time_ms *previous);
/* One that ended goes on as if it had not: its time ran all the while. */
void clock_take_up(struct clock *clock);

/* Since when it stands still, of a paused one. */
time_ms clock_paused_since(const struct clock *clock);

/* At `time` somebody gave it until `due`, later than before; *previous is what was promised. What
 * is left after a pause has the time that was added. Warnings begin anew. */
void clock_extend(struct clock *clock, const struct sla_terms *terms, time_ms due, time_ms time,
                  time_ms *previous);
/* Starts afresh at `start` with a date that somebody named. `terms` NULL, `definition` 0: no SLA,
 * so nothing warns. */
void clock_promise(struct clock *clock, const struct sla_terms *terms, uint64_t definition,
                   time_ms start, time_ms due, struct arena *arena);

/* Whether an answer at `time`, its own, counts: one from before a reopening keeps no promise made
 * after it, while the first may be kept before the event that made the ticket. What somebody
 * promised is not kept by the word that promised it. */
bool clock_takes(const struct clock *clock, time_ms time);
/* Whether `time` lies behind the due time; in a pause, whether its begin does. */
bool clock_is_late(const struct clock *clock, time_ms time);
/* How much of the promise's own time passed from its due time to `time`, or to its end; ms. `terms`
 * NULL: every hour counts. */
int64_t clock_overdue(const struct clock *clock, const struct sla_terms *terms, time_ms time);
/* The answer came at `time`: met, or missed when that is late or a breach stands. False when
 * nothing was open that takes it. */
bool clock_fulfil(struct clock *clock, time_ms time);
/* Nothing is owed any more. False when nothing was open. */
bool clock_end(struct clock *clock, time_ms time);

/* The warning that was next was given: the one after it is. */
void clock_warned(struct clock *clock, const struct sla_terms *terms);
/* The next announcement: warning or breach, or TIME_NEVER. */
time_ms clock_deadline(const struct clock *clock);
