#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <event2/event.h>
#include <pthread.h>

#include "host/aside.h"

struct errand {
    struct aside *committer;
    struct event_base *base;
    pthread_t loop;
    int left, worked, done;
};

static void work(void *arg)
{
    struct errand *errand = arg;
    assert_false(pthread_equal(pthread_self(), errand->loop));
    errand->worked++;
}

static void done(void *arg)
{
    struct errand *errand = arg;
    assert_true(pthread_equal(pthread_self(), errand->loop));
    assert_false(aside_busy(errand->committer));
    assert_int_equal(++errand->done, errand->worked);
    if (--errand->left > 0)
        aside_run(errand->committer, work, done, errand);
    else
        event_base_loopbreak(errand->base);
}

static void test_works_aside_and_reports_on_the_loop(void **state)
{
    (void)state;
    struct error err;
    struct errand errand = { .base = event_base_new(), .loop = pthread_self(), .left = 1000 };
    errand.committer = aside_new(errand.base, "test", &err);
    assert_non_null(errand.committer);
    aside_run(errand.committer, work, done, &errand);
    assert_true(aside_busy(errand.committer));
    event_base_dispatch(errand.base);
    assert_int_equal(errand.done, 1000);
    aside_free(errand.committer);
    event_base_free(errand.base);
}

static void test_ends_without_reporting_what_is_under_way(void **state)
{
    (void)state;
    struct error err;
    struct errand errand = { .base = event_base_new(), .loop = pthread_self(), .left = 1 };
    errand.committer = aside_new(errand.base, "test", &err);
    aside_run(errand.committer, work, done, &errand);
    aside_free(errand.committer);
    assert_int_equal(errand.done, 0);
    event_base_free(errand.base);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_works_aside_and_reports_on_the_loop),
        cmocka_unit_test(test_ends_without_reporting_what_is_under_way),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
