#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdbool.h>
#include <cmocka.h>

#include "base/timers.h"

enum { TIMERS = 200 };

static void test_an_empty_queue_never_fires(void **state)
{
    struct timers *timers = timers_new();
    struct timer timer = { TIME_NEVER, 1, 0 };

    (void)state;
    assert_null(timers_first(timers));
    assert_true(timers_next(timers) == TIME_NEVER);
    timers_set(timers, &timer, TIME_NEVER); /* removing what is not there */
    assert_int_equal(timers_count(timers), 0);
    timers_free(timers);
    timers_free(NULL);
}

static void test_ties_leave_in_their_order(void **state)
{
    struct timers *timers = timers_new();
    struct timer timer[5];
    static const uint64_t order[] = { 3, 1, 4, 0, 2 };

    (void)state;
    for (size_t i = 0; i < 5; i++) {
        timer[i] = (struct timer){ TIME_NEVER, order[i], 0 };
        timers_set(timers, &timer[i], 1000);
    }
    for (uint64_t expected = 0; expected < 5; expected++) {
        struct timer *first = timers_first(timers);
        assert_int_equal(first->order, expected);
        timers_set(timers, first, TIME_NEVER);
        assert_int_equal(first->place, 0);
    }
    assert_int_equal(timers_count(timers), 0);
    timers_free(timers);
}

static const struct timer *naive_first(const struct timer *timer)
{
    const struct timer *first = NULL;

    for (size_t i = 0; i < TIMERS; i++) {
        if (timer[i].due == TIME_NEVER)
            continue;
        if (!first || timer[i].due < first->due ||
            (timer[i].due == first->due && timer[i].order < first->order))
            first = &timer[i];
    }
    return first;
}

static size_t naive_due(const struct timer *timer, time_ms until)
{
    size_t count = 0;
    for (size_t i = 0; i < TIMERS; i++)
        count += timer[i].due != TIME_NEVER && timer[i].due <= until;
    return count;
}

static void test_the_first_is_always_the_earliest(void **state)
{
    static struct timer timer[TIMERS];
    struct timers *timers = timers_new();
    uint64_t random = 1;

    (void)state;
    for (size_t i = 0; i < TIMERS; i++)
        timer[i] = (struct timer){ TIME_NEVER, (i * 7919) % TIMERS, 0 };
    for (int step = 0; step < 20000; step++) {
        random = random * 6364136223846793005u + 1442695040888963407u;
        struct timer *chosen = &timer[(random >> 33) % TIMERS];
        bool remove = (random >> 20) % 3 == 0;
        timers_set(timers, chosen, remove ? TIME_NEVER : (time_ms)((random >> 45) % 100));
        const struct timer *first = naive_first(timer);
        assert_ptr_equal(timers_first(timers), first);
        assert_true(timers_next(timers) == (first ? first->due : TIME_NEVER));
        time_ms until = (time_ms)((random >> 10) % 101);
        assert_int_equal(timers_due(timers, until), naive_due(timer, until));
    }
    timers_free(timers);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_an_empty_queue_never_fires),
        cmocka_unit_test(test_ties_leave_in_their_order),
        cmocka_unit_test(test_the_first_is_always_the_earliest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
