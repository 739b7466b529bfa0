#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "host/now.h"
#include "kafka/follow.h"

enum { PATIENT = 20000, STEP = 100, SLOW_MS = 5000 };

/* Topic "t" of two partitions, each led by a broker of its own. */
struct world {
    rd_kafka_t *owner;
    rd_kafka_mock_cluster_t *cluster;
    rd_kafka_t *writer;
    struct config_property property;
    struct config config;
};

static int set_up(void **state)
{
    struct world *world = calloc(1, sizeof(*world));
    world->owner = rd_kafka_new(RD_KAFKA_PRODUCER, rd_kafka_conf_new(), NULL, 0);
    world->cluster = rd_kafka_mock_cluster_new(world->owner, 2);
    const char *servers = rd_kafka_mock_cluster_bootstraps(world->cluster);
    rd_kafka_mock_topic_create(world->cluster, "t", 2, 1);
    rd_kafka_mock_partition_set_leader(world->cluster, "t", 0, 1);
    rd_kafka_mock_partition_set_leader(world->cluster, "t", 1, 2);
    world->property =
        (struct config_property){ .name = STR("bootstrap.servers"), .value = str_from(servers) };
    world->config = (struct config){ .kafka = &world->property, .kafka_count = 1 };
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    rd_kafka_conf_set(conf, "bootstrap.servers", servers, NULL, 0);
    world->writer = rd_kafka_new(RD_KAFKA_PRODUCER, conf, NULL, 0);
    *state = world;
    return 0;
}

static int tear_down(void **state)
{
    struct world *world = *state;
    rd_kafka_destroy(world->writer);
    rd_kafka_mock_cluster_destroy(world->cluster);
    rd_kafka_destroy(world->owner);
    free(world);
    return 0;
}

static void write_records(struct world *world, int32_t partition, int count)
{
    for (int i = 0; i < count; i++)
        assert_int_equal(rd_kafka_producev(world->writer, RD_KAFKA_V_TOPIC("t"),
                                           RD_KAFKA_V_PARTITION(partition),
                                           RD_KAFKA_V_VALUE("x", 1), RD_KAFKA_V_END),
                         RD_KAFKA_RESP_ERR_NO_ERROR);
    assert_int_equal(rd_kafka_flush(world->writer, PATIENT), RD_KAFKA_RESP_ERR_NO_ERROR);
}

static struct follow *open_follow(struct world *world)
{
    struct error err;
    struct follow *follow = follow_open(&world->config, NULL, &err);
    if (follow == NULL)
        fail_msg("%s", err.text);
    return follow;
}

static struct follow *follow_whole(struct world *world, enum follow_from from)
{
    struct error err;
    struct follow *follow = open_follow(world);
    assert_int_equal(follow_topic(follow, STR("t"), from, PATIENT, NULL, &err), 2);
    assert_true(follow_start(follow, &err));
    return follow;
}

static void test_a_partition_whose_leader_is_only_being_elected_is_asked_again(void **state)
{
    enum { LIST_OFFSETS = 2 };
    struct world *world = *state;
    struct error err;
    write_records(world, 1, 3);
    struct follow *follow = open_follow(world);
    rd_kafka_mock_push_request_errors(
        world->cluster, LIST_OFFSETS, 3, RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION,
        RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE, RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION);
    if (follow_topic(follow, STR("t"), FOLLOW_FROM_END, PATIENT, NULL, &err) != 2)
        fail_msg("%s", err.text);
    follow_close(follow);
}

/* The first news of that kind; records on the way are counted by partition. */
static struct follow_item wait_for(struct follow *follow, enum follow_news kind, int *counts)
{
    struct follow_item item;
    struct error err;
    time_ms deadline = now_monotonic() + PATIENT;
    enum follow_news news;
    do {
        assert_true(now_monotonic() < deadline);
        news = follow_next(follow, STEP, &item, &err);
        if (news != FOLLOW_RECORD)
            continue;
        counts[item.message->partition]++;
        rd_kafka_message_destroy(item.message);
    } while (news != kind);
    return item;
}

static void catch_up(struct follow *follow, int *counts)
{
    struct follow_item item;
    struct error err;
    time_ms deadline = now_monotonic() + PATIENT;
    while (!follow_caught_up(follow)) {
        assert_true(now_monotonic() < deadline);
        if (follow_next(follow, STEP, &item, &err) != FOLLOW_RECORD)
            continue;
        counts[item.message->partition]++;
        rd_kafka_message_destroy(item.message);
    }
}

static void test_everything_from_the_start_is_given_out(void **state)
{
    struct world *world = *state;
    int counts[2] = { 0 };
    write_records(world, 0, 5);
    write_records(world, 1, 2500);
    struct follow *follow = follow_whole(world, FOLLOW_FROM_START);
    catch_up(follow, counts);
    assert_int_equal(counts[0], 5);
    assert_int_equal(counts[1], 2500);
    follow_close(follow);
}

/* Each end counts once: one partition that is met at its end again and again says nothing of the
 * other. */
static void test_a_slow_partition_is_waited_for(void **state)
{
    struct world *world = *state;
    int counts[2] = { 0 };
    struct error err;
    write_records(world, 1, 1);
    struct follow *follow = open_follow(world);
    assert_int_equal(follow_topic(follow, STR("t"), FOLLOW_FROM_START, PATIENT, NULL, &err), 2);
    rd_kafka_mock_broker_set_rtt(world->cluster, 2, SLOW_MS); /* before anything is fetched */
    assert_true(follow_start(follow, &err));
    assert_int_equal(wait_for(follow, FOLLOW_END, counts).place->partition, 0);
    write_records(world, 0, 1);
    assert_int_equal(wait_for(follow, FOLLOW_END, counts).place->partition, 0);
    assert_false(follow_caught_up(follow));
    catch_up(follow, counts);
    assert_int_equal(counts[0], 1);
    assert_int_equal(counts[1], 1);
    follow_close(follow);
}

static void test_from_the_end_only_what_comes_is_given_out(void **state)
{
    struct world *world = *state;
    int counts[2] = { 0 };
    write_records(world, 0, 3);
    struct follow *follow = follow_whole(world, FOLLOW_FROM_END);
    write_records(world, 0, 1);
    catch_up(follow, counts);
    if (counts[0] == 0)
        wait_for(follow, FOLLOW_RECORD, counts);
    assert_int_equal(counts[0], 1);
    follow_close(follow);
}

static void test_a_given_place_is_read_up_to_a_given_end(void **state)
{
    struct world *world = *state;
    struct error err;
    struct follow_item item;
    int owner, counts[2] = { 0 };
    write_records(world, 0, 10);
    struct follow *follow = open_follow(world);
    follow_partition(follow, "t", 0, 4, 8, &owner);
    assert_true(follow_start(follow, &err));
    for (int64_t offset = 4; offset < 8; offset++) {
        assert_false(follow_caught_up(follow));
        while (follow_next(follow, STEP, &item, &err) != FOLLOW_RECORD)
            ;
        assert_int_equal(item.message->offset, offset);
        assert_ptr_equal(item.place->owner, &owner);
        rd_kafka_message_destroy(item.message);
    }
    assert_true(follow_caught_up(follow));
    wait_for(follow, FOLLOW_END, counts);
    assert_int_equal(counts[0], 2);
    follow_close(follow);
}

static void test_a_place_that_is_gone_is_told_and_can_be_begun_again(void **state)
{
    struct world *world = *state;
    struct error err;
    int counts[2] = { 0 };
    write_records(world, 0, 3);
    struct follow *follow = open_follow(world);
    follow_partition(follow, "t", 0, 100, 3, NULL);
    assert_true(follow_start(follow, &err));
    struct follow_item item = wait_for(follow, FOLLOW_LOST, counts);
    assert_false(follow_caught_up(follow));
    assert_true(follow_again(follow, item.place, &err));
    catch_up(follow, counts);
    assert_int_equal(counts[0], 3);
    follow_close(follow);
}

static void test_what_was_left_is_not_waited_for(void **state)
{
    struct world *world = *state;
    int counts[2] = { 0 };
    write_records(world, 0, 3);
    write_records(world, 1, 3);
    rd_kafka_mock_broker_set_rtt(world->cluster, 2, SLOW_MS);
    struct follow *follow = follow_whole(world, FOLLOW_FROM_START);
    struct follow_item item = wait_for(follow, FOLLOW_END, counts);
    assert_int_equal(item.place->partition, 0);
    follow_leave(follow, item.place);
    assert_false(follow_caught_up(follow));
    write_records(world, 0, 1);
    catch_up(follow, counts);
    assert_int_equal(counts[0], 3);
    assert_int_equal(counts[1], 3);
    follow_close(follow);
}

static void test_a_topic_that_is_not_there_has_no_partitions(void **state)
{
    struct error err;
    struct follow *follow = open_follow(*state);
    assert_int_equal(follow_topic(follow, STR("nowhere"), FOLLOW_FROM_START, PATIENT, NULL, &err),
                     0);
    follow_close(follow);
}

static void test_a_loop_is_woken_by_news(void **state)
{
    struct world *world = *state;
    int counts[2] = { 0 };
    uint64_t count;
    struct follow *follow = follow_whole(world, FOLLOW_FROM_END);
    struct pollfd fd = { .fd = eventfd(0, EFD_NONBLOCK), .events = POLLIN };
    catch_up(follow, counts);
    follow_watch(follow, fd.fd);
    assert_int_equal(poll(&fd, 1, STEP), 0);
    write_records(world, 1, 1);
    assert_int_equal(poll(&fd, 1, PATIENT), 1);
    assert_int_equal(read(fd.fd, &count, sizeof(count)), sizeof(count));
    wait_for(follow, FOLLOW_RECORD, counts);
    assert_int_equal(counts[1], 1);
    follow_close(follow);
    close(fd.fd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_everything_from_the_start_is_given_out, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(
            test_a_partition_whose_leader_is_only_being_elected_is_asked_again, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_slow_partition_is_waited_for, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_from_the_end_only_what_comes_is_given_out, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_a_given_place_is_read_up_to_a_given_end, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_a_place_that_is_gone_is_told_and_can_be_begun_again,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_what_was_left_is_not_waited_for, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_topic_that_is_not_there_has_no_partitions, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_a_loop_is_woken_by_news, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
