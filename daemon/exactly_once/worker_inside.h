/* What a worker is made of, for the files that make it up: worker.c (its turns) and worker_life.c
 * (how it comes to be, and what others may ask of it). */
#pragma once

#include <event2/event.h>
#include <pthread.h>
#include "exactly_once/assignment.h"
#include "exactly_once/feed.h"
#include "host/shared_config.h"
#include "kafka/brokers.h"
#include "exactly_once/verify.h"
#include "exactly_once/worker.h"

struct worker {
    struct worker_setup setup;
    pthread_t thread;
    struct event_base *base;
    rd_kafka_t *consumer;
    rd_kafka_queue_t *queue;
    struct brokers *brokers;
    struct undeliverable *undeliverable;
    struct transaction *transaction;
    struct restorer *restorer;
    struct assignment *assignment;
    struct verifier *verifier;
    struct feeder *feeder;
    struct snapshot *snapshots[GLOBAL_COUNT];
    struct globals globals; /* what engines see of them */
    struct shared_config *config;
    int wake_fd, consumer_fd, tasks_fd;
    struct event *wake_event, *consumer_event, *tasks_event, *turn_timer, *tick_timer;
    bool goodbye_said; /* once for each revocation: it may fail, but must not hold up the group */
    bool config_announced, broker_away, newcomer;
    bool displaced; /* the group has given our place to somebody: another process, or ourselves */
    time_ms last_turn;
    struct series *series;
    unsigned ticks;
    struct turns turns;
    int undone;         /* transactions, one after the other */
    time_ms not_before; /* feeds nothing until then, boot clock */

    atomic_bool stop;
    atomic_uint epoch; /* of the membership, see ending.h */
    atomic_int phase, exit_code;
    atomic_ullong progress;
    pthread_mutex_t lock; /* guards what follows */
    struct shared_config *next_config;
    struct snapshot *next_snapshots[GLOBAL_COUNT]; /* NULL: no other */
    struct worker_report report;
};

/* Subscribes to the inputs. A newcomer names one topic more and drops it after its first
 * assignment: a change of subscription is what makes the group deal out its partitions again.
 * Without it, who died while giving partitions away and came back under its name would be handed
 * the shrunken assignment, and nobody the rest. */
rd_kafka_resp_err_t worker_subscribe(struct worker *worker, bool newcomer);
/* Writes an eventfd of ours. */
void worker_wake(int fd);
/* Events of the parts of `struct worker`, each with the worker as argument. */
void worker_on_transaction(void *arg, enum transaction_end end, struct task **tasks, size_t count);
void worker_on_restored(void *arg, struct task *task);
void worker_on_consumer(evutil_socket_t fd, short what, void *arg);
void worker_on_news(evutil_socket_t fd, short what, void *arg);
void worker_on_turn(evutil_socket_t fd, short what, void *arg);
void worker_on_tick(evutil_socket_t fd, short what, void *arg);
