/* Which tasks a worker has. Answers the group's rebalances: an assignment at once (with nothing;
 * tasks are added as their restore completes), a revocation after the transaction that holds those
 * partitions has ended, a loss after open and buffered work is dropped. */
#pragma once

#include <librdkafka/rdkafka.h>
#include <stdatomic.h>
#include "host/failpoint.h"
#include "kafka/inputs.h"
#include "host/log.h"
#include "exactly_once/restore.h"
#include "exactly_once/task.h"

struct assignment;

struct assignment_setup {
    const struct config *config;
    const struct inputs *inputs; /* outlives it */
    rd_kafka_t *consumer;
    struct log *log;
    struct failpoints *failpoints;
    int fd;             /* eventfd that the tasks' queues wake */
    atomic_uint *epoch; /* raised by a loss before it is answered, see ending.h */
    /* Fills in what the worker gives its engines (the table of customers). */
    void (*equip)(void *arg, struct task *task);
    void *arg;
};

struct assignment *assignment_new(const struct assignment_setup *setup);
void assignment_free(struct assignment *assignment); /* after the restorer; NULL is fine */
/* Once, before the first event. */
void assignment_use(struct assignment *assignment, struct restorer *restorer);
void assignment_configure(struct assignment *assignment, const struct config *config);

/* Takes a rebalance event of the consumer's main queue. */
void assignment_event(struct assignment *assignment, rd_kafka_event_t *event);
/* The restorer is done with `task`. False + err when it could not be restored. */
bool assignment_restored(struct assignment *assignment, struct task *task, struct error *err);
/* The task's state cannot be trusted any more: restore it again. Only at a boundary. */
void assignment_restore_again(struct assignment *assignment, struct task *task);

enum assignment_wish {
    ASSIGNMENT_CONTENT,
    ASSIGNMENT_BOUNDARY, /* end the transaction, then settle */
    ASSIGNMENT_ABORT     /* membership is lost: abort the transaction, then settle */
};
enum assignment_wish assignment_wish(const struct assignment *assignment);
/* At a boundary (no transaction): answers what waits for one. */
void assignment_settle(struct assignment *assignment);

struct task **assignment_tasks(const struct assignment *assignment, size_t *count);
/* The group has given us something, or nothing, at least once. */
bool assignment_joined(const struct assignment *assignment);
size_t assignment_restoring(const struct assignment *assignment);
