/* What a worker says about itself for /metrics, /readyz, STATUS and the log. Plain data. */
#pragma once

#include <stdint.h>
#include <librdkafka/rdkafka.h>
#include "exactly_once/assignment.h"
#include "exactly_once/feed.h"
#include "exactly_once/latency.h"
#include "exactly_once/series.h"
#include "base/time.h"
#include "stages.h"
#include "exactly_once/transaction.h"

enum { REPORT_COUNTERS = 32, REPORT_TOPIC = 256, REPORT_UPCOMING = 8 };

struct task_report {
    enum stage stage;
    char topic[REPORT_TOPIC];
    int32_t partition;
    int64_t position, high_watermark;
    int64_t lag;          /* see task_lag */
    uint64_t records_fed; /* and committed */
    size_t ahead_bytes;   /* of what is prepared */
    size_t fetched;       /* records that librdkafka holds ready */
    time_ms stream, restore_ms;
    uint64_t restore_records;
    bool behind;
    int care;        /* enum care_mode */
    int version;     /* that its changelog is written in; 0: none yet */
    size_t due_hour; /* deadlines within an hour; some seconds old */
    uint64_t counters[REPORT_COUNTERS];
};

/* A task that waits for its state. */
struct restoring_report {
    enum stage stage;
    char topic[REPORT_TOPIC];
    int32_t partition;
    int64_t offsets, passed; /* of its changelogs: to read, and read; 0 of 0: not begun */
};

/* What the stages will send by themselves. */
struct upcoming_report {
    char name[256]; /* of a group of notices, cut where it is longer */
    time_ms at;
    size_t size; /* notices in it */
};

struct worker_report {
    struct transaction_counters transactions;
    enum transaction_state transaction;
    bool broker_reachable, joined;
    time_ms transaction_age; /* since the one under way was begun, 0: none */
    size_t output_bytes;     /* of the open transaction */
    size_t undeliverable;
    size_t count, restoring;
    struct task_report *tasks;           /* `count` */
    struct restoring_report *restorings; /* `restoring` */
    struct upcoming_report upcoming[REPORT_UPCOMING];
    size_t upcoming_count;        /* soonest first */
    struct series_report *series; /* `series_count` */
    size_t series_count;
    struct latency decisions; /* from a record's Kafka timestamp to its decision */
    struct turns {            /* of the loop */
        uint64_t counts[8];   /* by transaction_buckets */
        uint64_t sum_us;
        uint64_t stalls; /* that took longer than a tenth of a second */
        uint64_t stalls_ms;
    } turns;
};

/* What takes long is looked at only where `thorough`; else it is what it was. */
struct report_sources {
    const struct transaction *transaction;
    const struct assignment *assignment;
    const struct feeder *feeder;
    rd_kafka_t *consumer;
    struct series *series;
    bool thorough;
    time_ms wall;
};
/* What is in none of them is left to the caller. */
void report_make(struct worker_report *report, const struct report_sources *sources);
void report_copy(struct worker_report *copy, const struct worker_report *report);
void report_free(struct worker_report *report); /* what it owns; leaves it empty */
