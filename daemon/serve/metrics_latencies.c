#include "serve/metrics_parts.h"

#include <inttypes.h>
#include <limits.h>

/* One bucket's line; `bound` in ms, below 0: the last one. */
static void bucket(struct buf *text, const char *name, int worker, time_ms bound, uint64_t sum)
{
    buf_printf(text, "%s_bucket{worker=\"%d\",le=\"", name, worker);
    if (bound < 0)
        buf_printf(text, "+Inf");
    else
        buf_printf(text, "%g", (double)bound / 1000);
    buf_printf(text, "\"} %" PRIu64 "\n", sum);
}

static void total(struct buf *text, const char *name, int worker, uint64_t sum_ms, uint64_t count)
{
    buf_printf(text, "%s_sum{worker=\"%d\"} %.15g\n", name, worker, (double)sum_ms / 1000);
    buf_printf(text, "%s_count{worker=\"%d\"} %" PRIu64 "\n", name, worker, count);
}

/* One worker's, in the buckets of commits. */
static void write_buckets(struct buf *text, const char *name, int worker, const uint64_t *counts,
                          uint64_t sum_ms)
{
    uint64_t sum = 0;
    for (int b = 0; b < 8; b++) {
        sum += counts[b];
        bucket(text, name, worker, transaction_buckets[b] == INT_MAX ? -1 : transaction_buckets[b],
               sum);
    }
    total(text, name, worker, sum_ms, sum);
}

static void write_commits(struct buf *text, const struct app_report *app)
{
    static const char name[] = "ombud_commit_seconds";
    metrics_head(text, name, "histogram", "From deciding to commit to committed.");
    for (int i = 0; i < app->count; i++) {
        const struct transaction_counters *counters = &app->workers[i].transactions;
        write_buckets(text, name, i, counters->commit_count, counters->commit_ms_sum);
    }
}

static void write_turns(struct buf *text, const struct app_report *app)
{
    static const char name[] = "ombud_loop_turn_seconds";
    metrics_head(text, name, "histogram",
                 "How long a worker's loop was busy at a time, unable to take up anything else.");
    for (int i = 0; i < app->count; i++) {
        const struct turns *turns = &app->workers[i].turns;
        write_buckets(text, name, i, turns->counts, turns->sum_us / 1000);
    }
}

static void write_decisions(struct buf *text, const struct app_report *app)
{
    static const char name[] = "ombud_decision_seconds";
    metrics_head(text, name, "histogram",
                 "From an event's Kafka timestamp to its decision, which the commit then sends.");
    for (int i = 0; i < app->count; i++) {
        const struct latency *latency = &app->workers[i].decisions;
        uint64_t sum = 0;
        for (int b = 0; b < LATENCY_BUCKETS; b++) {
            sum += latency->counts[b];
            bucket(text, name, i, latency_bounds[b] == TIME_NEVER ? -1 : latency_bounds[b], sum);
        }
        total(text, name, i, latency->sum_ms, sum);
    }
}

void metrics_latencies(struct buf *text, const struct app_report *app)
{
    write_commits(text, app);
    write_turns(text, app);
    write_decisions(text, app);
}
