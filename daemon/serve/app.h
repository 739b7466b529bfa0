/* What main builds once: the parts of the daemon and how they hang together. Belongs to the main
 * thread. */
#pragma once

#include <event2/event.h>
#include <stdbool.h>
#include "exactly_once/globals_reader.h"
#include "host/failpoint.h"
#include "kafka/inputs.h"
#include "host/log.h"
#include "host/process.h"
#include "host/shared_config.h"
#include "exactly_once/worker.h"

enum { NAME_BYTES = 256 };

/* How reloads ended. */
struct reload_tally {
    uint64_t taken, refused;
    time_ms taken_at, refused_at; /* 0: never */
    char refusal[512];            /* of the last one */
};

struct app {
    const char *config_path;
    bool accept_loss;
    struct log *log;
    struct failpoints *failpoints;
    struct shared_config *config;
    struct inputs inputs;
    int worker_count;
    char (*names)[NAME_BYTES]; /* group.instance.id and transactional.id of each */
    struct worker **workers;
    struct globals_reader *globals;
    int wake_fd;     /* eventfd that workers write when something changed */
    time_ms started; /* wall clock */
    char instance[NAME_BYTES / 2];
    struct reload_tally reloads;
};

/* "{group}-{instance}-{number}" for each worker, into `names`. */
void app_name_workers(struct app *app, const char *instance);

/* What all workers say of themselves now. */
struct app_report {
    struct worker_report *workers;
    int count;
    bool starting;                      /* one has not begun yet */
    const struct reload_tally *reloads; /* the app's */
    time_ms started;                    /* wall clock */
    struct process_numbers process;     /* left to the caller */
};
void app_report(const struct app *app, struct app_report *report);
void app_report_free(struct app_report *report);

struct main_loop;

/* Before Kafka is asked for anything: the service manager hears what is waited for, and for how
 * long. */
void main_loop_starts(const struct config *config);

/* Listens to signals and serves pages once it runs. NULL + err. `app` outlives it. */
struct main_loop *main_loop_new(struct app *app, struct error *err);
/* Runs until a signal or a failure; the exit code. The workers' last transactions have ended, or
 * config->shutdown_wait is over. */
int main_loop_run(struct main_loop *loop);
/* Waits for a reload under way, which the end of a process need not. NULL is fine. */
void main_loop_free(struct main_loop *loop);
