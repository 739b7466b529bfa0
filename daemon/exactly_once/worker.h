/* One worker: a thread with a loop, a member of the group, a transactional producer and the tasks
 * of the partitions it was given. Others talk to it through these calls, which are safe from the
 * main thread. */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include "base/buf.h"
#include "config/config.h"
#include "host/failpoint.h"
#include "kafka/inputs.h"
#include "host/log.h"
#include "exactly_once/report.h"
#include "exactly_once/snapshot.h"

struct worker;
struct shared_config;

struct worker_setup {
    int number;                   /* 0.. */
    const char *name;             /* "{group}-{instance}-{worker}" */
    struct shared_config *config; /* taken by reference */
    const struct inputs *inputs;
    struct log *log;
    struct failpoints *failpoints;
    struct snapshot *snapshots[GLOBAL_COUNT]; /* taken by reference; see worker_use_snapshot */
    bool accept_loss;
    int main_fd; /* eventfd: written when `worker_phase` or anything of interest changes */
};

enum worker_phase {
    WORKER_STARTING, /* no transactions yet */
    WORKER_RUNNING,
    WORKER_STOPPED, /* the last transaction has ended */
    WORKER_FAILED   /* see worker_exit_code */
};

/* Starts the thread. NULL + err. Everything in `setup` outlives it; the texts, too. */
struct worker *worker_start(const struct worker_setup *setup, struct error *err);

enum worker_phase worker_phase(const struct worker *worker);
int worker_exit_code(const struct worker *worker);
/* Rises with every turn of the loop: what the watchdog is fed by. */
uint64_t worker_progress(const struct worker *worker);
/* Asks it to end its transaction and stop. */
void worker_stop(struct worker *worker);
/* Waits for the thread of one that has stopped. */
void worker_join(struct worker *worker);
/* Asks it to take another configuration at its next transaction boundary. */
void worker_reconfigure(struct worker *worker, struct shared_config *config);
/* The fingerprint-bearing configuration in use is `config`. */
bool worker_uses(struct worker *worker, const struct shared_config *config);
/* Another snapshot of a global table, taken by reference; it looks through it from its next turn
 * on, and drops the one before. */
void worker_use_snapshot(struct worker *worker, struct snapshot *snapshot);
/* A copy of its latest report, at most a quarter of a second old. */
void worker_report(struct worker *worker, struct worker_report *report);
