/* The table of silences: what a record must say, and what copies share. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "escalate/silences.h"
#include "json/json.h"

#define ROW(match, rest)                                                                           \
    "{\"match\":\"" match "\",\"by\":\"lin\",\"comment\":\"known\","                               \
    "\"from\":\"2026-11-21T09:00:00Z\",\"until\":\"2026-11-21T10:00:00Z\"" rest "}"

static void a_record_that_is_none_leaves_the_table_alone(void **state)
{
    static const struct {
        const char *value, *error; /* NULL: it is one */
    } rows[] = {
        { ROW("ticket == T-1", ""), NULL },
        { ROW("band <= P2 and level == lead", ",\"until_resolved\":true,\"more\":1"), NULL },
        { "{", "silence 's': byte 1: " },
        { "{}", "silence 's': a silence needs 'match'" },
        { ROW("ticket = T-1", ""), "silence 's': 'match': column 8:" },
        { ROW("signal == text.legal", ""), "silence 's': 'match': a notice has no 'signal'" },
        { "{\"match\":\"ticket\",\"comment\":\"c\"}", "silence 's': a silence needs 'by'" },
        { "{\"match\":\"ticket\",\"by\":\"b\",\"comment\":\"\"}",
          "silence 's': a silence needs 'comment'" },
        { "{\"match\":\"ticket\",\"by\":\"b\",\"comment\":\"c\",\"from\":\"yesterday\"}",
          "silence 's': 'from': " },
        { "{\"match\":\"ticket\",\"by\":\"b\",\"comment\":\"c\",\"from\":\"2026-11-21T09:00:00Z\"}",
          "silence 's': a silence needs 'until'" },
        { "{\"match\":\"ticket\",\"by\":\"b\",\"comment\":\"c\",\"from\":\"2026-11-21T09:00:00Z\","
          "\"until\":\"2026-11-21T08:00:00Z\"}",
          "silence 's': a silence does not end before it begins" },
    };
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        struct silences *silences = silences_new();
        struct error err = { "" };
        bool ok = silences_put(silences, STR("s"), str_from(rows[i].value), &err);
        const char *error = rows[i].error ? rows[i].error : "";
        if (ok != (rows[i].error == NULL) || strncmp(err.text, error, strlen(error)) != 0)
            fail_msg("%s: %s", rows[i].value, err.text);
        assert_int_equal(silences_count(silences), ok);
        assert_int_equal(silences_version(silences), ok);
        silences_free(silences);
    }
}

static void what_is_written_is_read_again(void **state)
{
    struct arena *arena = arena_new(4096);
    struct silences *silences = silences_new(), *copy = silences_new();
    (void)state;
    assert_true(silences_put(silences, STR("a"), STR(ROW("ticket == T-1", "")), NULL));
    const struct silence *first = silences_find(silences, STR("a"));
    assert_true(silences_put(copy, STR("a"), silence_encode(first, arena), NULL));
    const struct silence *second = silences_find(copy, STR("a"));
    assert_true(str_equal(first->match_text, second->match_text));
    assert_true(str_equal(first->by, second->by) && str_equal(first->comment, second->comment));
    assert_int_equal(first->from, second->from);
    assert_int_equal(first->until, second->until);
    silences_free(silences);
    silences_free(copy);
    arena_free(arena);
}

static void a_copy_outlives_the_rows_that_went(void **state)
{
    struct silences *silences = silences_new();
    (void)state;
    assert_true(silences_put(silences, STR("a"), STR(ROW("ticket =~ '^T'", "")), NULL));
    struct silences *copy = silences_copy(silences);
    assert_true(silences_put(silences, STR("a"), STR_NONE, NULL));
    assert_null(silences_find(silences, STR("a")));
    silences_free(silences);
    assert_int_equal(silences_version(copy), 1);
    assert_true(str_is(silences_find(copy, STR("a"))->by, "lin"));
    silences_free(copy);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_record_that_is_none_leaves_the_table_alone),
        cmocka_unit_test(what_is_written_is_read_again),
        cmocka_unit_test(a_copy_outlives_the_rows_that_went),
    };
    json_init();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
