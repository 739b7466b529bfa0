#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "kafka/kafka_conf.h"

struct expectation {
    const char *name; /* of the case */
    enum kafka_role role;
    const char *property, *value;
};

static struct config_property given[] = {
    { .name = STR("bootstrap.servers"), .value = STR("127.0.0.1:1") },
    { .name = STR("group.id"), .value = STR("first") },
    { .name = STR("linger.ms"), .value = STR("1") },
    { .name = STR("session.timeout.ms"), .value = STR("7000") },
    { .name = STR("enable.auto.commit"), .value = STR("true") },
    { .name = STR("acks"), .value = STR("1") },
    { .name = STR("isolation.level"), .value = STR("read_uncommitted") },
    { .name = STR("group.id"), .value = STR("last") },
};

static struct config make_config(void)
{
    return (struct config){ .kafka = given, .kafka_count = sizeof(given) / sizeof(given[0]) };
}

static void check(rd_kafka_t *client, const struct expectation *expected)
{
    char value[256];
    size_t size = sizeof(value);
    assert_int_equal(rd_kafka_conf_get(rd_kafka_conf(client), expected->property, value, &size),
                     RD_KAFKA_CONF_OK);
    if (strcmp(value, expected->value) != 0)
        fail_msg("%s: %s is '%s', not '%s'", expected->name, expected->property, value,
                 expected->value);
}

static void test_whose_value_counts(void **state)
{
    (void)state;
    static const struct expectation expectations[] = {
        { "the user's value beats our default", KAFKA_PRODUCER, "linger.ms", "1" },
        { "and so for a consumer", KAFKA_CONSUMER, "session.timeout.ms", "7000" },
        { "the last of two values counts", KAFKA_CONSUMER, "group.id", "last" },
        { "exactly-once beats the user", KAFKA_CONSUMER, "enable.auto.commit", "false" },
        { "idempotence needs all acknowledgements", KAFKA_PRODUCER, "acks", "-1" },
        { "aborted records stay unseen", KAFKA_CONSUMER, "isolation.level", "read_committed" },
        { "but ends of logs are seen as they are", KAFKA_RAW, "isolation.level",
          "read_uncommitted" },
        { "a reader joins no group", KAFKA_READER, "group.id", "last-reader" },
        { "a lost position is an error", KAFKA_CONSUMER, "auto.offset.reset", "error" },
        { "the identity of a member", KAFKA_CONSUMER, "group.instance.id", "me" },
        { "the identity of a producer", KAFKA_PRODUCER, "transactional.id", "me" },
    };
    struct config config = make_config();
    struct kafka_identity identity = { .name = "me", .partitions = 10 };
    for (int role = 0; role < KAFKA_ROLES; role++) {
        struct error err;
        rd_kafka_t *client = kafka_client((enum kafka_role)role, &config, &identity, NULL, &err);
        if (client == NULL)
            fail_msg("%s", err.text);
        for (size_t i = 0; i < sizeof(expectations) / sizeof(expectations[0]); i++) {
            if ((int)expectations[i].role == role)
                check(client, &expectations[i]);
        }
        rd_kafka_destroy(client);
    }
}

static void test_the_prefetch_budget_is_divided(void **state)
{
    (void)state;
    struct config config = make_config();
    static const int partitions[] = { 1, 12, 48 };
    for (size_t i = 0; i < sizeof(partitions) / sizeof(partitions[0]); i++) {
        struct kafka_identity identity = { .name = "me", .partitions = partitions[i] };
        struct error err;
        rd_kafka_t *client = kafka_client(KAFKA_CONSUMER, &config, &identity, NULL, &err);
        assert_non_null(client);
        char value[32];
        size_t size = sizeof(value);
        rd_kafka_conf_get(rd_kafka_conf(client), "queued.max.messages.kbytes", value, &size);
        assert_true(atol(value) * partitions[i] <= 262144);
        rd_kafka_destroy(client);
    }
}

static void test_an_unknown_property_is_named_with_its_place(void **state)
{
    (void)state;
    struct config_property wrong = { .name = STR("linger.msec"),
                                     .value = STR("1"),
                                     .place = { STR("ombud.yaml"), 3, 5 } };
    struct config config = { .kafka = &wrong, .kafka_count = 1 };
    struct kafka_identity identity = { .name = "me" };
    struct error err;
    assert_null(kafka_client(KAFKA_PRODUCER, &config, &identity, NULL, &err));
    assert_non_null(strstr(err.text, "ombud.yaml:3:5: kafka property linger.msec"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_whose_value_counts),
        cmocka_unit_test(test_the_prefetch_budget_is_divided),
        cmocka_unit_test(test_an_unknown_property_is_named_with_its_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
