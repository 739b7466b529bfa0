/* How long things took, in buckets as Prometheus wants them. Plain data. */
#pragma once

#include <stdint.h>
#include "base/time.h"

enum { LATENCY_BUCKETS = 13 };
extern const time_ms latency_bounds[LATENCY_BUCKETS]; /* ms; the last is TIME_NEVER */

struct latency {                      /* zero-initialise it */
    uint64_t counts[LATENCY_BUCKETS]; /* up to the bound, and above the one before */
    uint64_t sum_ms;
};

/* A negative one, by clocks that differ, counts as 0. */
void latency_add(struct latency *latency, time_ms took);
