#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>

#include "base/mem.h"
#include "kafka/kafka_conf.h"
#include "exactly_once/worker_inside.h"

enum { TICK_MS = 250, NAME_SIZE = 256 };

rd_kafka_resp_err_t worker_subscribe(struct worker *worker, bool newcomer)
{
    const struct inputs *inputs = worker->setup.inputs;
    rd_kafka_topic_partition_list_t *topics =
        rd_kafka_topic_partition_list_new((int)inputs->count + 1);
    for (size_t i = 0; i < inputs->count; i++)
        rd_kafka_topic_partition_list_add(topics, inputs->items[i].topic, RD_KAFKA_PARTITION_UA);
    if (newcomer) {
        char name[NAME_SIZE];
        snprintf(name, sizeof(name), "%.*s",
                 STR_ARG(shared_config_get(worker->config)->topics.config));
        rd_kafka_topic_partition_list_add(topics, name, RD_KAFKA_PARTITION_UA);
    }
    rd_kafka_resp_err_t code = rd_kafka_subscribe(worker->consumer, topics);
    rd_kafka_topic_partition_list_destroy(topics);
    worker->newcomer = newcomer;
    return code;
}

static bool open_consumer(struct worker *worker, struct error *err)
{
    const struct config *config = shared_config_get(worker->config);
    const struct inputs *inputs = worker->setup.inputs;
    struct kafka_identity identity = { .name = worker->setup.name,
                                       .partitions = inputs_partitions(inputs),
                                       .ear = brokers_ear(worker->brokers) };
    worker->consumer = kafka_client(KAFKA_CONSUMER, config, &identity, worker->setup.log, err);
    if (worker->consumer == NULL)
        return false;
    static const uint64_t one = 1;
    rd_kafka_poll_set_consumer(worker->consumer);
    worker->queue = rd_kafka_queue_get_consumer(worker->consumer);
    rd_kafka_queue_io_event_enable(worker->queue, worker->consumer_fd, &one, sizeof(one));
    rd_kafka_resp_err_t code = worker_subscribe(worker, true);
    return code == RD_KAFKA_RESP_ERR_NO_ERROR ||
           error_set(err, "subscribe: %s", rd_kafka_err2str(code));
}

static bool open_parts(struct worker *worker, struct error *err)
{
    const struct config *config = shared_config_get(worker->config);
    struct assignment_setup assignment = { .config = config,
                                           .inputs = worker->setup.inputs,
                                           .consumer = worker->consumer,
                                           .log = worker->setup.log,
                                           .failpoints = worker->setup.failpoints,
                                           .fd = worker->tasks_fd,
                                           .epoch = &worker->epoch,
                                           .globals = &worker->globals,
                                           .series = worker->series };
    struct restorer_setup restorer = { worker->consumer,         worker->setup.log,
                                       worker->setup.failpoints, worker->setup.accept_loss,
                                       worker_on_restored,       worker };
    struct transaction_setup transaction = { .config = config,
                                             .name = worker->setup.name,
                                             .consumer = worker->consumer,
                                             .log = worker->setup.log,
                                             .failpoints = worker->setup.failpoints,
                                             .undeliverable = worker->undeliverable,
                                             .stop = &worker->stop,
                                             .epoch = &worker->epoch,
                                             .ended = worker_on_transaction,
                                             .arg = worker };
    worker->assignment = assignment_new(&assignment);
    worker->restorer = restorer_new(worker->base, &restorer, err);
    if (worker->restorer == NULL)
        return false;
    assignment_use(worker->assignment, worker->restorer);
    worker->transaction = transaction_new(worker->base, &transaction, err);
    if (worker->transaction == NULL)
        return false;
    worker->verifier = verifier_new(worker->base, worker->consumer, err);
    worker->feeder =
        feeder_new(worker->transaction, config, worker->setup.failpoints, worker->setup.log);
    return worker->verifier != NULL;
}

static void open_events(struct worker *worker)
{
    worker->wake_event =
        event_new(worker->base, worker->wake_fd, EV_READ | EV_PERSIST, worker_on_news, worker);
    worker->consumer_event = event_new(worker->base, worker->consumer_fd, EV_READ | EV_PERSIST,
                                       worker_on_consumer, worker);
    worker->tasks_event =
        event_new(worker->base, worker->tasks_fd, EV_READ | EV_PERSIST, worker_on_news, worker);
    worker->turn_timer = evtimer_new(worker->base, worker_on_turn, worker);
    worker->tick_timer = event_new(worker->base, -1, EV_PERSIST, worker_on_tick, worker);
    struct timeval tick = { 0, TICK_MS * 1000 };
    event_add(worker->wake_event, NULL);
    event_add(worker->consumer_event, NULL);
    event_add(worker->tasks_event, NULL);
    event_add(worker->tick_timer, &tick);
}

static void *worker_main(void *arg)
{
    struct worker *worker = arg;
    event_base_dispatch(worker->base);
    return NULL;
}

struct worker *worker_start(const struct worker_setup *setup, struct error *err)
{
    struct worker *worker = mem_alloc(sizeof(*worker));
    worker->setup = *setup;
    worker->config = shared_config_take(setup->config);
    for (int i = 0; i < GLOBAL_COUNT; i++) {
        worker->snapshots[i] = snapshot_take(setup->snapshots[i]);
        worker->globals.tables[i] = snapshot_table(setup->snapshots[i]);
    }
    pthread_mutex_init(&worker->lock, NULL);
    worker->undeliverable = undeliverable_new();
    worker->brokers = brokers_new(setup->log);
    worker->series = series_new();
    worker->wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    worker->consumer_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    worker->tasks_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    worker->base = event_base_new();
    if (worker->wake_fd < 0 || worker->consumer_fd < 0 || worker->tasks_fd < 0 ||
        worker->base == NULL) {
        error_set(err, "event loop: %s", strerror(errno));
        return NULL; /* the process ends: nothing is released one by one */
    }
    if (!open_consumer(worker, err) || !open_parts(worker, err))
        return NULL;
    open_events(worker);
    int code = pthread_create(&worker->thread, NULL, worker_main, worker);
    if (code != 0) {
        error_set(err, "a thread could not be started: %s", strerror(code));
        return NULL;
    }
    pthread_setname_np(worker->thread, "worker");
    return worker;
}

/* ---- for the main thread */

enum worker_phase worker_phase(const struct worker *worker)
{
    return (enum worker_phase)atomic_load(&worker->phase);
}

int worker_exit_code(const struct worker *worker)
{
    return atomic_load(&worker->exit_code);
}

uint64_t worker_progress(const struct worker *worker)
{
    return atomic_load(&worker->progress);
}

void worker_stop(struct worker *worker)
{
    atomic_store(&worker->stop, true);
    worker_wake(worker->wake_fd);
}

void worker_join(struct worker *worker)
{
    pthread_join(worker->thread, NULL);
}

void worker_reconfigure(struct worker *worker, struct shared_config *config)
{
    pthread_mutex_lock(&worker->lock);
    shared_config_drop(worker->next_config);
    worker->next_config = shared_config_take(config);
    pthread_mutex_unlock(&worker->lock);
    worker_wake(worker->wake_fd);
}

bool worker_uses(struct worker *worker, const struct shared_config *config)
{
    pthread_mutex_lock(&worker->lock);
    bool uses = worker->config == config;
    pthread_mutex_unlock(&worker->lock);
    return uses;
}

void worker_use_snapshot(struct worker *worker, struct snapshot *snapshot)
{
    struct snapshot **next = &worker->next_snapshots[snapshot_global(snapshot)];
    pthread_mutex_lock(&worker->lock);
    struct snapshot *unused = *next;
    *next = snapshot_take(snapshot);
    pthread_mutex_unlock(&worker->lock);
    snapshot_drop(unused);
    worker_wake(worker->wake_fd);
}

void worker_report(struct worker *worker, struct worker_report *report)
{
    pthread_mutex_lock(&worker->lock);
    report_copy(report, &worker->report);
    pthread_mutex_unlock(&worker->lock);
}
