#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "host/now.h"
#include "kafka/start_check.h"
#include "kafka/topics.h"

static const char *const topics[] = { "home",   "decisions", "deadletter", "state",
                                      "config", "customers", "promises",   "notices",
                                      "groups", "silences",  "versions" };
enum { TOPICS = sizeof(topics) / sizeof(topics[0]), LATE_MS = 1500 };

/* Three brokers, and a configuration with one source and neither departments nor levels. */
struct world {
    rd_kafka_t *owner;
    rd_kafka_mock_cluster_t *cluster;
    struct config_property properties[2];
    struct config_source source;
    struct config config;
    struct inputs inputs;
    struct log *log;
    int said[2]; /* a pipe: what the log says */
};

static int set_up(void **state)
{
    struct world *world = calloc(1, sizeof(*world));
    world->owner = rd_kafka_new(RD_KAFKA_PRODUCER, rd_kafka_conf_new(), NULL, 0);
    world->cluster = rd_kafka_mock_cluster_new(world->owner, 3);
    const char *servers = rd_kafka_mock_cluster_bootstraps(world->cluster);
    world->properties[0] =
        (struct config_property){ .name = STR("bootstrap.servers"), .value = str_from(servers) };
    world->properties[1] = (struct config_property){ .name = STR("group.id"), .value = STR("g") };
    world->source = (struct config_source){ .topic = STR("home"), .home = true };
    world->config = (struct config){ .kafka = world->properties,
                                     .kafka_count = 2,
                                     .sources = &world->source,
                                     .source_count = 1,
                                     .broker_wait = 10 * TIME_SECOND,
                                     .topics = { .home = STR("home"),
                                                 .decisions = STR("decisions"),
                                                 .deadletter = STR("deadletter"),
                                                 .state = STR("state"),
                                                 .config = STR("config"),
                                                 .customers = STR("customers"),
                                                 .silences = STR("silences"),
                                                 .versions = STR("versions"),
                                                 .promises = STR("promises"),
                                                 .notices = STR("notices"),
                                                 .groups = STR("groups"),
                                                 .partitions = 2 } };
    if (pipe(world->said) != 0)
        return -1;
    world->log = log_new(world->said[1], LOGGED_NOTICE);
    inputs_plan(&world->config, &world->inputs);
    *state = world;
    return 0;
}

static int tear_down(void **state)
{
    struct world *world = *state;
    inputs_free(&world->inputs);
    log_free(world->log);
    close(world->said[0]);
    close(world->said[1]);
    rd_kafka_mock_cluster_destroy(world->cluster);
    rd_kafka_destroy(world->owner);
    free(world);
    return 0;
}

static void make_topic(struct world *world, const char *name)
{
    bool many = strcmp(name, "home") == 0 || strcmp(name, "state") == 0;
    rd_kafka_mock_topic_create(world->cluster, name, many ? 2 : 1, 1);
}

static void *make_last_topic_late(void *arg)
{
    now_wait(LATE_MS);
    make_topic(arg, topics[TOPICS - 1]);
    return NULL;
}

static void check_said(struct world *world, const char *words)
{
    char said[4096] = "";
    ssize_t size = read(world->said[0], said, sizeof(said) - 1);
    assert_true(size > 0);
    if (strstr(said, words) == NULL)
        fail_msg("'%s' is not in: %s", words, said);
}

static void test_a_topic_that_appears_late_is_waited_for(void **state)
{
    struct world *world = *state;
    pthread_t maker;
    for (size_t i = 0; i + 1 < TOPICS; i++)
        make_topic(world, topics[i]);
    pthread_create(&maker, NULL, make_last_topic_late, world);
    int code = start_check(&world->config, "g-one-0", &world->inputs, world->log);
    pthread_join(maker, NULL);
    check_said(world, "asking again");
    assert_int_equal(code, EX_OK);
    assert_int_equal(world->inputs.home_partitions, 2);
}

static void test_a_reload_waits_for_it_too(void **state)
{
    struct world *world = *state;
    struct buf report = { 0 };
    struct error err = { "" };
    pthread_t maker;
    for (size_t i = 0; i + 1 < TOPICS; i++)
        make_topic(world, topics[i]);
    pthread_create(&maker, NULL, make_last_topic_late, world);
    bool right = start_check_reload(&world->config, &report, &err);
    pthread_join(maker, NULL);
    buf_free(&report);
    assert_string_equal(err.text, "");
    assert_true(right);
}

static void test_a_topic_that_never_appears_ends_the_start(void **state)
{
    struct world *world = *state;
    for (size_t i = 1; i < TOPICS; i++)
        make_topic(world, topics[i]);
    time_ms start = now_monotonic();
    int code = start_check(&world->config, "g-one-0", &world->inputs, world->log);
    assert_int_equal(code, EX_CONFIG);
    assert_in_range(now_monotonic() - start, LATE_MS, 30 * TIME_SECOND);
    check_said(world, "topic 'home' is missing");
}

static void test_a_wrong_count_is_not_waited_for(void **state)
{
    struct world *world = *state;
    for (size_t i = 0; i < TOPICS; i++)
        rd_kafka_mock_topic_create(world->cluster, topics[i], i == 0 ? 2 : 1, 1);
    time_ms start = now_monotonic();
    int code = start_check(&world->config, "g-one-0", &world->inputs, world->log);
    assert_int_equal(code, EX_CONFIG);
    assert_true(now_monotonic() - start < LATE_MS);
    check_said(world, "topic 'state' has 1 partitions");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_a_topic_that_appears_late_is_waited_for, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_a_reload_waits_for_it_too, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_topic_that_never_appears_ends_the_start, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_a_wrong_count_is_not_waited_for, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
