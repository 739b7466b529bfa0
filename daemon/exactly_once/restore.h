/* Brings tasks to where the group left them: committed position, then the changelog to its end.
 * One thread per worker reads for all tasks that wait; nothing of it is on a loop. */
#pragma once

#include <event2/event.h>
#include <librdkafka/rdkafka.h>
#include "config/config.h"
#include "host/failpoint.h"
#include "host/log.h"
#include "exactly_once/task.h"

struct restorer;

struct restorer_setup {
    rd_kafka_t *consumer; /* the worker's: knows the group's committed offsets */
    struct log *log;
    struct failpoints *failpoints;
    bool accept_loss; /* --accept-loss: a lost position is taken up where the log begins */
    /* On the loop: the task is the worker's again, with an engine, or with `refusal` set. */
    void (*done)(void *arg, struct task *task);
    void *arg;
};

struct restorer *restorer_new(struct event_base *base, const struct restorer_setup *setup,
                              struct error *err);
/* The tasks are the restorer's until `done`. Their configuration must not be exchanged meanwhile.
 */
void restorer_add(struct restorer *restorer, struct task **tasks, size_t count);
/* Ends soon: tasks under way are given back without an engine, `done` is not called any more; the
 * caller frees them. Blocks for at most about a second. NULL is fine. */
void restorer_free(struct restorer *restorer);
