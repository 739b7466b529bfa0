#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "base/hash.h"
#include "ctl/writer.h"
#include "kafka/kafka_conf.h"

enum { PARTITIONS = 4, RECORDS = 20, PATIENT = 20000, PRODUCE = 0 /* the request's API key */ };

/* A broker with one topic, and the configuration that leads to it. */
struct world {
    rd_kafka_t *owner;
    rd_kafka_mock_cluster_t *cluster;
    struct config_property properties[3];
    struct config config;
};

static int set_up(void **state)
{
    struct world *world = calloc(1, sizeof(*world));
    world->owner = rd_kafka_new(RD_KAFKA_PRODUCER, rd_kafka_conf_new(), NULL, 0);
    world->cluster = rd_kafka_mock_cluster_new(world->owner, 1);
    rd_kafka_mock_topic_create(world->cluster, "home", PARTITIONS, 1);
    const char *servers = rd_kafka_mock_cluster_bootstraps(world->cluster);
    world->properties[0] =
        (struct config_property){ .name = STR("bootstrap.servers"), .value = str_from(servers) };
    world->properties[1] =
        (struct config_property){ .name = STR("message.max.bytes"), .value = STR("2000") };
    /* Whoever asks to hear of nothing but errors must not make us wait for the rest. */
    world->properties[2] =
        (struct config_property){ .name = STR("delivery.report.only.error"), .value = STR("true") };
    world->config = (struct config){ .kafka = world->properties, .kafka_count = 3 };
    *state = world;
    return 0;
}

static int tear_down(void **state)
{
    struct world *world = *state;
    rd_kafka_mock_cluster_destroy(world->cluster);
    rd_kafka_destroy(world->owner);
    free(world);
    return 0;
}

static struct writer *open_writer(const struct world *world)
{
    struct error err;
    int code;
    struct writer *writer = writer_open(&world->config, PATIENT, &code, &err);
    if (writer == NULL)
        fail_msg("%s", err.text);
    return writer;
}

static void check_place(rd_kafka_message_t *message)
{
    struct str key = { message->key, message->key_len };
    rd_kafka_headers_t *headers;
    const void *why;
    size_t size;
    assert_int_equal(message->partition, kafka_partition(key, PARTITIONS));
    assert_int_equal(rd_kafka_message_headers(message, &headers), RD_KAFKA_RESP_ERR_NO_ERROR);
    assert_int_equal(rd_kafka_header_get_last(headers, "why", &why, &size),
                     RD_KAFKA_RESP_ERR_NO_ERROR);
    assert_memory_equal(why, "asked", size);
    assert_int_equal(message->payload == NULL, str_is(key, "T-0"));
}

/* Reads what the topic holds. */
static size_t check_places(const struct world *world)
{
    struct error err;
    struct kafka_identity identity = { .name = "test" };
    rd_kafka_t *reader = kafka_client(KAFKA_READER, &world->config, &identity, NULL, &err);
    rd_kafka_poll_set_consumer(reader);
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(PARTITIONS);
    for (int32_t i = 0; i < PARTITIONS; i++)
        rd_kafka_topic_partition_list_add(list, "home", i)->offset = 0;
    rd_kafka_assign(reader, list);
    rd_kafka_topic_partition_list_destroy(list);
    size_t count = 0;
    for (int ends = 0; ends < PARTITIONS;) {
        rd_kafka_message_t *message = rd_kafka_consumer_poll(reader, PATIENT);
        assert_non_null(message);
        ends += message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF;
        if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
            check_place(message);
            count++;
        }
        rd_kafka_message_destroy(message);
    }
    rd_kafka_consumer_close(reader);
    rd_kafka_destroy(reader);
    return count;
}

static void test_every_record_lies_where_its_key_belongs(void **state)
{
    struct world *world = *state;
    struct writer *writer = open_writer(world);
    struct writer_record records[RECORDS];
    char keys[RECORDS][8];
    rd_kafka_headers_t *headers = rd_kafka_headers_new(1);
    rd_kafka_header_add(headers, "why", -1, "asked", -1);
    for (size_t i = 0; i < RECORDS; i++) {
        snprintf(keys[i], sizeof(keys[i]), "T-%zu", i);
        records[i] = (struct writer_record){ .topic = STR("home"),
                                             .key = str_from(keys[i]),
                                             .value = i == 0 ? STR_NONE : STR("{}"),
                                             .headers = headers };
    }
    assert_int_equal(writer_write(writer, records, RECORDS, PATIENT), 0);
    for (size_t i = 0; i < RECORDS; i++)
        assert_int_equal(records[i].refusal, RD_KAFKA_RESP_ERR_NO_ERROR);
    rd_kafka_headers_destroy(headers);
    writer_close(writer);
    assert_int_equal(check_places(world), RECORDS);
}

static void test_each_refusal_is_told_with_its_reason(void **state)
{
    struct world *world = *state;
    static char large[4000];
    struct writer *writer = open_writer(world);
    struct writer_record records[] = {
        { .topic = STR("nowhere"), .key = STR("T-1"), .value = STR("{}") },
        { .topic = STR("home"), .key = STR("T-2"), .value = { large, sizeof(large) } },
        { .topic = STR("home"), .key = STR("T-3"), .value = STR("{}") },
    };
    assert_int_equal(writer_write(writer, records, 3, PATIENT), 2);
    assert_int_equal(records[0].refusal, RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART);
    assert_int_equal(records[1].refusal, RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE);
    assert_int_equal(records[2].refusal, RD_KAFKA_RESP_ERR_NO_ERROR);

    rd_kafka_mock_push_request_errors(world->cluster, PRODUCE, 1,
                                      RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED);
    assert_int_equal(writer_write(writer, &records[2], 1, PATIENT), 1);
    assert_int_equal(records[2].refusal, RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED);
    assert_int_equal(writer_exit_code(records[2].refusal), EX_NOPERM);
    writer_close(writer);
}

static void test_a_broker_without_an_answer_is_waited_for_so_long_and_no_longer(void **state)
{
    struct world *world = *state;
    struct writer *writer = open_writer(world);
    struct writer_record record = { .topic = STR("home"), .key = STR("T-1"), .value = STR("{}") };
    rd_kafka_mock_broker_push_request_error_rtts(world->cluster, 1, PRODUCE, 1,
                                                 RD_KAFKA_RESP_ERR_NO_ERROR, PATIENT);
    assert_int_equal(writer_write(writer, &record, 1, 300), 1);
    assert_int_equal(record.refusal, RD_KAFKA_RESP_ERR__TIMED_OUT);
    writer_close(writer);
}

static void test_without_a_broker_nothing_is_written(void **state)
{
    struct world *world = *state;
    struct error err;
    int code;
    rd_kafka_mock_broker_set_down(world->cluster, 1);
    assert_null(writer_open(&world->config, 300, &code, &err));
    assert_int_equal(code, EX_UNAVAILABLE);
    assert_non_null(strstr(err.text, "no broker answers at 127.0.0.1:"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_every_record_lies_where_its_key_belongs, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_each_refusal_is_told_with_its_reason, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(
            test_a_broker_without_an_answer_is_waited_for_so_long_and_no_longer, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_without_a_broker_nothing_is_written, set_up,
                                        tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
