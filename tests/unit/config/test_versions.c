/* What `ombudctl upgrade finalize` says, as routers read it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "config/versions.h"
#include "json/json.h"
#include "stages.h"

static void what_is_said_is_read_and_taken_back(void **state)
{
    (void)state;
    struct arena *arena = arena_new(1024);
    struct versions versions = { { 0 } };
    struct str value = versions_encode(3, STR("Lee"), 0, arena);
    assert_string_equal(arena_printf(arena, "%.*s", STR_ARG(value)).data,
                        "{\"version\":3,\"by\":\"Lee\",\"at\":\"1970-01-01T00:00:00Z\"}");
    assert_true(versions_put(&versions, STR("state"), value, NULL));
    assert_int_equal(versions.of[OUTPUT_STATE], 3);
    assert_int_equal(versions.of[OUTPUT_GROUPS], 0);
    assert_true(versions_put(&versions, STR("state"), STR_NONE, NULL));
    assert_int_equal(versions.of[OUTPUT_STATE], 0);
    arena_free(arena);
}

static void what_is_none_changes_nothing(void **state)
{
    static const struct {
        const char *key, *value;
        bool fine; /* of another release: left alone */
    } cases[] = {
        { "state", "{", false },
        { "state", "{}", false },
        { "state", "{\"version\":0}", false },
        { "state", "{\"version\":4294967297}", false },
        { "accounts", "{\"version\":9}", true },
        { "decisions", "{\"version\":9}", true },
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct versions versions = { { 0 } }, before = { { 0 } };
        struct error err;
        versions.of[OUTPUT_STATE] = before.of[OUTPUT_STATE] = 2;
        assert_int_equal(
            versions_put(&versions, str_from(cases[i].key), str_from(cases[i].value), &err),
            cases[i].fine);
        assert_memory_equal(&versions, &before, sizeof(versions));
    }
}

static void what_a_newer_release_may_write_an_older_one_does_not_start_with(void **state)
{
    (void)state;
    struct versions versions = { { 0 } };
    struct error err;
    assert_true(stages_may_run(NULL, &err) && stages_may_run(&versions, &err));
    versions.of[OUTPUT_STATE] = tickets_engine.newest;
    versions.of[OUTPUT_GROUPS] = escalations_engine.newest;
    assert_true(stages_may_run(&versions, &err));
    versions.of[OUTPUT_GROUPS]++;
    assert_false(stages_may_run(&versions, &err));
    assert_non_null(strstr(err.text, "the changelog 'groups' is written in version 2 since "));
    assert_non_null(strstr(err.text, "this release reads up to version 1: install"));
}

int main(void)
{
    json_init();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_said_is_read_and_taken_back),
        cmocka_unit_test(what_is_none_changes_nothing),
        cmocka_unit_test(what_a_newer_release_may_write_an_older_one_does_not_start_with),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
