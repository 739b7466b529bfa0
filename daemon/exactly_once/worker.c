#include "exactly_once/worker.h"

#include <errno.h>
#include <stdlib.h>
#include <sysexits.h>
#include <unistd.h>

#include "host/now.h"
#include "exactly_once/farewell.h"
#include "exactly_once/plan.h"
#include "exactly_once/worker_inside.h"
#include "kafka/kafka_conf.h"
#include "kafka/start_check.h"

enum { GAP_MS = 1500, STALL_MS = 100, UNDELIVERABLE_RETRY_MS = 60000 };

void worker_wake(int fd)
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
    worker_wake(worker->setup.main_fd);
}

static void fail(struct worker *worker, int exit_code)
{
    if (atomic_load(&worker->phase) == WORKER_FAILED)
        return;
    atomic_store(&worker->exit_code, exit_code);
    set_phase(worker, WORKER_FAILED);
}

/* ---- what a plan asks for */

static void adopt_config(struct worker *worker)
{
    pthread_mutex_lock(&worker->lock);
    struct shared_config *next = worker->next_config;
    worker->next_config = NULL;
    pthread_mutex_unlock(&worker->lock);
    const struct config *config = shared_config_get(next);
    size_t count;
    struct task **tasks = assignment_running(worker->assignment, &count);
    farewell_tell(tasks, count, config, worker->setup.log);
    assignment_configure(worker->assignment, config);
    transaction_configure(worker->transaction, config);
    feeder_configure(worker->feeder, config);
    shared_config_drop(worker->config);
    pthread_mutex_lock(&worker->lock);
    worker->config = next;
    pthread_mutex_unlock(&worker->lock);
    worker->config_announced = false;
    worker_wake(worker->setup.main_fd);
}

static void adopt_snapshots(struct worker *worker)
{
    struct snapshot *dropped[GLOBAL_COUNT] = { NULL };
    pthread_mutex_lock(&worker->lock);
    for (int i = 0; i < GLOBAL_COUNT; i++) {
        struct snapshot *next = worker->next_snapshots[i];
        if (next == NULL)
            continue;
        dropped[i] = worker->snapshots[i];
        worker->snapshots[i] = next;
        worker->next_snapshots[i] = NULL;
        worker->globals.tables[i] = snapshot_table(next);
    }
    pthread_mutex_unlock(&worker->lock);
    for (int i = 0; i < GLOBAL_COUNT; i++)
        snapshot_drop(dropped[i]);
}

/* A configuration must not be exchanged under the restorer. */
static bool config_waits(struct worker *worker)
{
    pthread_mutex_lock(&worker->lock);
    bool waits = worker->next_config != NULL;
    pthread_mutex_unlock(&worker->lock);
    size_t restoring;
    assignment_restoring(worker->assignment, &restoring);
    return waits && restoring == 0;
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

/* The tasks of a list that have not committed yet that nothing died. */
static size_t say_goodbye(struct worker *worker, struct task **tasks, size_t count, bool really)
{
    size_t silent = 0;
    for (size_t i = 0; i < count; i++) {
        if (!tasks[i]->changed && !task_wants_end(tasks[i]))
            continue;
        silent++;
        if (!really)
            continue;
        task_say_goodbye(tasks[i]);
        transaction_open(worker->transaction);
        transaction_join(worker->transaction, tasks[i]);
    }
    return silent;
}

/* Those that are revoked; those that run, too, when this worker stops. */
static size_t goodbyes(struct worker *worker, bool really)
{
    size_t count;
    struct task **leaving = assignment_leaving(worker->assignment, &count);
    size_t silent = say_goodbye(worker, leaving, count, really);
    if (!atomic_load(&worker->stop))
        return silent;
    struct task **running = assignment_running(worker->assignment, &count);
    return silent + say_goodbye(worker, running, count, really);
}

/* False: the next turn goes on with it. */
static bool commit(struct worker *worker)
{
    feeder_ended(worker->feeder, now_boot());
    return transaction_commit(worker->transaction);
}

static void settle(struct worker *worker)
{
    assignment_settle(worker->assignment);
    worker->goodbye_said = false;
}

static void end(struct worker *worker)
{
    if (transaction_state(worker->transaction) != TRANSACTION_STARTING)
        FAILPOINT(worker->setup.failpoints, "in_shutdown");
    set_phase(worker, WORKER_STOPPED);
    event_base_loopbreak(worker->base);
}

/* ---- the turn */

static void schedule(struct worker *worker, time_ms delay)
{
    struct timeval wait = { (time_t)(delay / 1000), (suseconds_t)(delay % 1000 * 1000) };
    evtimer_add(worker->turn_timer, &wait);
}

/* News of the inputs may have been missed: no deadline fires before the broker was asked. */
static void distrust_inputs(struct worker *worker)
{
    size_t count;
    struct task **tasks = assignment_running(worker->assignment, &count);
    for (size_t i = 0; i < count; i++)
        task_distrust(tasks[i]);
    verifier_distrust(worker->verifier);
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
    distrust_inputs(worker);
}

static void feed(struct worker *worker, time_ms now)
{
    if (transaction_state(worker->transaction) == TRANSACTION_IDLE) {
        undeliverable_retry(worker->undeliverable, UNDELIVERABLE_RETRY_MS, now);
        announce_config(worker);
    }
    size_t count;
    struct task **tasks = assignment_running(worker->assignment, &count);
    struct error err;
    if (!feeder_feed(worker->feeder, tasks, count, now, now_wall(), &err)) {
        log_say(worker->setup.log, LOGGED_ERROR, "%s", err.text);
        fail(worker, EX_CONFIG);
        return;
    }
    const char *probe = worker->broker_away ? worker->setup.inputs->items[0].topic : NULL;
    if (verifier_ask(worker->verifier, tasks, count, probe))
        worker->broker_away = false;
}

static bool is_over(const struct worker *worker)
{
    return atomic_load(&worker->phase) == WORKER_FAILED ||
           atomic_load(&worker->phase) == WORKER_STOPPED;
}

static struct situation look(struct worker *worker, bool fed)
{
    return (struct situation){
        .transaction = transaction_state(worker->transaction),
        .wish = assignment_wish(worker->assignment),
        .stopping = atomic_load(&worker->stop),
        .goodbye = !worker->goodbye_said && goodbyes(worker, false) > 0,
        .config_waits = config_waits(worker),
        .closes = transaction_closes(worker->transaction),
        .wants_end = feeder_wants_end(worker->feeder, now_boot()),
        .fed = fed,
    };
}

/* Does what is next until there is nothing but to wait. */
static void follow_plan(struct worker *worker, time_ms now)
{
    bool fed = now < worker->not_before;
    while (!is_over(worker)) {
        struct situation situation = look(worker, fed);
        switch (plan_next(&situation)) {
        case PLAN_WAIT:
            return;
        case PLAN_ABORT:
            transaction_abort(worker->transaction, "membership is lost");
            break;
        case PLAN_SAY_GOODBYE:
            worker->goodbye_said = true;
            goodbyes(worker, true);
            break;
        case PLAN_COMMIT:
            if (!commit(worker))
                return;
            break;
        case PLAN_SETTLE:
            settle(worker);
            break;
        case PLAN_ADOPT:
            adopt_config(worker);
            break;
        case PLAN_FEED:
            feed(worker, now);
            fed = true;
            break;
        case PLAN_STOP:
            end(worker);
            break;
        }
    }
}

static void note_turn(struct worker *worker, int64_t took_us)
{
    struct turns *turns = &worker->turns;
    int bucket = 0;
    while (took_us > INT64_C(1000) * transaction_buckets[bucket])
        bucket++;
    turns->counts[bucket]++;
    turns->sum_us += (uint64_t)took_us;
    if (took_us < STALL_MS * 1000)
        return;
    turns->stalls++;
    turns->stalls_ms += (uint64_t)took_us / 1000;
}

static void turn(struct worker *worker)
{
    if (is_over(worker))
        return;
    int64_t begin = now_monotonic_us();
    time_ms now = now_boot();
    notice_gap(worker, now);
    adopt_snapshots(worker);
    follow_plan(worker, now);
    note_turn(worker, now_monotonic_us() - begin);
    enum transaction_state state = transaction_state(worker->transaction);
    if (is_over(worker) || state == TRANSACTION_STARTING)
        return;
    size_t count;
    struct task **tasks = assignment_running(worker->assignment, &count);
    if (state == TRANSACTION_OPEN && transaction_closes(worker->transaction))
        schedule(worker, 0);
    else if (state <= TRANSACTION_OPEN && now < worker->not_before)
        schedule(worker, worker->not_before - now);
    else if (state <= TRANSACTION_OPEN)
        schedule(worker, feeder_delay(worker->feeder, tasks, count, now_boot(), now_wall()));
    else if (feeder_read_ahead(worker->feeder, tasks, count))
        schedule(worker, 0);
}

/* ---- events */

/* Undone tasks read again from their positions. What librdkafka has queued of them becomes outdated
 * with this call; the offset guard of task_read drops what is older. */
static void seek(struct worker *worker, struct task **tasks, size_t count)
{
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new((int)count + 1);
    for (size_t i = 0; i < count; i++) {
        if (assignment_runs(worker->assignment, tasks[i]))
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

/* The consumer was fenced. By another process under our name, which then has fenced the producer as
 * well – or by ourselves: a JoinGroup whose answer the broker's death swallowed was followed by the
 * next one, and the group took the second for a newcomer. Only the producer can tell. */
static void find_rival(struct worker *worker)
{
    enum transaction_state state = transaction_state(worker->transaction);
    worker->displaced = true;
    if (state == TRANSACTION_IDLE || state == TRANSACTION_OPEN)
        transaction_probe(worker->transaction, "the group has given our place away");
    /* Otherwise one is ending, and worker_on_transaction hears of it. */
}

/* A transaction ended after the group had given our place away. */
static void leave_group(struct worker *worker, enum transaction_end end)
{
    if (end != TRANSACTION_UNDONE) {
        find_rival(worker);
        return;
    }
    log_say(worker->setup.log, LOGGED_ERROR,
            "the group has given the place of '%s' away, but nobody else writes under this name: "
            "this one ends, to be started again",
            worker->setup.name);
    fail(worker, EX_TEMPFAIL);
}

/* What is undone again and again would be so as fast as the broker answers. */
static void rest(struct worker *worker)
{
    enum { FIRST_MS = 20, DOUBLINGS = 6 };
    int doublings = worker->undone < DOUBLINGS ? worker->undone : DOUBLINGS;
    if (worker->undone++ > 0)
        worker->not_before = now_boot() + (FIRST_MS << doublings);
}

void worker_on_transaction(void *arg, enum transaction_end end, struct task **tasks, size_t count)
{
    struct worker *worker = arg;
    if (worker->displaced && end != TRANSACTION_FENCED && end != TRANSACTION_HOPELESS) {
        leave_group(worker, end);
        return;
    }
    switch (end) {
    case TRANSACTION_READY:
        set_phase(worker, WORKER_RUNNING);
        break;
    case TRANSACTION_COMMITTED:
        worker->undone = 0;
        feeder_committed(worker->feeder, now_boot());
        break;
    case TRANSACTION_UNDONE:
        rest(worker);
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
    case TRANSACTION_ANSWER:
    case TRANSACTION_GOES_ON:
        return; /* no ends */
    }
    schedule(worker, 0);
}

static const char *group_of(const struct worker *worker)
{
    return kafka_property(shared_config_get(worker->config), "group.id").data;
}

static void take_consumer_error(struct worker *worker, rd_kafka_event_t *event)
{
    rd_kafka_resp_err_t code = rd_kafka_event_error(event);
    char text[256];
    if (code == RD_KAFKA_RESP_ERR__FATAL)
        code = rd_kafka_fatal_error(worker->consumer, text, sizeof(text));
    switch (code) {
    case RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID:
        if (!worker->displaced)
            find_rival(worker);
        break;
    case RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
        log_say(worker->setup.log, LOGGED_ERROR, "kafka: %s", rd_kafka_event_error_string(event));
        if (code == RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED)
            say_missing_right(worker->setup.log, code, "Read", "group", group_of(worker));
        fail(worker, EX_NOPERM);
        break;
    case RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN:
        worker->broker_away = true;
        /* fall through */
    case RD_KAFKA_RESP_ERR__TRANSPORT:
        distrust_inputs(worker);
        log_say(worker->setup.log, LOGGED_DEBUG, "kafka consumer: %s",
                rd_kafka_event_error_string(event));
        break;
    default:
        log_say(worker->setup.log, LOGGED_WARNING, "kafka consumer: %s: %s",
                rd_kafka_err2name(code), rd_kafka_event_error_string(event));
        break;
    }
}

static void take_rebalance(struct worker *worker, rd_kafka_event_t *event)
{
    assignment_event(worker->assignment, event);
    if (!worker->newcomer)
        return;
    rd_kafka_resp_err_t code = worker_subscribe(worker, false);
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR)
        log_say(worker->setup.log, LOGGED_WARNING, "subscribe: %s", rd_kafka_err2str(code));
}

static void poll_consumer(struct worker *worker)
{
    rd_kafka_event_t *event;
    while ((event = rd_kafka_queue_poll(worker->queue, 0)) != NULL) {
        if (rd_kafka_event_type(event) == RD_KAFKA_EVENT_REBALANCE)
            take_rebalance(worker, event);
        else if (rd_kafka_event_type(event) == RD_KAFKA_EVENT_ERROR)
            take_consumer_error(worker, event);
        else if (rd_kafka_event_type(event) == RD_KAFKA_EVENT_STATS)
            brokers_look(worker->brokers, str_from(rd_kafka_event_stats(event)));
        rd_kafka_event_destroy(event);
    }
}

void worker_on_restored(void *arg, struct task *task)
{
    struct worker *worker = arg;
    struct error err;
    /* A loss may wait in the queue: an assignment would make librdkafka forget that it is one. */
    poll_consumer(worker);
    if (!assignment_restored(worker->assignment, task, &err)) {
        log_say(worker->setup.log, LOGGED_ERROR, "%s", err.text);
        fail(worker, EX_CONFIG);
        return;
    }
    turn(worker);
}

void worker_on_consumer(evutil_socket_t fd, short what, void *arg)
{
    struct worker *worker = arg;
    (void)what;
    drain((int)fd);
    poll_consumer(worker);
    turn(worker);
}

void worker_on_news(evutil_socket_t fd, short what, void *arg)
{
    (void)what;
    drain((int)fd);
    turn(arg);
}

void worker_on_turn(evutil_socket_t fd, short what, void *arg)
{
    (void)fd;
    (void)what;
    turn(arg);
}

static void make_report(struct worker *worker)
{
    enum { THOROUGH_TICKS = 4 };
    struct worker_report report;
    const struct report_sources sources = { .transaction = worker->transaction,
                                            .assignment = worker->assignment,
                                            .feeder = worker->feeder,
                                            .consumer = worker->consumer,
                                            .series = worker->series,
                                            .thorough = worker->ticks++ % THOROUGH_TICKS == 0,
                                            .wall = now_wall() };
    report_make(&report, &sources);
    report.turns = worker->turns;
    report.broker_reachable = !worker->broker_away;
    report.undeliverable = undeliverable_count(worker->undeliverable);
    pthread_mutex_lock(&worker->lock);
    report_free(&worker->report);
    worker->report = report;
    pthread_mutex_unlock(&worker->lock);
}

void worker_on_tick(evutil_socket_t fd, short what, void *arg)
{
    (void)fd;
    (void)what;
    struct worker *worker = arg;
    atomic_fetch_add(&worker->progress, 1);
    make_report(worker);
    /* Polls count against max.poll.interval.ms, also when nothing has come: a worker whose tasks
     * are all being restored, or that has none, hears nothing for a long time. */
    poll_consumer(worker);
    turn(worker);
}
