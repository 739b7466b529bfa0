#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>
#include <stdlib.h>
#include <string.h>

#include "kafka/topics.h"

enum { PATIENT = 20000, HOME = 3 };

struct world {
    rd_kafka_t *owner;
    rd_kafka_mock_cluster_t *cluster;
    struct config_property property;
    struct config_source sources[2];
    struct config_department departments[2];
    struct config_level level;
    struct config config;
    rd_kafka_t *client;
};

static int set_up(void **state)
{
    struct error err;
    struct world *world = calloc(1, sizeof(*world));
    world->owner = rd_kafka_new(RD_KAFKA_PRODUCER, rd_kafka_conf_new(), NULL, 0);
    world->cluster = rd_kafka_mock_cluster_new(world->owner, 1);
    world->property =
        (struct config_property){ .name = STR("bootstrap.servers"),
                                  .value =
                                      str_from(rd_kafka_mock_cluster_bootstraps(world->cluster)) };
    world->sources[0] = (struct config_source){ .topic = STR("home"), .home = true };
    world->sources[1] = (struct config_source){ .topic = STR("foreign") };
    world->departments[0] = (struct config_department){ .topic = STR("dept.a") };
    world->departments[1] = (struct config_department){ .topic = STR("dept.b") };
    world->level = (struct config_level){ .topic = STR("level.lead") };
    world->config = (struct config){
        .kafka = &world->property,
        .kafka_count = 1,
        .sources = world->sources,
        .source_count = 2,
        .departments = world->departments,
        .department_count = 2,
        .levels = &world->level,
        .level_count = 1,
        .topics = { .home = STR("home"),
                    .customers = STR("customers"),
                    .silences = STR("silences"),
                    .versions = STR("versions"),
                    .promises = STR("promises"),
                    .decisions = STR("decisions"),
                    .deadletter = STR("deadletter"),
                    .state = STR("state"),
                    .notices = STR("notices"),
                    .groups = STR("groups"),
                    .config = STR("config"),
                    .partitions = 12 },
    };
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

/* Makes every topic as it should be, but for the one that is given. */
static void make_topics(struct world *world, const char *but, int partitions)
{
    static const char *const spread[] = { "home",      "foreign",  "decisions", "deadletter",
                                          "state",     "promises", "dept.a",    "dept.b",
                                          "customers", "silences" };
    static const char *const single[] = { "versions", "config", "notices", "groups", "level.lead" };
    for (size_t i = 0; i < sizeof(spread) / sizeof(spread[0]); i++)
        rd_kafka_mock_topic_create(world->cluster, spread[i],
                                   strcmp(spread[i], but) == 0 ? partitions : HOME, 1);
    for (size_t i = 0; i < sizeof(single) / sizeof(single[0]); i++)
        rd_kafka_mock_topic_create(world->cluster, single[i],
                                   strcmp(single[i], but) == 0 ? partitions : 1, 1);
}

static void test_partitions_to_create_with_bind_nobody(void **state)
{
    struct world *world = *state;
    struct buf report = { 0 };
    struct error err;
    make_topics(world, "", 0);
    for (int partitions = 1; partitions <= 12; partitions += 11) {
        world->config.topics.partitions = partitions;
        enum topics_verdict verdict =
            topics_check(world->client, &world->config, PATIENT, &report, &err);
        if (verdict != TOPICS_RIGHT)
            fail_msg("topics.partitions: %d refuses topics that exist: %s", partitions,
                     buf_text(&report));
    }
    buf_free(&report);
}

static void check_refused(struct world *world, const char *topic, const char *why)
{
    struct buf report = { 0 };
    struct error err;
    make_topics(world, topic, 2);
    assert_int_equal(topics_check(world->client, &world->config, PATIENT, &report, &err),
                     TOPICS_WRONG);
    if (!strstr(buf_text(&report), why))
        fail_msg("%s", buf_text(&report));
    buf_free(&report);
}

static void test_what_is_ordered_as_a_whole_has_one_partition(void **state)
{
    check_refused(*state, "notices", "topic 'notices' has 2 partitions, but must have one");
}

static void test_a_changelog_has_as_many_as_its_input(void **state)
{
    check_refused(*state, "state", "topic 'state' has 2 partitions, but its input 'home' has 3");
}

static void test_so_has_the_changelog_of_another_stage(void **state)
{
    check_refused(*state, "groups",
                  "topic 'groups' has 2 partitions, but its input 'notices' has 1");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_partitions_to_create_with_bind_nobody, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_what_is_ordered_as_a_whole_has_one_partition, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_a_changelog_has_as_many_as_its_input, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_so_has_the_changelog_of_another_stage, set_up,
                                        tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
