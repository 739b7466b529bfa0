/* One worker's transactions, one at a time: outputs, changelog records and the next offset of
 * every task that changed anything end together or not at all. What follows on what is decided in
 * transaction_step.h; all that blocks runs on the committer's thread, see ending.h. */
#pragma once

#include <event2/event.h>
#include <librdkafka/rdkafka.h>
#include <stdatomic.h>
#include "config/config.h"
#include "exactly_once/task.h"
#include "exactly_once/transaction_step.h"
#include "host/failpoint.h"
#include "host/log.h"
#include "kafka/producer.h"

struct transaction_setup {
    const struct config *config;
    const char *name;     /* transactional id */
    rd_kafka_t *consumer; /* whose membership fences */
    struct log *log;
    struct failpoints *failpoints;
    struct undeliverable *undeliverable;
    const atomic_bool *stop; /* set: give up waiting for brokers */
    /* Rises when the membership is lost, before the group may give us another. */
    const atomic_uint *epoch;
    /* On the loop, in state idle or over. `tasks` took part; they are marked or undone already. */
    void (*ended)(void *arg, enum transaction_end end, struct task **tasks, size_t count);
    void *arg;
};

struct transaction;

/* Starts initialising the producer at once. NULL + err. */
struct transaction *transaction_new(struct event_base *base, const struct transaction_setup *setup,
                                    struct error *err);
void transaction_free(struct transaction *transaction); /* blocks; NULL is fine */

enum transaction_state transaction_state(const struct transaction *transaction);
/* Opens one unless it is open. Only when idle or open. */
void transaction_open(struct transaction *transaction);
/* The task takes part: its offset will be committed. Only when open; twice is fine. */
void transaction_join(struct transaction *transaction, struct task *task);
/* Writes what the engine wanted. Only when open. */
void transaction_write(struct transaction *transaction, const struct actions *actions);
void transaction_write_config(struct transaction *transaction);
/* Ends it. What the tasks' state has become goes out before, some thousand records a call: false
 * when there is more, to be called again in the next turn of the loop, and nothing may be fed until
 * then. When all is written `ended` follows. Only when open. */
bool transaction_commit(struct transaction *transaction);
/* Whether such a call has been made. */
bool transaction_closes(const struct transaction *transaction);
/* Ends it. `ended` follows. Only when open. */
void transaction_abort(struct transaction *transaction, const char *reason);
/* Finds out whether the producer is still good, by an abort that reaches the broker: `ended`
 * follows with UNDONE if it is, with FENCED if another process has taken our name. Only when idle
 * or open. */
void transaction_probe(struct transaction *transaction, const char *reason);
/* Only when idle: handles for the new configuration's topics. */
void transaction_configure(struct transaction *transaction, const struct config *config);

size_t transaction_bytes(const struct transaction *transaction); /* buffered by the open one */
/* Since the one under way began to end, ms; 0: none does. */
time_ms transaction_age(const struct transaction *transaction);

struct transaction_counters {
    uint64_t committed, aborted, recreated, redirected, records, bytes;
    time_ms commit_ms_last;
    /* Upper bounds of the buckets are transaction_buckets. */
    uint64_t commit_ms_sum, commit_count[8];
};
extern const int transaction_buckets[8]; /* ms; the last is INT_MAX */
struct transaction_counters transaction_counters(const struct transaction *transaction);
