#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "base/buf.h"

static void test_a_fresh_one_is_empty(void **state)
{
    struct buf buf = { 0 };

    (void)state;
    assert_true(str_present(buf_str(&buf)));
    assert_int_equal(buf_str(&buf).size, 0);
    assert_string_equal(buf_text(&buf), "");
    buf_free(&buf);
    assert_null(buf.data);
}

static void test_everything_added_is_there(void **state)
{
    struct buf buf = { 0 };

    (void)state;
    buf_add(&buf, NULL, 0);
    buf_add_str(&buf, STR("a\0b"));
    buf_add_str(&buf, STR_NONE);
    buf_add_char(&buf, '-');
    buf_printf(&buf, "%d/%s", 42, "x");
    assert_true(str_equal(buf_str(&buf), STR("a\0b-42/x")));
    assert_string_equal(buf_text(&buf) + 4, "42/x");
    assert_int_equal(buf.size, 8); /* the NUL does not count */
    buf_clear(&buf);
    assert_true(buf.capacity > 0);
    assert_int_equal(buf_str(&buf).size, 0);
    buf_free(&buf);
}

static void test_it_grows_at_every_size(void **state)
{
    struct buf buf = { 0 };
    char line[300];

    (void)state;
    memset(line, 'y', sizeof(line));
    for (int i = 0; i < 300; i++) {
        buf_printf(&buf, "%.*s", i, line);
        buf_add(&buf, line, (size_t)i);
    }
    assert_int_equal(buf.size, 299 * 300);
    for (size_t i = 0; i < buf.size; i++)
        assert_int_equal(buf.data[i], 'y');
    buf_free(&buf);
}

static void test_a_word_of_a_shell_is_quoted_where_it_must_be(void **state)
{
    static const struct {
        const char *word, *written;
    } cases[] = {
        { "lead/quality/breach", "lead/quality/breach" },
        { "broken promise", "'broken promise'" },
        { "it's $HOME", "'it'\\''s $HOME'" },
        { "爱立信", "爱立信" },
        { "爱立信;ls", "'爱立信;ls'" },
        { "", "''" },
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct buf buf = { 0 };
        buf_add_shell_word(&buf, str_from(cases[i].word));
        assert_string_equal(buf_text(&buf), cases[i].written);
        buf_free(&buf);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_word_of_a_shell_is_quoted_where_it_must_be),
        cmocka_unit_test(test_a_fresh_one_is_empty),
        cmocka_unit_test(test_everything_added_is_there),
        cmocka_unit_test(test_it_grows_at_every_size),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
