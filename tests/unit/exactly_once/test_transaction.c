#include "mock_kafka.h"

#include <event2/event.h>
#include <event2/thread.h>

#include "exactly_once/transaction.h"
#include "kafka/kafka_conf.h"
#include "kafka/undeliverable.h"

/* One for all: it makes topics slowly. */
static struct mock mock;

/* A transaction with its loop; tasks are not needed to see what becomes of records. */
struct bench {
    struct event_base *base;
    struct undeliverable *undeliverable;
    struct log *log;
    struct transaction *transaction;
    struct actions actions;
    rd_kafka_t *consumer; /* NULL: no test asked for one */
    atomic_bool stop;
    atomic_uint epoch;

    enum transaction_end end;
    int ends;
};

static void on_ended(void *arg, enum transaction_end end, struct task **tasks, size_t count)
{
    struct bench *bench = arg;
    (void)tasks;
    (void)count;
    bench->end = end;
    bench->ends++;
    event_base_loopbreak(bench->base);
}

static void give_up(evutil_socket_t fd, short what, void *arg)
{
    (void)fd;
    (void)what;
    (void)arg;
    fail_msg("nothing ended within 30 s");
}

/* Of the transaction after the first `ends`; it may have ended within the call that ended it. */
static enum transaction_end wait_end(struct bench *bench, int ends)
{
    struct timeval limit = { 30, 0 };
    struct event *timer = evtimer_new(bench->base, give_up, NULL);
    evtimer_add(timer, &limit);
    while (bench->ends == ends)
        event_base_loop(bench->base, EVLOOP_ONCE);
    event_free(timer);
    return bench->end;
}

static rd_kafka_t *join(struct bench *bench);

static struct bench *new_bench(bool member)
{
    struct bench *bench = calloc(1, sizeof(*bench));
    struct error err;
    evthread_use_pthreads();
    bench->base = event_base_new();
    bench->undeliverable = undeliverable_new();
    bench->log = log_new(2, LOGGED_ERROR);
    actions_init(&bench->actions);
    bench->consumer = member ? join(bench) : NULL;
    struct transaction_setup transaction = { .config = mock.config,
                                             .name = "g-test-0",
                                             .consumer = bench->consumer,
                                             .log = bench->log,
                                             .undeliverable = bench->undeliverable,
                                             .stop = &bench->stop,
                                             .epoch = &bench->epoch,

                                             .ended = on_ended,
                                             .arg = bench };
    bench->transaction = transaction_new(bench->base, &transaction, &err);
    assert_non_null(bench->transaction);
    assert_int_equal(wait_end(bench, 0), TRANSACTION_READY);
    return bench;
}

static void free_bench(struct bench *bench)
{
    transaction_free(bench->transaction);
    undeliverable_free(bench->undeliverable);
    actions_free(&bench->actions);
    event_base_free(bench->base);
    log_free(bench->log);
    if (bench->consumer != NULL)
        rd_kafka_destroy(bench->consumer);
    free(bench);
}

static void want(struct bench *bench, enum output output, const char *key)
{
    struct action *action = actions_add(&bench->actions, output);
    action->key = str_from(key);
    action->value = STR("{}");
    if (output == OUTPUT_STATE || output == OUTPUT_GROUPS || output == OUTPUT_HOME)
        action->partition = 0;
}

/* Writes what is wanted in one transaction, once more after each abort, as a worker would. */
static enum transaction_end commit(struct bench *bench)
{
    enum transaction_end end;
    do {
        int ends = bench->ends;
        transaction_open(bench->transaction);
        transaction_write(bench->transaction, &bench->actions);
        if (transaction_state(bench->transaction) == TRANSACTION_OPEN)
            transaction_commit(bench->transaction);
        end = wait_end(bench, ends);
    } while (end == TRANSACTION_UNDONE);
    return end;
}

/* The topic begins to answer with `code`; back when the client has surely heard of it. */
static void turn_bad(struct bench *bench, const char *topic, rd_kafka_resp_err_t code)
{
    rd_kafka_mock_topic_set_error(mock.cluster, topic, code);
    for (int i = 0; i < 5; i++) {
        event_base_loop(bench->base, EVLOOP_NONBLOCK);
        now_wait(100);
    }
}

struct refusal {
    const char *name;
    enum output output;
    const char *topic;
    rd_kafka_resp_err_t code;
    enum transaction_end end;
    int letters; /* in the dead-letter topic afterwards */
};

static const struct refusal refusals[] = {
    { "a changelog that takes nothing ends the process", OUTPUT_STATE, "ombud.state",
      RD_KAFKA_RESP_ERR_TOPIC_EXCEPTION, TRANSACTION_HOPELESS, 0 },
    { "a changelog that is not for us ends the process", OUTPUT_STATE, "ombud.state",
      RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED, TRANSACTION_HOPELESS, 0 },
    { "a changelog that is gone ends the process", OUTPUT_GROUPS, "ombud.groups",
      RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART, TRANSACTION_HOPELESS, 0 },
    { "notices that nobody would hear of end the process", OUTPUT_NOTICES, "ombud.notices",
      RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED, TRANSACTION_HOPELESS, 0 },
    { "a dead letter that cannot be written ends the process", OUTPUT_DEADLETTER,
      "ombud.deadletter", RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED, TRANSACTION_HOPELESS, 0 },
    { "a department's topic that is not for us", OUTPUT_DEPARTMENT, "ombud.dept.service",
      RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED, TRANSACTION_COMMITTED, 1 },
    { "a department's topic that is gone", OUTPUT_DEPARTMENT, "ombud.dept.service",
      RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART, TRANSACTION_COMMITTED, 1 },
    { "a level's topic with a name the broker refuses", OUTPUT_ESCALATIONS,
      "ombud.escalations.lead", RD_KAFKA_RESP_ERR_TOPIC_EXCEPTION, TRANSACTION_COMMITTED, 1 },
    { "decisions that may not be written", OUTPUT_DECISIONS, "ombud.decisions",
      RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED, TRANSACTION_COMMITTED, 1 },
};

/* A refusal in a quiet minute comes from produce() itself: no event follows, and the transaction
 * would commit without the record. */
static void test_what_is_refused_on_the_spot_is_never_committed_without(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
        const struct refusal *refusal = &refusals[i];
        print_message("%s\n", refusal->name);
        struct bench *bench = new_bench(false);
        want(bench, refusal->output, "T-1");
        assert_int_equal(commit(bench), TRANSACTION_COMMITTED);
        int64_t letters = mock_count(&mock, "ombud.deadletter");
        int64_t records = mock_count(&mock, refusal->topic);
        turn_bad(bench, refusal->topic, refusal->code);
        assert_int_equal(commit(bench), refusal->end);
        rd_kafka_mock_topic_set_error(mock.cluster, refusal->topic, 0);
        assert_int_equal(mock_count(&mock, "ombud.deadletter"), letters + refusal->letters);
        assert_int_equal(mock_count(&mock, refusal->topic), records);
        free_bench(bench);
    }
}

/* A member of the group that has been given its partition. */
static rd_kafka_t *join(struct bench *bench)
{
    struct kafka_identity identity = { .name = "g-test-0" };
    struct error err;
    rd_kafka_t *consumer = kafka_client(KAFKA_CONSUMER, mock.config, &identity, bench->log, &err);
    assert_non_null(consumer);
    rd_kafka_poll_set_consumer(consumer);
    rd_kafka_topic_partition_list_t *topics = rd_kafka_topic_partition_list_new(1);
    rd_kafka_topic_partition_list_add(topics, "ombud.events", RD_KAFKA_PARTITION_UA);
    rd_kafka_subscribe(consumer, topics);
    rd_kafka_topic_partition_list_destroy(topics);
    rd_kafka_queue_t *queue = rd_kafka_queue_get_consumer(consumer);
    rd_kafka_event_t *event = NULL;
    for (int i = 0; i < 100 && rd_kafka_event_type(event) != RD_KAFKA_EVENT_REBALANCE; i++) {
        rd_kafka_event_destroy(event);
        event = rd_kafka_queue_poll(queue, 300);
    }
    assert_int_equal(rd_kafka_event_type(event), RD_KAFKA_EVENT_REBALANCE);
    rd_kafka_error_t *error =
        rd_kafka_incremental_assign(consumer, rd_kafka_event_topic_partition_list(event));
    assert_null(error);
    rd_kafka_event_destroy(event);
    rd_kafka_queue_destroy(queue);
    return consumer;
}

/* Coordinators take offsets of partitions that a member does not own: only we can tell that what
 * was read before a loss must not be committed by the member we are after it. */
static void test_a_membership_after_a_loss_commits_nothing_from_before(void **state)
{
    (void)state;
    struct bench *bench = new_bench(true);
    struct task *task = task_new(STAGE_INTAKE, mock.config, "ombud.events", 0, 1, 1);
    struct offset_note note = { 0 };
    task->engine = task->row->ops->create(&task->setup);
    task_place(task, 0, &note);
    for (unsigned lost = 0; lost < 2; lost++) {
        int ends = bench->ends;
        transaction_open(bench->transaction);
        transaction_join(bench->transaction, task);
        atomic_fetch_add(&bench->epoch, lost);
        transaction_commit(bench->transaction);
        assert_int_equal(wait_end(bench, ends), lost ? TRANSACTION_UNDONE : TRANSACTION_COMMITTED);
    }
    free_bench(bench);
    task_free(task);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_refused_on_the_spot_is_never_committed_without),
        cmocka_unit_test(test_a_membership_after_a_loss_commits_nothing_from_before),
    };
    mock_open(&mock);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    mock_close(&mock);
    return failed;
}
