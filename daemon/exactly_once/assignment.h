/* The tasks of a worker: translates the group's rebalances for membership.h, and carries out what
 * that decides with the consumer, the restorer and the tasks. */
#pragma once

#include <librdkafka/rdkafka.h>
#include <stdatomic.h>
#include "exactly_once/membership.h"
#include "exactly_once/restore.h"
#include "exactly_once/series.h"
#include "exactly_once/task.h"
#include "host/failpoint.h"
#include "host/log.h"
#include "kafka/inputs.h"

struct assignment;

struct assignment_setup {
    const struct config *config;
    const struct inputs *inputs; /* outlives it */
    rd_kafka_t *consumer;
    struct log *log;
    struct failpoints *failpoints;
    int fd;                        /* eventfd that the tasks' queues wake */
    atomic_uint *epoch;            /* of the membership, see ending.h */
    const struct globals *globals; /* for engines; outlives it */
    struct series *series;         /* told of tasks that leave; NULL: nobody is */
};

struct assignment *assignment_new(const struct assignment_setup *setup);
void assignment_free(struct assignment *assignment); /* after the restorer; NULL is fine */
/* Once, before the first event. */
void assignment_use(struct assignment *assignment, struct restorer *restorer);
/* Every task decides by `config` from now on. Only when none is being restored. */
void assignment_configure(struct assignment *assignment, const struct config *config);

/* Takes a rebalance event of the consumer's main queue. */
void assignment_event(struct assignment *assignment, rd_kafka_event_t *event);
/* The restorer is done with `task`. False + err when it could not be restored. */
bool assignment_restored(struct assignment *assignment, struct task *task, struct error *err);
/* The task's state cannot be trusted any more: it is restored after the next boundary. */
void assignment_restore_again(struct assignment *assignment, struct task *task);
/* At a boundary (no transaction): lets go of what leaves, and begins what waits. */
void assignment_settle(struct assignment *assignment);

enum membership_wish assignment_wish(const struct assignment *assignment);
/* Those that are fed, and those that were revoked and are fed no more. Valid until the next call
 * that is not const. */
struct task **assignment_running(const struct assignment *assignment, size_t *count);
struct task **assignment_leaving(const struct assignment *assignment, size_t *count);
bool assignment_runs(const struct assignment *assignment, const struct task *task);
/* The group has given us something, or nothing, at least once. */
bool assignment_joined(const struct assignment *assignment);
/* Tasks that the restorer has, or that wait for it or for the consumer. What the restorer fills in
 * is not to be looked at. Valid like the others. */
struct task **assignment_restoring(const struct assignment *assignment, size_t *count);
