/* The blocking half of a transaction, for a thread aside. The loop fills in what it wants, has one
 * of the verbs run at a time, and reads then what came of it; meanwhile the ending is the thread's.
 */
#pragma once

#include <librdkafka/rdkafka.h>
#include <stdatomic.h>
#include <stdbool.h>
#include "base/time.h"
#include "config/config.h"
#include "host/failpoint.h"
#include "host/log.h"
#include "kafka/producer.h"
#include "kafka/verdict.h"

struct ending_setup {
    const char *name;     /* transactional id */
    rd_kafka_t *consumer; /* whose membership fences */
    struct log *log;
    struct failpoints *failpoints;
    struct undeliverable *undeliverable;
    const atomic_bool *stop; /* set: give up waiting for brokers */
    /* Rises when the membership is lost, before the group may give us another. */
    const atomic_uint *epoch;
};

/* Topics that the broker says are not there, or not for us, while records for them wait. */
struct refusing {
    struct {
        char topic[256];
        rd_kafka_resp_err_t code;
    } items[32];
    int count;
};

struct ending {
    struct ending_setup setup; /* all in it is borrowed */

    /* wanted, by the loop */
    const struct config *config;              /* of a new producer */
    struct producer *producer;                /* of commit and abort, borrowed; of a recreation, or
                                               * NULL: replaced and freed */
    rd_kafka_topic_partition_list_t *offsets; /* of a commit; owned */
    unsigned epoch;                           /* when the transaction was opened */
    bool probe;                               /* of an abort: it must reach the broker */
    bool ask; /* of a recreation: afterwards, what the group has in place of `offsets` */

    /* what came of it, by the thread */
    struct verdict verdict;
    struct refusing refusing; /* of a commit */
    time_ms took;             /* of a commit */
    struct producer *made;    /* of a recreation: to be taken over, or NULL; owned */
};

/* Sends the offsets under the consumer's membership, empties the producer and commits. A missing
 * topic shows only as records that wait: then fresh metadata decides, and `refusing` says which.
 * Gives up after a time below transaction.timeout.ms, with REMEDY_ASK if it may have happened. */
void ending_commit(struct ending *ending);
void ending_abort(struct ending *ending);
/* Makes a producer anew under the same name, as long as it takes. REMEDY_YIELD if the name is
 * another process's now, REMEDY_STOP if asked to stop. */
void ending_recreate(struct ending *ending);

void ending_forget_offsets(struct ending *ending);
/* Frees what it owns: offsets, and a producer that nobody took over. Blocks. */
void ending_clear(struct ending *ending);
