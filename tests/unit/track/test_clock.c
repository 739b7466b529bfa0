/* The promise to the customer, moment by moment. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "track/clock.h"

#define START INT64_C(1795219200000)
#define M TIME_MINUTE

static const struct sla_terms terms = {
    .target = { [CLOCK_RESPONSE] = { { .unit = TARGET_TIME, .amount = 15 * M },
                                     { .unit = TARGET_TIME, .amount = 60 * M },
                                     { .unit = TARGET_TIME, .amount = 240 * M } } },
    .warn = { .percent = 80 },
};

static struct arena *arena;

static int open_arena(void **state)
{
    (void)state;
    arena = arena_new(4096);
    return 0;
}

static int close_arena(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

static struct clock started(int band)
{
    struct clock clock = { .kind = CLOCK_RESPONSE };
    clock_start(&clock, &terms, 1, band, START, INTERVAL_OPENED, arena);
    return clock;
}

static void a_clock_warns_then_breaks_and_says_each_once(void **state)
{
    struct clock clock = started(0);
    (void)state;
    assert_int_equal(clock_deadline(&clock), START + 12 * M);
    clock.warned = CLOCK_WARNED_ALL;
    assert_int_equal(clock_deadline(&clock), START + 15 * M);
    clock.breached = START + 15 * M;
    assert_int_equal(clock_deadline(&clock), TIME_NEVER);
}

static void warnings_that_would_warn_of_nothing_are_left_out(void **state)
{
    static const struct {
        const char *name;
        struct config_warning warn;
        time_ms expected;
    } cases[] = {
        { "a share of the target", { 50, 0 }, START + 450000 },
        { "so long before", { 0, 5 * M }, START + 10 * M },
        { "as long before as the target itself", { 0, 15 * M }, START + 15 * M },
        { "longer before than the target", { 0, 20 * M }, START + 15 * M },
        { "at the very end", { 100, 0 }, START + 15 * M },
        { "none", { 0, 0 }, START + 15 * M },
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct sla_terms other = terms;
        struct clock clock = { .kind = CLOCK_RESPONSE };
        other.warn = cases[i].warn;
        clock_start(&clock, &other, 1, 0, START, INTERVAL_OPENED, arena);
        if (clock_deadline(&clock) != cases[i].expected)
            fail_msg("%s", cases[i].name);
    }
}

static void an_answer_counts_at_its_own_time(void **state)
{
    static const struct {
        const char *name;
        time_ms breached, answered;
        enum clock_state expected;
    } cases[] = {
        { "before the due time", TIME_NEVER, START + 14 * M, CLOCK_MET },
        { "at the due time", TIME_NEVER, START + 15 * M, CLOCK_MET },
        { "one ms after it", TIME_NEVER, START + 15 * M + 1, CLOCK_MISSED },
        { "in time, but the breach was announced", START + 15 * M, START + 14 * M, CLOCK_MISSED },
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct clock clock = started(0);
        clock.breached = cases[i].breached;
        assert_true(clock_fulfil(&clock, cases[i].answered));
        if (clock.state != cases[i].expected)
            fail_msg("%s", cases[i].name);
        assert_int_equal(clock.fulfilled, cases[i].answered);
        assert_int_equal(clock.intervals[0].to, cases[i].answered);
        assert_int_equal(clock_deadline(&clock), TIME_NEVER);
        assert_false(clock_fulfil(&clock, cases[i].answered + 1));
        assert_false(clock_end(&clock, cases[i].answered + 1));
    }
}

static void a_band_without_a_target_promises_nothing_until_another_does(void **state)
{
    struct clock clock = started(3);
    time_ms previous = 0;
    (void)state;
    assert_int_equal(clock.due, TIME_NEVER);
    assert_int_equal(clock_deadline(&clock), TIME_NEVER);
    assert_true(clock_retarget(&clock, &terms, 0, &previous));
    assert_int_equal(previous, TIME_NEVER);
    assert_int_equal(clock.due, START + 15 * M);
    clock = started(3);
    assert_true(clock_fulfil(&clock, START));
    assert_false(clock_retarget(&clock, &terms, 0, &previous));
}

static void only_the_first_clock_is_kept_before_its_start(void **state)
{
    struct clock clock = started(0);
    (void)state;
    assert_true(clock_fulfil(&clock, START - 1));
    assert_int_equal(clock.state, CLOCK_MET);
    clock_start(&clock, &terms, 1, 0, START, INTERVAL_REOPENED, arena);
    assert_false(clock_fulfil(&clock, START - 1));
    assert_int_equal(clock.state, CLOCK_RUNNING);
    assert_true(clock_fulfil(&clock, START));
}

static void a_band_change_counts_from_the_start(void **state)
{
    struct clock clock = started(2);
    time_ms previous = 0;
    (void)state;
    assert_false(clock_retarget(&clock, &terms, 2, &previous));
    assert_true(clock_retarget(&clock, &terms, 0, &previous));
    assert_int_equal(previous, START + 240 * M);
    assert_int_equal(clock.due, START + 15 * M);
    assert_int_equal(clock.warn, START + 12 * M);
    assert_false(clock_retarget(&clock, &terms, 3, &previous));
    assert_int_equal(clock.due, START + 15 * M);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_clock_warns_then_breaks_and_says_each_once),
        cmocka_unit_test(warnings_that_would_warn_of_nothing_are_left_out),
        cmocka_unit_test(an_answer_counts_at_its_own_time),
        cmocka_unit_test(a_band_without_a_target_promises_nothing_until_another_does),
        cmocka_unit_test(only_the_first_clock_is_kept_before_its_start),
        cmocka_unit_test(a_band_change_counts_from_the_start),
    };
    return cmocka_run_group_tests(tests, open_arena, close_arena);
}
