#include "exactly_once/latency.h"

const time_ms latency_bounds[LATENCY_BUCKETS] = { 10,   25,   50,    100,   250,    500,       1000,
                                                  2500, 5000, 10000, 60000, 600000, TIME_NEVER };

void latency_add(struct latency *latency, time_ms took)
{
    int bucket = 0;
    took = time_max(took, 0);
    while (took > latency_bounds[bucket])
        bucket++;
    latency->counts[bucket]++;
    latency->sum_ms += (uint64_t)took;
}
