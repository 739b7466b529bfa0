/* The blocking half of a transaction: what the committer's thread does to end one. */
#pragma once

#include <librdkafka/rdkafka.h>
#include <stdatomic.h>
#include "base/error.h"
#include "base/time.h"
#include "host/failpoint.h"
#include "host/log.h"

enum ending {
    ENDING_DONE,      /* as asked: committed, aborted, or initialised */
    ENDING_ABORT,     /* not committed; must be aborted */
    ENDING_RECREATE,  /* not committed; the producer is useless */
    ENDING_UNCERTAIN, /* committed or not; the producer is useless */
    ENDING_FENCED,    /* another process has our name */
    ENDING_STOPPED    /* asked to stop before it was over */
};

struct ending_setup {
    rd_kafka_t *consumer;
    struct log *log;
    struct failpoints *failpoints;
    const atomic_bool *stop;
};

/* Topics that the broker says are not there, or not for us, while records for them wait. */
struct refusing {
    struct {
        char topic[256];
        rd_kafka_resp_err_t code;
    } items[32];
    int count;
};

/* Sends the offsets under the consumer's current membership, empties the producer and commits.
 * Gives up after `budget` ms. A missing topic shows only as records that wait: then fresh metadata
 * decides, and `refusing` says which. */
enum ending ending_commit(const struct ending_setup *setup, rd_kafka_t *producer,
                          const rd_kafka_topic_partition_list_t *offsets, time_ms budget,
                          struct refusing *refusing, struct error *why);
enum ending ending_abort(const struct ending_setup *setup, rd_kafka_t *producer, time_ms budget,
                         struct error *why);
/* init_transactions, as long as it takes. ENDING_DONE, FENCED, STOPPED, or ABORT: not allowed or
 * otherwise hopeless, *why says it. */
enum ending ending_initialise(const struct ending_setup *setup, rd_kafka_t *producer,
                              struct error *why);
/* A producer under our name was fenced. Waits until the consumer must have heard it if the group
 * has given its place away, too. True: still a member, the producer may be made anew. */
bool ending_still_member(const struct ending_setup *setup);
/* Fills the committed offsets and metadata of `list`, as long as it takes. False: stopped. */
bool ending_read_committed(const struct ending_setup *setup, rd_kafka_topic_partition_list_t *list);
