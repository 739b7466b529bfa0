/* A task on a mock cluster's topic: what it reads ahead, and that it lets go of it. */
#include "mock_kafka.h"

#include <sys/eventfd.h>

#include "exactly_once/task.h"
#include "kafka/kafka_conf.h"

enum { RECORDS = 600, LEAST_BYTES = 1000 }; /* of a prepared record */

static struct mock mock;

static void write_openings(void)
{
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    rd_kafka_conf_set(conf, "bootstrap.servers", rd_kafka_mock_cluster_bootstraps(mock.cluster),
                      NULL, 0);
    rd_kafka_t *writer = rd_kafka_new(RD_KAFKA_PRODUCER, conf, NULL, 0);
    for (int i = 0; i < RECORDS; i++) {
        char value[200];
        int size = snprintf(value, sizeof(value),
                            "{\"type\":\"opened\",\"ticket\":\"t%d\",\"id\":\"e%d\",\"subject\":"
                            "\"The parcel\",\"body\":\"It is late again, and nobody answers.\"}",
                            i, i);
        assert_int_equal(rd_kafka_producev(writer, RD_KAFKA_V_TOPIC("ombud.events"),
                                           RD_KAFKA_V_PARTITION(0),
                                           RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY),
                                           RD_KAFKA_V_VALUE(value, (size_t)size), RD_KAFKA_V_END),
                         RD_KAFKA_RESP_ERR_NO_ERROR);
    }
    assert_int_equal(rd_kafka_flush(writer, 20000), RD_KAFKA_RESP_ERR_NO_ERROR);
    rd_kafka_destroy(writer);
}

static rd_kafka_t *open_consumer(struct log *log)
{
    struct kafka_identity identity = { .name = "g-test-0", .partitions = 1 };
    struct error err;
    rd_kafka_t *consumer = kafka_client(KAFKA_CONSUMER, mock.config, &identity, log, &err);
    assert_non_null(consumer);
    return consumer;
}

static void assign(rd_kafka_t *consumer)
{
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(1);
    rd_kafka_topic_partition_list_add(list, "ombud.events", 0)->offset = 0;
    assert_int_equal(rd_kafka_assign(consumer, list), RD_KAFKA_RESP_ERR_NO_ERROR);
    rd_kafka_topic_partition_list_destroy(list);
}

static struct task *running_task(rd_kafka_t *consumer, int fd)
{
    struct offset_note note = { 0 };
    struct task *task = task_new(STAGE_TICKETS, mock.config, "ombud.events", 0, 1, 1);
    task->engine = task->row->ops->create(&task->setup);
    task_place(task, 0, &note);
    task->current.care.armed = true;
    task_attach(task, consumer, fd);
    assign(consumer); /* only now: what is fetched before would go to the consumer's own queue */
    return task;
}

static void read_all(struct task *task)
{
    time_ms deadline = now_monotonic() + 30000;
    while (task->ahead_count < RECORDS) {
        assert_true(now_monotonic() < deadline);
        if (task_read(task) != TASK_READ)
            now_wait(5);
    }
}

static void feed(struct task *task, size_t count)
{
    struct actions actions;
    actions_init(&actions);
    for (size_t i = 0; i < count; i++) {
        while (!task_feed(task, now_wall(), 100, &actions))
            ;
        actions_clear(&actions);
    }
    actions_free(&actions);
}

static void what_is_read_ahead_goes_as_it_is_fed(void **state)
{
    struct log *log = log_new(2, LOGGED_ERROR);
    int fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    (void)state;
    write_openings();
    rd_kafka_t *consumer = open_consumer(log);
    struct task *task = running_task(consumer, fd);

    read_all(task);
    size_t all = task->ahead_bytes;
    assert_true(all > RECORDS * LEAST_BYTES);
    feed(task, RECORDS / 2);
    assert_in_range(task->ahead_bytes, all * 4 / 10, all * 6 / 10);
    feed(task, RECORDS / 2);
    assert_int_equal(task->ahead_bytes, 0);

    task_free(task);
    rd_kafka_destroy(consumer);
    close(fd);
    log_free(log);
}

static void what_waits_may_be_prepared_again_and_dropped(void **state)
{
    struct log *log = log_new(2, LOGGED_ERROR);
    int fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    (void)state;
    rd_kafka_t *consumer = open_consumer(log);
    struct task *task = running_task(consumer, fd);

    read_all(task);
    size_t all = task->ahead_bytes;
    task_configure(task, mock.config);
    assert_true(task->ahead_bytes > all);
    feed(task, RECORDS / 3);
    task_rewind(task);
    assert_int_equal(task->ahead_count, 0);
    assert_int_equal(task->ahead_bytes, 0);

    task_free(task);
    rd_kafka_destroy(consumer);
    close(fd);
    log_free(log);
}

static int open_mock(void **state)
{
    (void)state;
    mock_open(&mock);
    return 0;
}

static int close_mock(void **state)
{
    (void)state;
    mock_close(&mock);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_read_ahead_goes_as_it_is_fed),
        cmocka_unit_test(what_waits_may_be_prepared_again_and_dropped),
    };
    return cmocka_run_group_tests(tests, open_mock, close_mock);
}
