#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "serve/status.h"

static void test_how_the_daemon_is(void **state)
{
    (void)state;
    struct task_report task = { .position = 10, .high_watermark = 35, .lag = 20 };
    struct task_report busy = { .lag = 1, .due_hour = 3 };
    const struct {
        bool starting;
        struct worker_report worker;
        bool ready;
        const char *line;
    } cases[] = {
        { false,
          { .broker_reachable = true, .joined = true, .count = 1, .tasks = &task },
          true,
          "routing 1 partition, 20 records behind" },
        { false,
          { .broker_reachable = true, .joined = true, .count = 1, .tasks = &busy },
          true,
          "routing 1 partition, 1 record behind, 3 deadlines within an hour" },
        { false,
          { .broker_reachable = true, .joined = true },
          true,
          "routing 0 partitions, 0 records behind" },
        { true,
          { .broker_reachable = true },
          false,
          "starting: waiting for the transaction coordinator" },
        { false, { .broker_reachable = true }, false, "joining its group" },
        { true, { .joined = true }, false, "Kafka does not answer; trying on" },
        { false,
          { .broker_reachable = true, .joined = true, .transaction_age = 5001 },
          false,
          "a transaction has been ending for more than 5 s" },
        { false,
          { .broker_reachable = true, .joined = true, .restoring = 2, .count = 1, .tasks = &task },
          false,
          "restoring 2 partitions, 1 is running" },
        { false,
          { .broker_reachable = true, .joined = true, .undeliverable = 3 },
          true,
          "routing 0 partitions, 0 records behind; 3 topics take no records" },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct worker_report worker = cases[i].worker;
        struct app_report app = { .workers = &worker, .count = 1, .starting = cases[i].starting };
        struct buf line = { 0 };
        assert_int_equal(status_line(&app, &line), cases[i].ready);
        assert_string_equal(buf_text(&line), cases[i].line);
        buf_free(&line);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_how_the_daemon_is) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
