#include "mock_kafka.h"

#include <pthread.h>

#include "enrich/enrich.h"
#include "exactly_once/globals_reader.h"
#include "host/log.h"

enum { PATIENT = 20000 };

struct world {
    struct mock mock;
    rd_kafka_t *writer;
    struct log *log;
    pthread_mutex_t lock;
    struct snapshot *seen; /* guarded by lock; a reference of ours */
};

static int set_up(void **state)
{
    struct world *world = calloc(1, sizeof(*world));
    pthread_mutex_init(&world->lock, NULL);
    mock_open(&world->mock);
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    rd_kafka_conf_set(conf, "bootstrap.servers",
                      rd_kafka_mock_cluster_bootstraps(world->mock.cluster), NULL, 0);
    world->writer = rd_kafka_new(RD_KAFKA_PRODUCER, conf, NULL, 0);
    world->log = log_new(STDERR_FILENO, LOGGED_ERROR);
    *state = world;
    return 0;
}

static int tear_down(void **state)
{
    struct world *world = *state;
    snapshot_drop(world->seen);
    pthread_mutex_destroy(&world->lock);
    log_free(world->log);
    rd_kafka_destroy(world->writer);
    mock_close(&world->mock);
    free(world);
    return 0;
}

static void put(struct world *world, const char *account, const char *row)
{
    assert_int_equal(
        rd_kafka_producev(world->writer, RD_KAFKA_V_TOPIC("ombud.customers"),
                          RD_KAFKA_V_PARTITION(0), RD_KAFKA_V_KEY(account, strlen(account)),
                          RD_KAFKA_V_VALUE((void *)(uintptr_t)row, strlen(row)), RD_KAFKA_V_END),
        RD_KAFKA_RESP_ERR_NO_ERROR);
    assert_int_equal(rd_kafka_flush(world->writer, PATIENT), RD_KAFKA_RESP_ERR_NO_ERROR);
}

static void take_snapshot(void *arg, struct snapshot *snapshot)
{
    struct world *world = arg;
    pthread_mutex_lock(&world->lock);
    snapshot_drop(world->seen);
    world->seen = snapshot_take(snapshot);
    pthread_mutex_unlock(&world->lock);
}

static size_t rows_of(const struct snapshot *snapshot)
{
    return snapshot ? customers_count(snapshot_table(snapshot)) : 0;
}

static size_t rows_seen(struct world *world)
{
    pthread_mutex_lock(&world->lock);
    size_t rows = rows_of(world->seen);
    pthread_mutex_unlock(&world->lock);
    return rows;
}

static void wait_for_rows(struct world *world, size_t rows)
{
    time_ms deadline = now_monotonic() + PATIENT;
    while (rows_seen(world) != rows) {
        assert_true(now_monotonic() < deadline);
        now_wait(20);
    }
}

static struct globals_reader *open_reader(struct world *world)
{
    struct error err;
    struct globals_reader *reader = globals_reader_open(world->mock.config, world->log, &err);
    if (reader == NULL)
        fail_msg("%s", err.text);
    return reader;
}

static void test_the_table_is_read_to_its_end_before_anything_else(void **state)
{
    struct world *world = *state;
    put(world, "acme", "{\"tier\":\"gold\"}");
    put(world, "broken", "{");
    put(world, "other", "{}");
    struct globals_reader *reader = open_reader(world);
    struct snapshot *snapshot = globals_reader_snapshot(reader, GLOBAL_CUSTOMERS);
    const struct customer_row *row = customers_find(snapshot_table(snapshot), STR("acme"));
    assert_int_equal(rows_of(snapshot), 2);
    assert_true(str_is(row->tier, "gold"));
    globals_reader_close(reader);
}

/* What one worker looks through stays as it is, and is one for all of them. */
static void test_a_change_is_a_new_snapshot(void **state)
{
    struct world *world = *state;
    struct error err;
    put(world, "acme", "{\"tier\":\"gold\"}");
    struct globals_reader *reader = open_reader(world);
    struct snapshot *first = snapshot_take(globals_reader_snapshot(reader, GLOBAL_CUSTOMERS));
    assert_true(globals_reader_follow(reader, take_snapshot, world, &err));
    put(world, "other", "{}");
    wait_for_rows(world, 2);
    put(world, "third", "{}");
    wait_for_rows(world, 3);
    assert_int_equal(rows_of(first), 1);
    /* The reader still has a reference, so this thread need not free the table. */
    assert_false(snapshot_is_mine(first));
    globals_reader_close(reader);
    assert_true(snapshot_is_mine(first));
    assert_true(snapshot_is_mine(world->seen));
    snapshot_drop(first);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_the_table_is_read_to_its_end_before_anything_else,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_change_is_a_new_snapshot, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
