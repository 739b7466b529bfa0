/* The promise to the customer, moment by moment. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "track/clock.h"

#define START INT64_C(1795219200000)
#define M TIME_MINUTE

static const struct sla_terms terms = {
    .target = { [CLOCK_RESPONSE] = { { .unit = TARGET_TIME, .amount = 15 * M },
                                     { .unit = TARGET_TIME, .amount = 60 * M },
                                     { .unit = TARGET_TIME, .amount = 240 * M } } },
    .warn = { .items = { { .percent = 80 } }, .count = 1 },
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
    clock_warned(&clock, &terms);
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
        other.warn = (struct config_warnings){ { cases[i].warn },
                                               cases[i].warn.percent || cases[i].warn.before };
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

/* ---- pauses: a clock of 60 min; steps in minutes after the start */

enum step_kind { PAUSE, RESUME, REOPEN, KEEP, P1 };

struct step {
    enum step_kind kind;
    int at;
};

static struct clock played(const struct step *steps, size_t count)
{
    struct clock clock = started(1);
    time_ms previous = 0;
    for (size_t i = 0; i < count; i++) {
        time_ms at = START + steps[i].at * M;
        if (steps[i].kind == PAUSE)
            assert_true(clock_pause(&clock, INTERVAL_CUSTOMER, at, arena));
        else if (steps[i].kind == RESUME)
            assert_true(clock_resume(&clock, &terms, at, &previous, arena));
        else if (steps[i].kind == REOPEN)
            clock_reopen(&clock, &terms, clock.band, at, arena);
        else if (steps[i].kind == KEEP)
            assert_true(clock_fulfil(&clock, at));
        else
            assert_true(clock_retarget(&clock, &terms, 0, &previous));
    }
    return clock;
}

static void what_is_left_is_counted_from_where_it_goes_on(void **state)
{
    static const struct {
        const char *name;
        struct step steps[6];
        size_t count;
        int due, warn; /* minutes after the start; -1: never */
        enum clock_state expected;
    } cases[] = {
        { "nothing is due in a pause", { { PAUSE, 10 } }, 1, 60, 48, CLOCK_PAUSED },
        { "a pause moves both", { { PAUSE, 10 }, { RESUME, 40 } }, 2, 90, 78, CLOCK_RUNNING },
        { "one right at the start", { { PAUSE, 0 }, { RESUME, 5 } }, 2, 65, 53, CLOCK_RUNNING },
        { "one of no length", { { PAUSE, 9 }, { RESUME, 9 } }, 2, 60, 48, CLOCK_RUNNING },
        { "two",
          { { PAUSE, 10 }, { RESUME, 20 }, { PAUSE, 30 }, { RESUME, 50 } },
          4,
          90,
          78,
          CLOCK_RUNNING },
        { "a tighter target keeps them",
          { { PAUSE, 5 }, { RESUME, 35 }, { P1, 0 } },
          3,
          45,
          42,
          CLOCK_RUNNING },
        { "tightened in a pause, to before it",
          { { PAUSE, 30 }, { P1, 0 } },
          2,
          15,
          12,
          CLOCK_PAUSED },
        { "the time since it was kept is none of it",
          { { KEEP, 20 }, { REOPEN, 320 } },
          2,
          360,
          348,
          CLOCK_RUNNING },
        { "kept in a pause, reopened",
          { { PAUSE, 10 }, { KEEP, 100 }, { REOPEN, 200 } },
          3,
          250,
          238,
          CLOCK_RUNNING },
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct clock clock = played(cases[i].steps, cases[i].count);
        if (clock.due != START + cases[i].due * M || clock.warn != START + cases[i].warn * M ||
            clock.state != cases[i].expected)
            fail_msg("%s: due after %lld, warning after %lld min, %s", cases[i].name,
                     (long long)(clock.due - START) / M, (long long)(clock.warn - START) / M,
                     clock_state_name(clock.state));
        if (clock.state == CLOCK_PAUSED)
            assert_int_equal(clock_deadline(&clock), TIME_NEVER);
        for (size_t k = 1; k < clock.interval_count; k++)
            assert_int_equal(clock.intervals[k].from, clock.intervals[k - 1].to);
    }
}

static void pauses_are_no_time_of_the_promise(void **state)
{
    static const struct {
        const char *name;
        struct step steps[6];
        size_t count;
        int at, overdue;
        bool late;
    } cases[] = {
        { "before the end", { { PAUSE, 10 }, { RESUME, 40 } }, 2, 90, 0, false },
        { "a minute after it", { { PAUSE, 10 }, { RESUME, 40 } }, 2, 91, 1, true },
        { "in a pause that began in time", { { PAUSE, 10 } }, 1, 500, 0, false },
        { "in a pause that began too late", { { PAUSE, 70 } }, 1, 500, 10, true },
        { "after such a pause", { { PAUSE, 70 }, { RESUME, 100 } }, 2, 105, 15, true },
        { "before a pause that is over", { { PAUSE, 50 }, { RESUME, 400 } }, 2, 20, 0, false },
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct clock clock = played(cases[i].steps, cases[i].count);
        time_ms at = START + cases[i].at * M;
        if (clock_is_late(&clock, at) != cases[i].late ||
            clock_overdue(&clock, &terms, at) != cases[i].overdue * M)
            fail_msg("%s: %lld min", cases[i].name,
                     (long long)clock_overdue(&clock, &terms, at) / M);
        assert_true(clock_fulfil(&clock, at));
        assert_int_equal(clock.state, cases[i].late ? CLOCK_MISSED : CLOCK_MET);
        /* CW PR #15024, FH PR #3297: frozen where it stopped, whenever it is asked. */
        assert_int_equal(clock_overdue(&clock, &terms, at + TIME_DAY), cases[i].overdue * M);
    }
}

static void each_of_several_warnings_comes_once(void **state)
{
    static const struct config_warning all[] = {
        { 75, 0 }, { 0, 10 * M }, { 50, 0 }, { 0, 5 * M }
    };
    struct sla_terms four = terms;
    struct clock clock = { .kind = CLOCK_RESPONSE };
    time_ms previous = 0;
    (void)state;
    memcpy(four.warn.items, all, sizeof(all));
    four.warn.count = 4;
    clock_start(&clock, &four, 1, 1, START, INTERVAL_OPENED, arena);
    assert_int_equal(clock_deadline(&clock), START + 30 * M);
    clock_warned(&clock, &four);
    assert_int_equal(clock_deadline(&clock), START + 45 * M);
    /* What was given before a pause is not given again after it. */
    clock_pause(&clock, INTERVAL_THIRD_PARTY, START + 31 * M, arena);
    clock_resume(&clock, &four, START + 41 * M, &previous, arena);
    assert_int_equal(clock_deadline(&clock), START + 55 * M);
    clock_warned(&clock, &four);
    assert_int_equal(clock_deadline(&clock), START + 60 * M);
    clock_warned(&clock, &four);
    assert_int_equal(clock_deadline(&clock), START + 65 * M);
    clock_warned(&clock, &four);
    assert_int_equal(clock_deadline(&clock), START + 70 * M);
    assert_int_equal(clock.warned, CLOCK_WARNED_ALL);
}

static void an_extension_is_kept_through_pauses_and_bands(void **state)
{
    struct clock clock = started(1);
    time_ms previous = 0;
    (void)state;
    clock.warned = CLOCK_WARNED_ALL;
    clock_extend(&clock, &terms, START + 100 * M, START + 55 * M, &previous);
    assert_int_equal(previous, START + 60 * M);
    assert_int_equal(clock.due, START + 100 * M);
    /* 80 % of the new end, not of the old. */
    assert_int_equal(clock_deadline(&clock), START + 80 * M);
    clock_pause(&clock, INTERVAL_CUSTOMER, START + 60 * M, arena);
    clock_resume(&clock, &terms, START + 70 * M, &previous, arena);
    assert_int_equal(clock.due, START + 110 * M);
    assert_int_equal(clock_deadline(&clock), START + 90 * M);
    assert_true(clock_retarget(&clock, &terms, 0, &previous));
    assert_int_equal(clock.due, START + 55 * M); /* 15 and 40 min, before the pause */
    clock = started(1);
    clock_extend(&clock, &terms, START + 70 * M, START + 59 * M, &previous);
    assert_int_equal(clock_deadline(&clock), START + 70 * M); /* its warning would be past */
}

static void a_date_that_somebody_named_stays(void **state)
{
    struct clock clock = { .kind = CLOCK_PROMISED };
    time_ms previous = 0;
    (void)state;
    clock_promise(&clock, &terms, 1, START, START + 100 * M, arena);
    assert_int_equal(clock_deadline(&clock), START + 80 * M);
    assert_false(clock_retarget(&clock, &terms, 0, &previous));
    assert_false(clock_fulfil(&clock, START)); /* the word that promised it */
    assert_true(clock_fulfil(&clock, START + 1));
    assert_int_equal(clock.state, CLOCK_MET);
    clock_promise(&clock, NULL, 0, START, START + 100 * M, arena);
    assert_int_equal(clock_deadline(&clock), START + 100 * M);
    assert_int_equal(clock_overdue(&clock, NULL, START + 101 * M), M);
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
        cmocka_unit_test(what_is_left_is_counted_from_where_it_goes_on),
        cmocka_unit_test(pauses_are_no_time_of_the_promise),
        cmocka_unit_test(each_of_several_warnings_comes_once),
        cmocka_unit_test(an_extension_is_kept_through_pauses_and_bands),
        cmocka_unit_test(a_date_that_somebody_named_stays),
    };
    return cmocka_run_group_tests(tests, open_arena, close_arena);
}
