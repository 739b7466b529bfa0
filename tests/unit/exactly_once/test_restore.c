#include "mock_kafka.h"

#include <event2/event.h>

#include "exactly_once/restore.h"
#include "host/log.h"
#include "kafka/kafka_conf.h"

enum { PATIENT = 20000, FETCH = 1 /* the request's API key */ };

struct world {
    struct mock mock;
    struct log *log;
    rd_kafka_t *writer, *consumer;
    struct event_base *base;
    struct restorer *restorer;
    struct task *tasks[2];
    int done;
    time_ms cancel_at; /* monotonic; 0: not */
};

static void on_done(void *arg, struct task *task)
{
    struct world *world = arg;
    (void)task;
    world->done++;
}

static int set_up(void **state)
{
    struct world *world = calloc(1, sizeof(*world));
    struct error err;
    mock_open(&world->mock);
    world->log = log_new(STDERR_FILENO, LOGGED_ERROR);
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    rd_kafka_conf_set(conf, "bootstrap.servers",
                      rd_kafka_mock_cluster_bootstraps(world->mock.cluster), NULL, 0);
    world->writer = rd_kafka_new(RD_KAFKA_PRODUCER, conf, NULL, 0);
    struct kafka_identity identity = { .name = "g-one-0" };
    world->consumer = kafka_client(KAFKA_CONSUMER, world->mock.config, &identity, world->log, &err);
    assert_non_null(world->consumer);
    world->base = event_base_new();
    /* The mock keeps no committed positions: what is restored looks as if they were lost. */
    struct restorer_setup setup = { .consumer = world->consumer,
                                    .log = world->log,
                                    .accept_loss = true,
                                    .done = on_done,
                                    .arg = world };
    world->restorer = restorer_new(world->base, &setup, &err);
    assert_non_null(world->restorer);
    world->tasks[0] = task_new(STAGE_TICKETS, world->mock.config, "ombud.events", 0, 1, 1);
    world->tasks[1] = task_new(STAGE_ESCALATIONS, world->mock.config, "ombud.notices", 0, 1, 1);
    *state = world;
    return 0;
}

static int tear_down(void **state)
{
    struct world *world = *state;
    restorer_free(world->restorer);
    for (int i = 0; i < 2; i++)
        task_free(world->tasks[i]);
    event_base_free(world->base);
    rd_kafka_destroy(world->consumer);
    rd_kafka_destroy(world->writer);
    log_free(world->log);
    mock_close(&world->mock);
    free(world);
    return 0;
}

static void put(struct world *world, const char *topic, const char *key, const char *value)
{
    assert_int_equal(rd_kafka_producev(world->writer, RD_KAFKA_V_TOPIC(topic),
                                       RD_KAFKA_V_PARTITION(0), RD_KAFKA_V_KEY(key, strlen(key)),
                                       RD_KAFKA_V_VALUE((void *)(uintptr_t)value, strlen(value)),
                                       RD_KAFKA_V_END),
                     RD_KAFKA_RESP_ERR_NO_ERROR);
    assert_int_equal(rd_kafka_flush(world->writer, PATIENT), RD_KAFKA_RESP_ERR_NO_ERROR);
}

/* How long it took until `count` tasks came back, ms. */
static time_ms restore(struct world *world, int count)
{
    time_ms start = now_monotonic();
    restorer_add(world->restorer, world->tasks, 2);
    while (world->done < count) {
        assert_true(now_monotonic() - start < PATIENT);
        event_base_loop(world->base, EVLOOP_NONBLOCK);
        now_wait(10);
        if (world->cancel_at > 0 && now_monotonic() >= world->cancel_at)
            for (int i = 0; i < 2; i++)
                task_cancel(world->tasks[i]);
    }
    return now_monotonic() - start;
}

static void test_each_stage_reads_its_own_changelog_to_the_end(void **state)
{
    struct world *world = *state;
    for (int i = 0; i < 3; i++)
        put(world, "ombud.groups", "m/format", "{\"version\":1,\"partitions\":1}");
    restore(world, 2);
    for (int i = 0; i < 2; i++) {
        if (world->tasks[i]->refusal != NULL)
            fail_msg("%s", world->tasks[i]->refusal);
        assert_non_null(world->tasks[i]->engine);
    }
    assert_int_equal(world->tasks[0]->restore_records, 0);
    assert_int_equal(world->tasks[1]->restore_records, 3);
}

static void test_a_record_that_cannot_be_restored_is_named(void **state)
{
    struct world *world = *state;
    put(world, "ombud.groups", "m/format", "{\"version\":99,\"partitions\":1}");
    put(world, "ombud.groups", "?", "?");
    restore(world, 2);
    assert_null(world->tasks[0]->refusal);
    assert_non_null(world->tasks[1]->refusal);
    assert_non_null(strstr(world->tasks[1]->refusal, "ombud.groups partition 0 offset 1"));
}

/* Nobody waits out a broker for tasks that are no longer ours. */
static void test_what_is_cancelled_comes_back_soon(void **state)
{
    struct world *world = *state;
    put(world, "ombud.groups", "m/format", "{\"version\":1,\"partitions\":1}");
    rd_kafka_mock_broker_push_request_error_rtts(world->mock.cluster, 1, FETCH, 2,
                                                 RD_KAFKA_RESP_ERR_NO_ERROR, PATIENT,
                                                 RD_KAFKA_RESP_ERR_NO_ERROR, PATIENT);
    world->cancel_at = now_monotonic() + 2000;
    assert_true(restore(world, 2) < PATIENT / 2);
    assert_int_equal(world->tasks[1]->restore_records, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_each_stage_reads_its_own_changelog_to_the_end, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_a_record_that_cannot_be_restored_is_named, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_what_is_cancelled_comes_back_soon, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
