#include "base/base64.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void test_bytes_come_back(void **state)
{
    static const struct {
        struct str bytes, text;
    } cases[] = {
        { STR(""), STR("") },
        { STR("f"), STR("Zg==") },
        { STR("fo"), STR("Zm8=") },
        { STR("foo"), STR("Zm9v") },
        { STR("foob"), STR("Zm9vYg==") },
        { STR("\xff\xef\x00\xbe"), STR("/+8Avg==") },
    };
    struct arena *arena = arena_new(1024);
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct buf text = { 0 };
        struct str bytes = STR_NONE;
        base64_encode(cases[i].bytes, &text);
        assert_true(str_equal(buf_str(&text), cases[i].text));
        assert_true(base64_decode(cases[i].text, arena, &bytes));
        assert_true(str_equal(bytes, cases[i].bytes));
        buf_free(&text);
    }
    arena_free(arena);
}

static void test_what_is_not_base64_is_refused(void **state)
{
    static const struct {
        const char *name;
        struct str text;
    } cases[] = {
        { "no padding", STR("Zg") },
        { "too much padding", STR("Z===") },
        { "padding in the middle", STR("Zg==Zg==") },
        { "a blank", STR("Zm 9") },
        { "a line end", STR("Zm9v\n") },
        { "the alphabet of URLs", STR("_-8A") },
        { "a NUL", STR("Zm9\0") },
        { "one digit too many", STR("Zm9vY") },
    };
    struct arena *arena = arena_new(1024);
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct str bytes = STR("untouched");
        if (base64_decode(cases[i].text, arena, &bytes) || !str_is(bytes, "untouched"))
            fail_msg("%s: accepted", cases[i].name);
    }
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bytes_come_back),
        cmocka_unit_test(test_what_is_not_base64_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
