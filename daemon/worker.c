#include "worker.h"

#include <errno.h>
#include <event2/event.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

#include "assign.h"
#include "base/mem.h"
#include "enrich/enrich.h"
#include "feed.h"
#include "kafka_conf.h"
#include "shared_config.h"
#include "verify.h"

enum { TICK_MS = 250, GAP_MS = 1500, UNDELIVERABLE_RETRY_MS = 60000 };

struct worker {
    struct worker_setup setup;
    pthread_t thread;
    struct event_base *base;
    rd_kafka_t *consumer;
    rd_kafka_queue_t *queue;
    struct undeliverable *undeliverable;
    struct transaction *transaction;
    struct restorer *restorer;
    struct assignment *assignment;
    struct verifier *verifier;
    struct feeder *feeder;
    const struct customers *customers; /* what engines look through */
    struct shared_config *config;
    int wake_fd, consumer_fd, tasks_fd;
    struct event *wake_event, *consumer_event, *tasks_event, *turn_timer, *tick_timer;
    bool config_announced, broker_away;
    time_ms last_turn;

    atomic_bool stop;
    atomic_int phase, exit_code;
    atomic_ullong progress;
    pthread_mutex_t lock; /* guards what follows */
    struct shared_config *next_config;
    struct customers *next_customers;
    struct worker_report report;
};

/* Counts through a suspended machine, too: that is a gap like any other. */
static time_ms monotonic(void)
{
    struct timespec now;
    clock_gettime(CLOCK_BOOTTIME, &now);
    return now.tv_sec * TIME_SECOND + now.tv_nsec / 1000000;
}

static time_ms wall_clock(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return now.tv_sec * TIME_SECOND + now.tv_nsec / 1000000;
}

static void wake(int fd)
{
    uint64_t one = 1;
    if (write(fd, &one, sizeof(one)) < 0 && errno != EAGAIN)
        abort(); /* EAGAIN: it is awake */
}

static void drain(int fd)
{
    uint64_t unread;
    if (read(fd, &unread, sizeof(unread)) < 0 && errno != EAGAIN)
        abort();
}

static void set_phase(struct worker *worker, enum worker_phase phase)
{
    atomic_store(&worker->phase, (int)phase);
    wake(worker->setup.main_fd);
}

static void fail(struct worker *worker, int exit_code)
{
    if (atomic_load(&worker->phase) == WORKER_FAILED)
        return;
    atomic_store(&worker->exit_code, exit_code);
    set_phase(worker, WORKER_FAILED);
}

static void turn(struct worker *worker);

/* ---- boundaries: no transaction is open or ending */

static void adopt_config(struct worker *worker)
{
    pthread_mutex_lock(&worker->lock);
    struct shared_config *next = worker->next_config;
    bool ready = next != NULL && assignment_restoring(worker->assignment) == 0;
    if (ready)
        worker->next_config = NULL;
    pthread_mutex_unlock(&worker->lock);
    if (!ready)
        return;
    const struct config *config = shared_config_get(next);
    size_t count;
    struct task **tasks = assignment_tasks(worker->assignment, &count);
    for (size_t i = 0; i < count; i++) {
        tasks[i]->setup.config = config;
        tasks[i]->row->ops->configure(tasks[i]->engine, config);
        task_prepare_again(tasks[i]);
    }
    assignment_configure(worker->assignment, config);
    transaction_configure(worker->transaction, config);
    feeder_configure(worker->feeder, config);
    shared_config_drop(worker->config);
    pthread_mutex_lock(&worker->lock);
    worker->config = next;
    pthread_mutex_unlock(&worker->lock);
    worker->config_announced = false;
    wake(worker->setup.main_fd);
}

static void adopt_customers(struct worker *worker)
{
    pthread_mutex_lock(&worker->lock);
    struct customers *next = worker->next_customers;
    worker->next_customers = NULL;
    pthread_mutex_unlock(&worker->lock);
    if (next == NULL)
        return;
    customers_free((struct customers *)worker->customers);
    worker->customers = next;
}

static bool config_waits(struct worker *worker)
{
    pthread_mutex_lock(&worker->lock);
    bool waits = worker->next_config != NULL;
    pthread_mutex_unlock(&worker->lock);
    return waits && assignment_restoring(worker->assignment) == 0;
}

/* One worker tells the configuration topic what decides from now on. */
static void announce_config(struct worker *worker)
{
    if (worker->config_announced || worker->setup.number != 0)
        return;
    worker->config_announced = true;
    transaction_open(worker->transaction);
    transaction_write_config(worker->transaction);
    feeder_end(worker->feeder);
}

/* Commits, for the tasks that go, that nothing died here. True: something was to be committed. */
static bool say_goodbye(struct worker *worker, bool all)
{
    bool any = false;
    size_t count;
    struct task **tasks = assignment_tasks(worker->assignment, &count);
    for (size_t i = 0; i < count; i++) {
        struct task *task = tasks[i];
        if (task->queue == NULL || (!all && task->state != TASK_LEAVING) ||
            !(task->changed || task_wants_end(task)))
            continue;
        task->aim = TASK_END;
        transaction_open(worker->transaction);
        transaction_join(worker->transaction, task);
        any = true;
    }
    return any;
}

static void at_boundary(struct worker *worker)
{
    bool stopping = atomic_load(&worker->stop);
    if (assignment_wish(worker->assignment) == ASSIGNMENT_BOUNDARY && !stopping &&
        say_goodbye(worker, false)) {
        transaction_commit(worker->transaction);
        return;
    }
    assignment_settle(worker->assignment);
    if (stopping) {
        if (say_goodbye(worker, true)) {
            transaction_commit(worker->transaction);
            return;
        }
        FAILPOINT(worker->setup.failpoints, "in_shutdown");
        set_phase(worker, WORKER_STOPPED);
        event_base_loopbreak(worker->base);
        return;
    }
    adopt_config(worker);
    undeliverable_retry(worker->undeliverable, UNDELIVERABLE_RETRY_MS, monotonic());
    announce_config(worker);
}

/* ---- the turn */

static bool must_end(struct worker *worker)
{
    return atomic_load(&worker->stop) || config_waits(worker) ||
           assignment_wish(worker->assignment) == ASSIGNMENT_BOUNDARY;
}

static void schedule(struct worker *worker, time_ms delay)
{
    struct timeval wait = { (time_t)(delay / 1000), (suseconds_t)(delay % 1000 * 1000) };
    evtimer_add(worker->turn_timer, &wait);
}

/* While we were not running, deadlines may have passed and their answers may have come: neither is
 * known to have been read. */
static void notice_gap(struct worker *worker, time_ms now)
{
    time_ms gap = worker->last_turn == 0 ? 0 : now - worker->last_turn;
    worker->last_turn = now;
    if (gap < GAP_MS)
        return;
    log_say(worker->setup.log, LOGGED_NOTICE, "worker %d stood still for %lld ms",
            worker->setup.number, (long long)gap);
    size_t count;
    struct task **tasks = assignment_tasks(worker->assignment, &count);
    for (size_t i = 0; i < count; i++)
        tasks[i]->unsure = true;
    verifier_distrust(worker->verifier);
}

static void feed_turn(struct worker *worker, time_ms now)
{
    size_t count;
    struct task **tasks = assignment_tasks(worker->assignment, &count);
    struct error err;
    if (!feeder_feed(worker->feeder, tasks, count, now, wall_clock(), &err)) {
        log_say(worker->setup.log, LOGGED_ERROR, "%s", err.text);
        fail(worker, EX_CONFIG);
        return;
    }
    const char *probe = worker->broker_away ? worker->setup.inputs->items[0].topic : NULL;
    if (verifier_ask(worker->verifier, tasks, count, probe))
        worker->broker_away = false;
}

static void turn(struct worker *worker)
{
    if (atomic_load(&worker->phase) == WORKER_FAILED ||
        atomic_load(&worker->phase) == WORKER_STOPPED)
        return;
    time_ms now = monotonic();
    notice_gap(worker, now);
    adopt_customers(worker);
    struct transaction *transaction = worker->transaction;
    if (transaction_state(transaction) == TRANSACTION_STARTING) {
        if (atomic_load(&worker->stop)) {
            set_phase(worker, WORKER_STOPPED);
            event_base_loopbreak(worker->base);
        }
        return;
    }
    if (transaction_state(transaction) == TRANSACTION_OPEN &&
        assignment_wish(worker->assignment) == ASSIGNMENT_ABORT)
        transaction_abort(transaction, "membership is lost");
    if (transaction_state(transaction) == TRANSACTION_IDLE)
        at_boundary(worker);
    if (atomic_load(&worker->phase) == WORKER_STOPPED)
        return;
    if (transaction_state(transaction) <= TRANSACTION_OPEN && !must_end(worker)) {
        feed_turn(worker, now);
    } else if (transaction_state(transaction) > TRANSACTION_OPEN) {
        size_t count;
        struct task **tasks = assignment_tasks(worker->assignment, &count);
        if (feeder_read_ahead(worker->feeder, tasks, count))
            schedule(worker, 0);
    }
    if (transaction_state(transaction) == TRANSACTION_OPEN &&
        (must_end(worker) || feeder_wants_end(worker->feeder, monotonic()))) {
        if (must_end(worker))
            say_goodbye(worker, atomic_load(&worker->stop));
        feeder_ended(worker->feeder, monotonic());
        transaction_commit(transaction);
    }
    if (transaction_state(transaction) <= TRANSACTION_OPEN &&
        atomic_load(&worker->phase) != WORKER_FAILED) {
        size_t count;
        struct task **tasks = assignment_tasks(worker->assignment, &count);
        schedule(worker, feeder_delay(worker->feeder, tasks, count, monotonic(), wall_clock()));
    }
}

/* ---- events */

/* Undone tasks read again from their positions. What librdkafka has queued of them becomes outdated
 * with this call; the offset guard of task_read drops what is older. */
static void seek(struct worker *worker, struct task **tasks, size_t count)
{
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new((int)count + 1);
    for (size_t i = 0; i < count; i++) {
        if (tasks[i]->state == TASK_RUNNING)
            rd_kafka_topic_partition_list_add(list, tasks[i]->topic, tasks[i]->setup.partition)
                ->offset = tasks[i]->current.position;
    }
    if (list->cnt > 0) {
        rd_kafka_error_t *error = rd_kafka_seek_partitions(worker->consumer, list, 0);
        if (error != NULL)
            rd_kafka_error_destroy(error); /* only of wrong arguments */
    }
    rd_kafka_topic_partition_list_destroy(list);
}

static void on_transaction(void *arg, enum transaction_end end, struct task **tasks, size_t count)
{
    struct worker *worker = arg;
    switch (end) {
    case TRANSACTION_READY:
        set_phase(worker, WORKER_RUNNING);
        break;
    case TRANSACTION_COMMITTED:
        break;
    case TRANSACTION_UNDONE:
        feeder_rewind(worker->feeder);
        seek(worker, tasks, count);
        worker->config_announced = false; /* it may have been undone as well */
        break;
    case TRANSACTION_STRANGE:
        for (size_t i = 0; i < count; i++)
            assignment_restore_again(worker->assignment, tasks[i]);
        break;
    case TRANSACTION_FENCED:
        log_say(worker->setup.log, LOGGED_ERROR,
                "another ombudd runs under the name '%s': this one ends; give each its own "
                "`instance`",
                worker->setup.name);
        fail(worker, EX_CONFIG);
        return;
    case TRANSACTION_HOPELESS:
        if (!atomic_load(&worker->stop))
            log_say(worker->setup.log, LOGGED_ERROR, "worker %d cannot write; it ends",
                    worker->setup.number);
        fail(worker, atomic_load(&worker->stop) ? EX_OK : EX_TEMPFAIL);
        return;
    }
    schedule(worker, 0);
}

static void on_restored(void *arg, struct task *task)
{
    struct worker *worker = arg;
    struct error err;
    if (!assignment_restored(worker->assignment, task, &err)) {
        log_say(worker->setup.log, LOGGED_ERROR, "%s", err.text);
        fail(worker, EX_CONFIG);
        return;
    }
    turn(worker);
}

static void equip(void *arg, struct task *task)
{
    struct worker *worker = arg;
    task->setup.customers = &worker->customers;
}

static void take_consumer_error(struct worker *worker, rd_kafka_event_t *event)
{
    rd_kafka_resp_err_t code = rd_kafka_event_error(event);
    char text[256];
    if (code == RD_KAFKA_RESP_ERR__FATAL)
        code = rd_kafka_fatal_error(worker->consumer, text, sizeof(text));
    switch (code) {
    case RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID:
        on_transaction(worker, TRANSACTION_FENCED, NULL, 0);
        break;
    case RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
        log_say(worker->setup.log, LOGGED_ERROR, "kafka: %s", rd_kafka_event_error_string(event));
        fail(worker, EX_NOPERM);
        break;
    case RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN:
        worker->broker_away = true;
        /* fall through */
    case RD_KAFKA_RESP_ERR__TRANSPORT:
        /* A pause in the news of the input, see notice_gap. */
        worker->last_turn -= GAP_MS;
        notice_gap(worker, worker->last_turn + GAP_MS);
        /* fall through */
    default:
        log_say(worker->setup.log, LOGGED_WARNING, "kafka consumer: %s: %s",
                rd_kafka_err2name(code), rd_kafka_event_error_string(event));
        break;
    }
}

static void on_consumer(evutil_socket_t fd, short what, void *arg)
{
    struct worker *worker = arg;
    (void)what;
    drain((int)fd);
    rd_kafka_event_t *event;
    while ((event = rd_kafka_queue_poll(worker->queue, 0)) != NULL) {
        if (rd_kafka_event_type(event) == RD_KAFKA_EVENT_REBALANCE)
            assignment_event(worker->assignment, event);
        else if (rd_kafka_event_type(event) == RD_KAFKA_EVENT_ERROR)
            take_consumer_error(worker, event);
        rd_kafka_event_destroy(event);
    }
    turn(worker);
}

static void on_news(evutil_socket_t fd, short what, void *arg)
{
    (void)what;
    drain((int)fd);
    turn(arg);
}

static void on_turn(evutil_socket_t fd, short what, void *arg)
{
    (void)fd;
    (void)what;
    turn(arg);
}

/* ---- reports */

static void report_task(const struct task *task, struct task_report *report)
{
    *report = (struct task_report){ .stage = task->stage,
                                    .partition = task->setup.partition,
                                    .position = task->current.position,
                                    .high_watermark = task->high_watermark,
                                    .records_fed = task->records_fed,
                                    .stream = task->current.clock.stream,
                                    .restore_ms = task->restore_ms,
                                    .restore_records = task->restore_records,
                                    .behind = task_is_behind(task),
                                    .running = true,
                                    .care = (int)task->current.care.mode };
    strncpy(report->topic, task->topic, sizeof(report->topic) - 1);
    if (task->row->ops->counters != NULL)
        task->row->ops->counters(task->engine, report->counters);
}

static void make_report(struct worker *worker)
{
    struct worker_report report = {
        .transactions = transaction_counters(worker->transaction),
        .transaction = transaction_state(worker->transaction),
        .broker_reachable = !worker->broker_away,
        .transaction_age = transaction_age(worker->transaction),
        .restoring = assignment_restoring(worker->assignment),
        .undeliverable = undeliverable_count(worker->undeliverable),
    };
    size_t count;
    struct task **tasks = assignment_tasks(worker->assignment, &count);
    report.tasks = mem_array(count + 1, sizeof(*report.tasks));
    for (size_t i = 0; i < count; i++) {
        int64_t low, high;
        if (tasks[i]->state != TASK_RUNNING)
            continue;
        if (rd_kafka_get_watermark_offsets(worker->consumer, tasks[i]->topic,
                                           tasks[i]->setup.partition, &low,
                                           &high) == RD_KAFKA_RESP_ERR_NO_ERROR &&
            high >= 0)
            tasks[i]->high_watermark = high;
        report_task(tasks[i], &report.tasks[report.count++]);
    }
    pthread_mutex_lock(&worker->lock);
    free(worker->report.tasks);
    worker->report = report;
    pthread_mutex_unlock(&worker->lock);
}

static void on_tick(evutil_socket_t fd, short what, void *arg)
{
    (void)fd;
    (void)what;
    struct worker *worker = arg;
    atomic_fetch_add(&worker->progress, 1);
    make_report(worker);
    turn(worker);
}

/* ---- life */

static bool open_consumer(struct worker *worker, struct error *err)
{
    const struct config *config = shared_config_get(worker->config);
    const struct inputs *inputs = worker->setup.inputs;
    struct kafka_identity identity = { worker->setup.name, inputs_partitions(inputs) };
    worker->consumer = kafka_client(KAFKA_CONSUMER, config, &identity, worker->setup.log, err);
    if (worker->consumer == NULL)
        return false;
    static const uint64_t one = 1;
    rd_kafka_poll_set_consumer(worker->consumer);
    worker->queue = rd_kafka_queue_get_consumer(worker->consumer);
    rd_kafka_queue_io_event_enable(worker->queue, worker->consumer_fd, &one, sizeof(one));
    rd_kafka_topic_partition_list_t *topics = rd_kafka_topic_partition_list_new((int)inputs->count);
    for (size_t i = 0; i < inputs->count; i++)
        rd_kafka_topic_partition_list_add(topics, inputs->items[i].topic, RD_KAFKA_PARTITION_UA);
    rd_kafka_resp_err_t code = rd_kafka_subscribe(worker->consumer, topics);
    rd_kafka_topic_partition_list_destroy(topics);
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
                                           .equip = equip,
                                           .arg = worker };
    struct restorer_setup restorer = {
        worker->consumer,          worker->setup.log, worker->setup.failpoints,
        worker->setup.accept_loss, on_restored,       worker
    };
    struct transaction_setup transaction = { .config = config,
                                             .name = worker->setup.name,
                                             .consumer = worker->consumer,
                                             .log = worker->setup.log,
                                             .failpoints = worker->setup.failpoints,
                                             .undeliverable = worker->undeliverable,
                                             .stop = &worker->stop,
                                             .ended = on_transaction,
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
    worker->feeder = feeder_new(worker->transaction, config, worker->setup.failpoints);
    return worker->verifier != NULL;
}

static void open_events(struct worker *worker)
{
    worker->wake_event =
        event_new(worker->base, worker->wake_fd, EV_READ | EV_PERSIST, on_news, worker);
    worker->consumer_event =
        event_new(worker->base, worker->consumer_fd, EV_READ | EV_PERSIST, on_consumer, worker);
    worker->tasks_event =
        event_new(worker->base, worker->tasks_fd, EV_READ | EV_PERSIST, on_news, worker);
    worker->turn_timer = evtimer_new(worker->base, on_turn, worker);
    worker->tick_timer = event_new(worker->base, -1, EV_PERSIST, on_tick, worker);
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
    worker->customers = setup->customers;
    pthread_mutex_init(&worker->lock, NULL);
    worker->undeliverable = undeliverable_new();
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
    wake(worker->wake_fd);
}

void worker_reconfigure(struct worker *worker, struct shared_config *config)
{
    pthread_mutex_lock(&worker->lock);
    shared_config_drop(worker->next_config);
    worker->next_config = shared_config_take(config);
    pthread_mutex_unlock(&worker->lock);
    wake(worker->wake_fd);
}

bool worker_uses(struct worker *worker, const struct shared_config *config)
{
    pthread_mutex_lock(&worker->lock);
    bool uses = worker->config == config;
    pthread_mutex_unlock(&worker->lock);
    return uses;
}

void worker_use_customers(struct worker *worker, struct customers *customers)
{
    pthread_mutex_lock(&worker->lock);
    customers_free(worker->next_customers);
    worker->next_customers = customers;
    pthread_mutex_unlock(&worker->lock);
    wake(worker->wake_fd);
}

void worker_report(struct worker *worker, struct worker_report *report)
{
    pthread_mutex_lock(&worker->lock);
    *report = worker->report;
    report->tasks = mem_array(report->count + 1, sizeof(*report->tasks));
    if (report->count > 0)
        memcpy(report->tasks, worker->report.tasks, report->count * sizeof(*report->tasks));
    pthread_mutex_unlock(&worker->lock);
}
