/* The feeder on a mock cluster: however many deadlines fall due in the same second, neither a turn
 * of the loop nor a transaction has more of them than it may, and no task waits for another's. */
#include "mock_kafka.h"

#include <event2/event.h>
#include <event2/thread.h>
#include <sys/eventfd.h>

#include "exactly_once/feed.h"
#include "kafka/kafka_conf.h"
#include "kafka/undeliverable.h"

#define OPENED INT64_C(1790000000000)
enum { TASKS = 2, TICKETS = 1500, DEADLINES = 2 * TICKETS }; /* each warns, then is broken */
enum { PASS = 32 };                                          /* what one task may fire beyond */

static struct mock mock;

struct bench {
    struct event_base *base;
    struct undeliverable *undeliverable;
    struct log *log;
    struct transaction *transaction;
    struct feeder *feeder;
    rd_kafka_t *consumer;
    int fd;
    struct task *tasks[TASKS];
    atomic_bool stop;
    atomic_uint epoch;
};

static void on_ended(void *arg, enum transaction_end end, struct task **tasks, size_t count)
{
    (void)arg;
    (void)end;
    (void)tasks;
    (void)count;
}

/* Opens tickets long ago, all in one second, whose promises nobody has looked at since. */
static void open_tickets(struct task *task)
{
    struct arena *arena = arena_new(1 << 16);
    struct actions actions;
    actions_init(&actions);
    for (int i = 0; i < TICKETS; i++) {
        struct record record = { .topic = mock.config->topics.home,
                                 .timestamp = OPENED,
                                 .value = arena_printf(
                                     arena, "{\"type\":\"opened\",\"ticket\":\"t%d\"}", i) };
        struct prepared *prepared = task->row->ops->prepare(task->engine, &record, arena);
        engine_turn(task->row->ops, task->engine, &task->current.clock, prepared, OPENED, OPENED,
                    &actions);
        actions_clear(&actions);
        arena_reset(arena);
    }
    task->row->ops->mark(task->engine);
    actions_free(&actions);
    arena_free(arena);
}

static struct task *open_task(struct bench *bench, const char *topic)
{
    struct offset_note note = { 0 };
    struct task *task = task_new(STAGE_TICKETS, mock.config, topic, 0, 1, 1);
    task->engine = task->row->ops->create(&task->setup);
    task_place(task, 0, &note);
    task_attach(task, bench->consumer, bench->fd);
    task->end_seen = 0; /* there is nothing in the topic: the clock alone lets time pass */
    open_tickets(task);
    return task;
}

static void open_bench(struct bench *bench)
{
    struct kafka_identity identity = { .name = "g-feed-0", .partitions = TASKS };
    struct error err;
    *bench = (struct bench){ .base = event_base_new(),
                             .undeliverable = undeliverable_new(),
                             .log = log_new(2, LOGGED_ERROR),
                             .fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC) };
    bench->consumer = kafka_client(KAFKA_CONSUMER, mock.config, &identity, bench->log, &err);
    struct transaction_setup setup = { .config = mock.config,
                                       .name = "g-feed-0",
                                       .consumer = bench->consumer,
                                       .log = bench->log,
                                       .undeliverable = bench->undeliverable,
                                       .stop = &bench->stop,
                                       .epoch = &bench->epoch,
                                       .ended = on_ended,
                                       .arg = bench };
    bench->transaction = transaction_new(bench->base, &setup, &err);
    time_ms limit = now_monotonic() + 30000;
    while (transaction_state(bench->transaction) == TRANSACTION_STARTING) {
        assert_true(now_monotonic() < limit);
        event_base_loop(bench->base, EVLOOP_ONCE);
    }
    bench->feeder = feeder_new(bench->transaction, mock.config, NULL, bench->log);
    bench->tasks[0] = open_task(bench, "ombud.events");
    bench->tasks[1] = open_task(bench, "ombud.customers");
}

static void close_bench(struct bench *bench)
{
    feeder_free(bench->feeder);
    transaction_free(bench->transaction);
    for (int i = 0; i < TASKS; i++)
        task_free(bench->tasks[i]);
    rd_kafka_destroy(bench->consumer);
    undeliverable_free(bench->undeliverable);
    event_base_free(bench->base);
    log_free(bench->log);
    close(bench->fd);
}

static uint64_t fired(const struct bench *bench)
{
    uint64_t sum = 0;
    for (int i = 0; i < TASKS; i++)
        sum += bench->tasks[i]->current.clock.fired;
    return sum;
}

/* One turn; how many deadlines fired in it. */
static uint64_t turn(struct bench *bench)
{
    struct error err;
    uint64_t before = fired(bench);
    assert_true(feeder_feed(bench->feeder, bench->tasks, TASKS, now_boot(), now_wall(), &err));
    return fired(bench) - before;
}

/* What is written to the changelog, once the producer has sent it. */
static int64_t wait_state(int64_t least)
{
    time_ms limit = now_monotonic() + 10000;
    int64_t count = mock_count(&mock, "ombud.state");
    while (count < least && now_monotonic() < limit) {
        now_wait(50);
        count = mock_count(&mock, "ombud.state");
    }
    now_wait(200);
    return mock_count(&mock, "ombud.state");
}

/* The state of so many tickets takes several turns, too, and is written once. */
static void write_state(struct bench *bench)
{
    int64_t before = mock_count(&mock, "ombud.state");
    int turns = 0;
    assert_false(transaction_closes(bench->transaction));
    for (bool done = false; !done; turns++) {
        done = transaction_commit(bench->transaction);
        assert_true(transaction_closes(bench->transaction));
    }
    assert_int_equal(turns, (TASKS * TICKETS + 1023) / 1024);
    assert_int_equal(wait_state(before + TASKS * TICKETS) - before, TASKS * TICKETS);
}

static void a_crowd_of_deadlines_is_fired_in_portions(void **state)
{
    struct bench bench;
    const unsigned pass = stages[STAGE_TICKETS].pass; /* what one task may fire beyond */
    (void)state;
    open_bench(&bench);
    for (int turns = 0; fired(&bench) < FEEDER_FIRES; turns++) {
        uint64_t now = turn(&bench);
        assert_in_range(now, 1, FEEDER_FIRES_TURN + pass);
        assert_int_equal(feeder_delay(bench.feeder, bench.tasks, TASKS, now_boot(), now_wall()), 0);
        uint64_t first = bench.tasks[0]->current.clock.fired;
        uint64_t second = bench.tasks[1]->current.clock.fired;
        assert_true(first <= second + pass && second <= first + pass);
    }
    /* The transaction is full: nothing is added before it has ended. */
    assert_true(feeder_wants_end(bench.feeder, now_boot()));
    assert_in_range(fired(&bench), FEEDER_FIRES, FEEDER_FIRES + pass);
    assert_int_equal(turn(&bench), 0);
    /* The next one takes the rest. */
    feeder_ended(bench.feeder, now_boot());
    while (turn(&bench) > 0)
        ;
    assert_int_equal(fired(&bench), TASKS * DEADLINES);
    write_state(&bench);
    close_bench(&bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_crowd_of_deadlines_is_fired_in_portions),
    };
    evthread_use_pthreads();
    mock_open(&mock);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    mock_close(&mock);
    return failed;
}
