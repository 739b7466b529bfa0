/* What may block when a transaction ends, for the committer's thread. The loop fills in what it
 * wants, has one errand run at a time, and then reads what came of it; meanwhile the errand is the
 * thread's. */
#pragma once

#include <librdkafka/rdkafka.h>
#include <stdbool.h>
#include "base/error.h"
#include "base/time.h"
#include "exactly_once/ending.h"
#include "kafka/producer.h"
#include "exactly_once/transaction.h"

struct errand {
    const struct transaction_setup *setup; /* borrowed, and so is all in it */

    /* wanted, by the loop */
    struct producer *producer;                /* of commit and abort; borrowed */
    rd_kafka_topic_partition_list_t *offsets; /* of a commit */
    bool probe;                               /* of an abort: it must reach the broker */
    struct producer *old;                     /* of a recreation: what is replaced, or NULL */
    bool ask; /* of a recreation: afterwards, what the group has in place of `offsets` */

    /* what came of it, by the thread */
    enum ending ending;
    struct error why; /* unless ENDING_DONE */
    struct refusing refusing;
    time_ms took;          /* of a commit */
    struct producer *made; /* of a recreation: to be taken over, or NULL */
};

/* Each gives up after a time below transaction.timeout.ms, and is then uncertain. */
void errand_commit(struct errand *errand);
void errand_abort(struct errand *errand);
/* Makes a producer anew under the same name, as long as it takes; ENDING_FENCED if that is another
 * process's right now, ENDING_STOPPED if asked to stop. */
void errand_recreate(struct errand *errand);

void errand_forget_offsets(struct errand *errand);
/* Frees what the errand owns: offsets and producers that nobody took over. Blocks. */
void errand_clear(struct errand *errand);
