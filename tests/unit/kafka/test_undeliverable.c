#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "kafka/undeliverable.h"

struct question {
    const char *name;
    struct str topic;
    size_t bytes;
    const char *reason; /* NULL: takes it */
};

static void test_what_is_refused(void **state)
{
    (void)state;
    struct undeliverable *list = undeliverable_new();
    undeliverable_limit(list, STR("gone"), 0, "topic is gone", 1000);
    undeliverable_limit(list, STR("narrow"), 500, "too large", 1000);
    undeliverable_limit(list, STR("narrow"), 300, "too large", 1000);
    undeliverable_limit(list, STR("narrow"), 400, "too large", 1000);
    static const struct question questions[] = {
        { "a topic nobody complained about", STR("fine"), 1000000, NULL },
        { "a topic that is gone takes nothing", STR("gone"), 0, "topic is gone" },
        { "a name that merely begins the same", STR("gone2"), 10, NULL },
        { "below the lowest limit seen", STR("narrow"), 299, NULL },
        { "at the lowest limit seen", STR("narrow"), 300, "too large" },
    };
    for (size_t i = 0; i < sizeof(questions) / sizeof(questions[0]); i++) {
        const char *reason = undeliverable_reason(list, questions[i].topic, questions[i].bytes);
        if (questions[i].reason == NULL)
            assert_null(reason);
        else
            assert_string_equal(reason, questions[i].reason);
    }
    undeliverable_free(list);
}

static void test_is_tried_again_after_a_while(void **state)
{
    (void)state;
    struct undeliverable *list = undeliverable_new();
    undeliverable_limit(list, STR("old"), 0, "gone", 1000);
    undeliverable_limit(list, STR("young"), 0, "gone", 50000);
    undeliverable_retry(list, 60000, 60999);
    assert_int_equal(undeliverable_count(list), 2);
    undeliverable_retry(list, 60000, 61000);
    assert_int_equal(undeliverable_count(list), 1);
    assert_null(undeliverable_reason(list, STR("old"), 1));
    assert_non_null(undeliverable_reason(list, STR("young"), 1));
    undeliverable_free(list);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_refused),
        cmocka_unit_test(test_is_tried_again_after_a_while),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
