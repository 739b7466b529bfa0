/* The topics a configuration needs, and whether the broker has them as they must be. Shared by
 * `ombudctl topics create|check` and by the start of ombudd. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <librdkafka/rdkafka.h>
#include "base/buf.h"
#include "config/config.h"
#include "config/outputs.h"

struct topic_plan {
    struct str name; /* borrowed from the configuration */
    enum topic_kind kind;
    enum topic_partitions partitions;
    struct str like;    /* of PARTITIONS_INPUT: the input whose count it must have */
    bool read, written; /* by ombudd */
};

/* Every topic of `config`, in a fixed order; `*count` of them in an array to free(). In shadow mode
 * only what shadow mode reads and writes. */
struct topic_plan *topics_plan(const struct config *config, size_t *count);

/* A client for metadata and administration with the configuration's kafka properties. NULL + err.
 * rd_kafka_destroy it. */
rd_kafka_t *topics_client(const struct config *config, struct error *err);

enum topics_verdict {
    TOPICS_RIGHT,
    TOPICS_MISSING, /* not there; or not yet, which one broker's answer does not tell apart */
    TOPICS_WRONG,   /* there, but not as they must be: time mends nothing */
    TOPICS_UNKNOWN, /* no answer within the time */
    TOPICS_REFUSED  /* the broker does not let this user in, or is not the one it must be */
};
/* Compares the plan with what some broker says, and appends one line a defect to `report`
 * ("topic 'ombud.promises' is missing; ..."). TOPICS_UNKNOWN and TOPICS_REFUSED + err, then
 * `report` is untouched. `timeout`: ms. Blocks. */
enum topics_verdict topics_check(rd_kafka_t *client, const struct config *config, int timeout,
                                 struct buf *report, struct error *err);

/* Creates what is missing; what exists is left as it is. Brokers may need a while to show it: see
 * kafka/topics_shown.h. Appends a line for each topic created.
 * False + err at the first refusal. Blocks. */
bool topics_create(rd_kafka_t *client, const struct config *config, int timeout, struct buf *report,
                   struct error *err);

/* Partitions of a topic, 0: it is missing, -1 + err: no answer. Blocks. */
int topics_partitions(rd_kafka_t *client, struct str topic, int timeout, struct error *err);
