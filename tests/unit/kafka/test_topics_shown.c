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

#include "host/now.h"
#include "kafka/topics.h"
#include "kafka/topics_shown.h"

enum { BROKERS = 3, LATE_MS = 600, PATIENT = 20000 };

/* In shadow mode a configuration needs few topics. */
struct world {
    rd_kafka_t *owner;
    rd_kafka_mock_cluster_t *cluster;
    struct config_property property;
    struct config_source source;
    struct config config;
    rd_kafka_t *client;
};

static int set_up(void **state)
{
    struct error err;
    struct world *world = calloc(1, sizeof(*world));
    world->owner = rd_kafka_new(RD_KAFKA_PRODUCER, rd_kafka_conf_new(), NULL, 0);
    world->cluster = rd_kafka_mock_cluster_new(world->owner, BROKERS);
    world->property =
        (struct config_property){ .name = STR("bootstrap.servers"),
                                  .value =
                                      str_from(rd_kafka_mock_cluster_bootstraps(world->cluster)) };
    world->source = (struct config_source){ .topic = STR("home"), .home = true };
    world->config = (struct config){
        .kafka = &world->property,
        .kafka_count = 1,
        .sources = &world->source,
        .source_count = 1,
        .shadow = true,
        .topics = { .home = STR("home"),
                    .decisions = STR("decisions"),
                    .deadletter = STR("deadletter"),
                    .state = STR("state"),
                    .config = STR("config"),
                    .customers = STR("customers"),
                    .silences = STR("silences"),
                    .versions = STR("versions"),
                    .partitions = 1 },
    };
    static const char *const made[] = { "home",      "decisions", "deadletter", "config",
                                        "customers", "silences",  "versions" };
    for (size_t i = 0; i < sizeof(made) / sizeof(made[0]); i++)
        rd_kafka_mock_topic_create(world->cluster, made[i], 1, 1);
    world->client = topics_client(&world->config, &err);
    *state = world;
    return 0;
}

static int tear_down(void **state)
{
    struct world *world = *state;
    rd_kafka_destroy(world->client);
    rd_kafka_mock_cluster_destroy(world->cluster);
    rd_kafka_destroy(world->owner);
    free(world);
    return 0;
}

static void *make_state_late(void *arg)
{
    struct world *world = arg;
    now_wait(LATE_MS);
    rd_kafka_mock_topic_create(world->cluster, "state", 1, 1);
    return NULL;
}

/* How long it waited; fails unless all was shown. */
static time_ms wait_shown(struct world *world)
{
    struct error err;
    time_ms start = now_monotonic();
    if (!topics_wait_shown(world->client, &world->config, PATIENT, &err))
        fail_msg("%s", err.text);
    return now_monotonic() - start;
}

static void test_what_appears_late_is_waited_for(void **state)
{
    struct world *world = *state;
    pthread_t maker;
    pthread_create(&maker, NULL, make_state_late, world);
    time_ms waited = wait_shown(world);
    pthread_join(maker, NULL);
    assert_in_range(waited, LATE_MS, PATIENT);
}

static void test_every_broker_is_asked(void **state)
{
    struct world *world = *state;
    rd_kafka_mock_topic_create(world->cluster, "state", 1, 1);
    for (int32_t broker = 1; broker <= BROKERS; broker++) {
        rd_kafka_mock_broker_set_rtt(world->cluster, broker, LATE_MS / 3);
        assert_in_range(wait_shown(world), LATE_MS, PATIENT);
        rd_kafka_mock_broker_set_rtt(world->cluster, broker, 0);
    }
}

static void test_what_never_appears_is_named(void **state)
{
    struct world *world = *state;
    struct error err;
    assert_false(topics_wait_shown(world->client, &world->config, 300, &err));
    assert_non_null(strstr(err.text, "the broker at 127.0.0.1:"));
    assert_non_null(strstr(err.text, "'state'"));
}

static void test_a_partition_without_a_leader_is_not_ready(void **state)
{
    struct world *world = *state;
    struct error err;
    rd_kafka_mock_topic_create(world->cluster, "state", 1, 1);
    rd_kafka_mock_partition_set_leader(world->cluster, "state", 0, -1);
    assert_false(topics_wait_shown(world->client, &world->config, 300, &err));
    assert_non_null(strstr(err.text, "'state'"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_what_appears_late_is_waited_for, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_every_broker_is_asked, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_what_never_appears_is_named, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_partition_without_a_leader_is_not_ready, set_up,
                                        tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
