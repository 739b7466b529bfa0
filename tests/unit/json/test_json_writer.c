/* What the writer writes, a strict reader reads. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "json/json.h"
#include "json/json_writer.h"

static void assert_writes(struct buf *out, const char *expected)
{
    assert_string_equal(buf_text(out), expected);
    buf_free(out);
}

static void commas_stand_where_they_belong(void **state)
{
    struct buf out = { 0 };
    struct json_writer json = json_writer_to(&out);
    (void)state;
    json_open_object(&json);
    JSON_KEY(&json, "a");
    json_open_array(&json);
    json_put_int(&json, 1);
    json_open_object(&json);
    json_close_object(&json);
    json_open_array(&json);
    json_close_array(&json);
    json_put_null(&json);
    json_close_array(&json);
    JSON_BOOL(&json, "b", true);
    JSON_RAW(&json, "c", STR("{\"x\":1}"));
    json_close_object(&json);
    assert_writes(&out, "{\"a\":[1,{},[],null],\"b\":true,\"c\":{\"x\":1}}");
}

static void scalars_have_one_form(void **state)
{
    struct buf out = { 0 };
    struct json_writer json = json_writer_to(&out);
    (void)state;
    json_put_int(&json, INT64_MIN);
    json_put_int(&json, INT64_MAX);
    json_put_int(&json, 0);
    json_put_str(&json, STR_NONE);
    json_put_str(&json, STR(""));
    json_put_text(&json, NULL);
    json_put_time(&json, TIME_NEVER);
    json_put_time(&json, INT64_C(1795219200000));
    json_put_time_ms(&json, INT64_C(1795219200007));
    assert_writes(&out, "-9223372036854775808,9223372036854775807,0,null,\"\",null,null,"
                        "\"2026-11-21T00:00:00Z\",\"2026-11-21T00:00:00.007Z\"");
}

static void escapes_are_the_shortest(void **state)
{
    struct buf out = { 0 };
    struct json_writer json = json_writer_to(&out);
    (void)state;
    json_put_str(&json, STR("a\"b\\c/d\n\r\t\b\x1f\x7f é 着火 \U0001f525"));
    assert_writes(&out, "\"a\\\"b\\\\c/d\\n\\r\\t\\u0008\\u001f\x7f é 着火 \U0001f525\"");
}

/* Every string of up to 40 characters, quotes, controls and long runs among them. */
static void any_text_comes_back(void **state)
{
    static const struct json_limits limits = { 1 << 16, 16, 4 };
    static const char *const pieces[] = {
        "a", "\"", "\\", "\n", "\x01", "着", "🔥", "é", "0123456789abcdef", " ", "\x1f", "/"
    };
    struct arena *arena = arena_new(4096);
    uint64_t seed = 3;
    (void)state;
    json_init();
    for (int round = 0; round < 5000; round++) {
        struct buf text = { 0 }, out = { 0 };
        struct json_writer json = json_writer_to(&out);
        size_t at = 0;
        struct error err = { "" };
        arena_reset(arena);
        for (int i = round % 40; i > 0; i--) {
            seed = seed * UINT64_C(6364136223846793005) + 1;
            buf_add_str(&text, str_from(pieces[(seed >> 33) % 12]));
        }
        json_put_str(&json, buf_str(&text));
        const cJSON *root = json_parse(buf_str(&out), &limits, arena, NULL, &at, &err);
        if (!root)
            fail_msg("byte %zu: %s in %s", at, err.text, buf_text(&out));
        assert_true(str_equal(json_string(root), buf_str(&text)));
        buf_free(&text);
        buf_free(&out);
    }
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(commas_stand_where_they_belong),
        cmocka_unit_test(scalars_have_one_form),
        cmocka_unit_test(escapes_are_the_shortest),
        cmocka_unit_test(any_text_comes_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
