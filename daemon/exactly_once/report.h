/* What a worker says about itself for /metrics, /readyz, STATUS and the log. Plain data. */
#pragma once

#include <stdint.h>
#include <librdkafka/rdkafka.h>
#include "exactly_once/assignment.h"
#include "base/time.h"
#include "stages.h"
#include "exactly_once/transaction.h"

enum { REPORT_COUNTERS = 32 };

struct task_report {
    enum stage stage;
    char topic[128];
    int32_t partition;
    int64_t position, high_watermark;
    uint64_t records_fed;
    size_t ahead_bytes; /* of what is prepared */
    size_t fetched;     /* records that librdkafka holds ready */
    time_ms stream, restore_ms;
    uint64_t restore_records;
    bool behind;
    int care; /* enum care_mode */
    uint64_t counters[REPORT_COUNTERS];
};

struct worker_report {
    struct transaction_counters transactions;
    enum transaction_state transaction;
    bool broker_reachable, joined;
    time_ms transaction_age; /* since the one under way was begun, 0: none */
    size_t restoring;
    size_t output_bytes; /* of the open transaction */
    size_t undeliverable;
    size_t count;
    struct task_report *tasks; /* free() it */
};

/* `broker_reachable` and `undeliverable` are left to the caller. */
void report_make(struct worker_report *report, const struct transaction *transaction,
                 const struct assignment *assignment, rd_kafka_t *consumer);
void report_copy(struct worker_report *copy, const struct worker_report *report);
