/* A queue of deadlines: a 4-ary heap of items that know their own place in it, so that one can be
 * moved or removed in O(log n). Equal deadlines leave in the order of `order`, so that time passes
 * the same way in every run. */
#pragma once

#include <stddef.h>
#include "base/time.h"

struct timer {
    time_ms due;    /* TIME_NEVER: not in the queue */
    uint64_t order; /* breaks ties */
    size_t place;   /* the queue's own; 0: not queued */
};

struct timers;

struct timers *timers_new(void);
void timers_free(struct timers *timers); /* NULL is fine; the items are the caller's */
/* Queues, moves or (TIME_NEVER) removes. `timer` must stay where it is while queued. */
void timers_set(struct timers *timers, struct timer *timer, time_ms due);
/* The earliest, or NULL. It stays queued. */
struct timer *timers_first(const struct timers *timers);
time_ms timers_next(const struct timers *timers); /* its deadline or TIME_NEVER */
/* How many are due at or before `until`; looks at no others. */
size_t timers_due(const struct timers *timers, time_ms until);
size_t timers_count(const struct timers *timers);
