/* Labelled counters of a worker's tasks: summed up, and never falling though tasks come and go. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "exactly_once/series.h"

/* An engine that is nothing but what it tells: of the stage tickets a counter and a gauge. */
struct fake {
    uint64_t counter, gauge;
    const char *label;
};

enum { COUNTER = 0, GAUGE = 1 }; /* rows of the stage */

static void tell(const struct engine *engine, series_fn *each, void *arg)
{
    const struct fake *fake = (const struct fake *)engine;
    struct str values[SERIES_LABELS] = { str_from(fake->label) };
    each(arg, COUNTER, values, fake->counter);
    each(arg, GAUGE, values, fake->gauge);
}

static const struct engine_ops ops = { .series = tell };
static const struct stage_row row = { .ops = &ops };

static uint64_t value_of(const struct series *series, int number, const char *label)
{
    size_t count;
    uint64_t value = UINT64_MAX;
    struct series_report *all = series_copy(series, &count);
    for (size_t i = 0; i < count; i++) {
        if (all[i].row == number && strcmp(all[i].values[0], label) == 0)
            value = all[i].value;
    }
    free(all);
    return value;
}

static void test_tasks_are_summed_up_by_label(void **state)
{
    (void)state;
    assert_false(tickets_engine.series_rows[COUNTER].gauge);
    assert_true(tickets_engine.series_rows[GAUGE].gauge);
    struct fake fakes[] = { { 1, 10, "a" }, { 2, 20, "a" }, { 4, 40, "b" } };
    struct task tasks[3], *list[3];
    struct series *series = series_new();
    for (int i = 0; i < 3; i++) {
        tasks[i] = (struct task){ .stage = STAGE_TICKETS,
                                  .row = &row,
                                  .engine = (struct engine *)&fakes[i] };
        list[i] = &tasks[i];
    }
    for (int times = 0; times < 2; times++) {
        series_collect(series, list, 3);
        assert_int_equal(value_of(series, COUNTER, "a"), 3);
        assert_int_equal(value_of(series, GAUGE, "a"), 30);
        assert_int_equal(value_of(series, COUNTER, "b"), 4);
        assert_int_equal(value_of(series, GAUGE, "b"), 40);
    }
    series_free(series);
}

static void test_what_only_grows_stays_when_a_task_leaves(void **state)
{
    (void)state;
    struct fake fakes[] = { { 1, 10, "a" }, { 2, 20, "a" } };
    struct task tasks[2], *list[2];
    struct series *series = series_new();
    for (int i = 0; i < 2; i++) {
        tasks[i] = (struct task){ .stage = STAGE_TICKETS,
                                  .row = &row,
                                  .engine = (struct engine *)&fakes[i] };
        list[i] = &tasks[i];
    }
    series_collect(series, list, 2);
    series_collect(series, list, 1); /* the second is leaving */
    assert_int_equal(value_of(series, COUNTER, "a"), 3);
    assert_int_equal(value_of(series, GAUGE, "a"), 10);
    fakes[1].counter = 5; /* its last transaction */
    series_retire(series, &tasks[1]);
    series_collect(series, list, 1);
    assert_int_equal(value_of(series, COUNTER, "a"), 6);
    assert_int_equal(value_of(series, GAUGE, "a"), 10);
    fakes[1] = (struct fake){ 1, 7, "a" }; /* it comes back, restored, and counts anew */
    series_collect(series, list, 2);
    assert_int_equal(value_of(series, COUNTER, "a"), 7);
    assert_int_equal(value_of(series, GAUGE, "a"), 17);
    series_free(series);
}

static void test_a_task_without_engine_tells_nothing(void **state)
{
    (void)state;
    struct task task = { .stage = STAGE_TICKETS, .row = &row }, *list[] = { &task };
    struct series *series = series_new();
    series_collect(series, list, 1);
    series_retire(series, &task);
    size_t count;
    free(series_copy(series, &count));
    assert_int_equal(count, 0);
    series_free(series);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tasks_are_summed_up_by_label),
        cmocka_unit_test(test_what_only_grows_stays_when_a_task_leaves),
        cmocka_unit_test(test_a_task_without_engine_tells_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
