#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/buf.h"
#include "json/json_check.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static bool check(struct str text, struct json_traits *traits, size_t *at, struct error *err)
{
    /* On the heap in its exact size, so that the sanitizer sees a byte read too far. */
    char *copy = malloc(text.size + 1);
    memcpy(copy, text.data, text.size);
    char *exact = realloc(copy, text.size ? text.size : 1);
    bool valid = json_check((struct str){ exact, text.size }, &json_event_limits, traits, at, err);
    free(exact);
    return valid;
}

static void test_accepts_what_is_json(void **state)
{
    static const struct str texts[] = {
        STR("null"),
        STR("true"),
        STR(" false "),
        STR("\t\r\n 0 \n"),
        STR("-0"),
        STR("-0.0"),
        STR("1e5"),
        STR("1E+5"),
        STR("12.5e-3"),
        STR("0e0"),
        STR("1e400"),
        STR("123456789012345678901234567890"),
        STR("-0.000000000000000000000000000000000000000000000000000000000000000000000001"),
        STR("\"\""),
        STR("\"a\""),
        STR("\"12345678\""),
        STR("\"1234567\\\"\""),
        STR("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\""),
        STR("\"\\u00e9\\uD83D\\ude00\""),
        STR("\"\\u0000\""),
        STR("\"\\ud800\""),
        STR("\"\\udc00\\ud800x\""),
        STR("\"\x7f\""),
        STR("\"着火了\""),
        STR("\"\xc3\xa9\xe7\x9d\x80\xf0\x9f\x98\x80\xef\xbf\xbf\""),
        STR("\"\xed\x9f\xbf\xee\x80\x80\xf4\x8f\xbf\xbf\""),
        STR("\"\xe2\x80\xa8\""),
        STR("[]"),
        STR("[ ]"),
        STR("{}"),
        STR("{ }"),
        STR("[1,2 , 3]"),
        STR("[[],{},[[]]]"),
        STR("{\"a\":1,\"b\":[{\"a\":2}],\"c\":{\"a\":3}}"),
        STR("{\"a\" : 1 , \"A\" : 2}"),
        STR("{\"\":0}"),
        STR("{\"a\":1,\"aa\":1,\"aaa\":1,\"aaaaaaaaa\":1,\"aaaaaaaab\":1}"),
        STR("{\"\\u0061b\":1,\"a\":1,\"\\u0061c\":1}"),
    };
    (void)state;
    for (size_t i = 0; i < COUNT(texts); i++) {
        struct json_traits traits;
        struct error err = { "" };
        size_t at;
        if (!check(texts[i], &traits, &at, &err))
            fail_msg("%s is refused at %zu: %s", texts[i].data, at, err.text);
        assert_int_equal(at, texts[i].size);
    }
}

static void test_refuses_what_is_not(void **state)
{
    static const struct {
        const char *name;
        struct str text;
        size_t at;
    } cases[] = {
        { "nothing", STR(""), 0 },
        { "only spaces", STR("  "), 2 },
        { "a byte order mark", STR("\xef\xbb\xbf{}"), 0 },
        { "a form feed is no space", STR("\f[]"), 0 },
        { "a no-break space is no space", STR("[\xc2\xa0]"), 1 },
        { "a NUL behind the value", STR("1\0"), 1 },
        { "two values", STR("1 2"), 2 },
        { "a closing bracket too many", STR("[]]"), 2 },
        { "a comment", STR("[1] // one"), 4 },
        { "a comment inside", STR("[/* */1]"), 1 },
        { "an array that ends early", STR("[1"), 2 },
        { "an array that ends behind a comma", STR("[1,"), 3 },
        { "a comma before the bracket", STR("[1,]"), 3 },
        { "a comma only", STR("[,]"), 1 },
        { "two commas", STR("[1,,2]"), 3 },
        { "no comma", STR("[1 2]"), 3 },
        { "a colon in an array", STR("[1:2]"), 2 },
        { "an array closed as an object", STR("[1}"), 2 },
        { "an object that ends early", STR("{\"a\":1"), 6 },
        { "an object that ends behind its key", STR("{\"a\""), 4 },
        { "an object that ends behind the colon", STR("{\"a\":"), 5 },
        { "an object with a comma at the end", STR("{\"a\":1,}"), 7 },
        { "an object with two commas", STR("{\"a\":1,,\"b\":2}"), 7 },
        { "an object with a comma first", STR("{,\"a\":1}"), 1 },
        { "a key without quotes", STR("{a:1}"), 1 },
        { "a key in single quotes", STR("{'a':1}"), 1 },
        { "a number as key", STR("{1:1}"), 1 },
        { "null as key", STR("{null:1}"), 1 },
        { "no colon", STR("{\"a\" 1}"), 5 },
        { "two colons", STR("{\"a\"::1}"), 5 },
        { "a comma for a colon", STR("{\"a\",1}"), 4 },
        { "an object closed as an array", STR("{\"a\":1]"), 6 },
        { "something behind an object", STR("{\"a\":1}#"), 7 },
        { "True", STR("True"), 0 },
        { "TRUE", STR("TRUE"), 0 },
        { "a cut true", STR("tru"), 0 },
        { "a word that goes on", STR("nulla"), 4 },
        { "nil", STR("nil"), 0 },
        { "NaN", STR("NaN"), 0 },
        { "Infinity", STR("[Infinity]"), 1 },
        { "minus Infinity", STR("-Infinity"), 1 },
        { "undefined", STR("undefined"), 0 },
        { "a minus alone", STR("-"), 1 },
        { "a plus", STR("+1"), 0 },
        { "two minuses", STR("--1"), 1 },
        { "a leading zero", STR("01"), 0 },
        { "a leading zero behind a minus", STR("[-012]"), 2 },
        { "no digit before the point", STR(".5"), 0 },
        { "no digit behind the point", STR("[1.]"), 3 },
        { "no digit between point and e", STR("1.e3"), 2 },
        { "two points", STR("1.2.3"), 3 },
        { "an empty exponent", STR("1e"), 2 },
        { "an exponent of a sign", STR("[1e+]"), 4 },
        { "a fraction in the exponent", STR("1e5.2"), 3 },
        { "hexadecimal", STR("0x1F"), 1 },
        { "a full width digit", STR("\xef\xbc\x91"), 0 },
        { "a letter behind the digits", STR("[1a]"), 2 },
        { "a string that is not closed", STR("\"abc"), 4 },
        { "a string that ends in a backslash", STR("\"abc\\"), 5 },
        { "a string that ends in an escaped quote", STR("\"a\\\""), 4 },
        { "a single quote", STR("'a'"), 0 },
        { "a raw newline", STR("\"a\nb\""), 2 },
        { "a raw tab behind eight plain bytes", STR("\"12345678\tb\""), 9 },
        { "a raw NUL", STR("\"a\0b\""), 2 },
        { "an unknown escape", STR("\"\\a\""), 1 },
        { "an escaped NUL byte", STR("\"\\\0\""), 1 },
        { "an escaped newline", STR("\"\\\n\""), 1 },
        { "a hexadecimal escape of C", STR("\"\\x41\""), 1 },
        { "a capital U", STR("\"\\U0041\""), 1 },
        { "three digits in a \\u", STR("\"\\u004\""), 1 },
        { "a letter in a \\u", STR("\"\\u00g0\""), 1 },
        { "a \\u at the end", STR("\"\\u00"), 1 },
        { "a pair whose second is malformed", STR("\"\\uD83D\\u12\""), 7 },
        { "an escape outside a string", STR("\\u005b]"), 0 },
        { "Latin-1", STR("\"caf\xe9\""), 4 },
        { "a lone continuation", STR("\"\x80\""), 1 },
        { "a cut character before the quote", STR("\"ab\xe7\x9d\""), 3 },
        { "a cut character behind a good one", STR("\"火\xe7\""), 4 },
        { "an overlong slash", STR("\"\xc0\xaf\""), 1 },
        { "an overlong three", STR("\"\xe0\x80\xaf\""), 1 },
        { "a surrogate in UTF-8", STR("\"\xed\xa0\x80\""), 1 },
        { "beyond Unicode", STR("\"\xf4\x90\x80\x80\""), 1 },
        { "bad UTF-8 outside a string", STR("[\xff]"), 1 },
        { "UTF-16", STR("[\0\"\0\xe9\0\"\0]\0"), 1 },
        { "the same key twice", STR("{\"a\":1,\"b\":2,\"a\":3}"), 13 },
        { "the same empty key twice", STR("{\"\":1,\"\":2}"), 6 },
        { "the same key in other spelling", STR("{\"ab\":1,\"\\u0061b\":2}"), 8 },
        { "the same Chinese key in other spelling", STR("{\"火\":1,\"\\u706b\":2}"), 9 },
        { "the same emoji as a pair", STR("{\"\xf0\x9f\x98\x80\":1,\"\\ud83d\\ude00\":1}"), 10 },
        { "two keys that both mean U+FFFD", STR("{\"\\u0000\":1,\"\\ud800\":1}"), 12 },
        { "a long key twice", STR("{\"abcdefghij\":1,\"abcdefghij\":1}"), 16 },
        { "a key twice deep inside", STR("{\"a\":{\"b\":1,\"b\":1}}"), 12 },
        { "a key twice around a nested object", STR("{\"a\":{\"x\":1,\"y\":1},\"a\":1}"), 19 },
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct json_traits traits;
        struct error err = { "" };
        size_t at = 99;
        if (check(cases[i].text, &traits, &at, &err))
            fail_msg("accepted: %s", cases[i].name);
        if (at != cases[i].at)
            fail_msg("%s: at %zu: %s", cases[i].name, at, err.text);
        assert_true(strlen(err.text) > 8);
    }
}

static void test_traits_tell_what_needs_care(void **state)
{
    static const struct {
        const char *name;
        const char *text;
        bool replaced, wide;
    } cases[] = {
        { "plain", "{\"a\":[1,2.5,\"\\u00e9\"]}", false, false },
        { "an escaped NUL", "\"\\u0000\"", true, false },
        { "an escaped U+FFFD is meant", "\"\\uFFFD\"", false, false },
        { "a high surrogate alone", "\"\\uD800x\"", true, false },
        { "a high surrogate before another escape", "\"\\uD800\\u0041\"", true, false },
        { "two high surrogates and a low", "\"\\uD83D\\uD83D\\uDE00\"", true, false },
        { "a low surrogate alone", "\"\\uDE00\"", true, false },
        { "a pair", "\"\\uD83D\\uDE00\"", false, false },
        { "an escaped backslash before u0000", "\"\\\\u0000\"", false, false },
        { "15 digits", "123456789012345", false, false },
        { "16 digits", "1234567890123456", false, true },
        { "digits in a string do not count", "\"1234567890123456\"", false, false },
        { "a huge exponent", "1e999", false, true },
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct json_traits traits = { false, false };
        size_t at;
        if (!check(str_from(cases[i].text), &traits, &at, NULL))
            fail_msg("%s: refused", cases[i].name);
        if (traits.replaced != cases[i].replaced || traits.wide != cases[i].wide)
            fail_msg("%s", cases[i].name);
    }
}

static void test_limits(void **state)
{
    struct json_limits limits = { 10, 4, 3 };
    struct json_traits traits;
    struct error err;
    size_t at;

    (void)state;
    assert_true(json_check(STR("[[[1]]]"), &limits, &traits, &at, &err));
    assert_false(json_check(STR("[[[[]]]]"), &limits, &traits, &at, &err));
    assert_int_equal(at, 3);
    assert_false(json_check(STR("[1,2,3,4]"), &limits, &traits, &at, &err));
    assert_int_equal(at, 7);
    assert_true(json_check(STR("12345     "), &limits, &traits, &at, &err));
    assert_false(json_check(STR("12345      "), &limits, &traits, &at, &err));
    assert_string_equal(err.text, "11 bytes are more than the 10 allowed");
    char deep[200];
    for (size_t depth = 63; depth <= 66; depth++) {
        memset(deep, '[', depth);
        memset(deep + depth, ']', depth);
        struct str text = { deep, 2 * depth };
        assert_int_equal(json_check(text, &json_event_limits, &traits, &at, NULL), depth <= 64);
    }
    memset(deep, '[', sizeof(deep));
    assert_false(json_check((struct str){ deep, 200 }, &json_event_limits, &traits, &at, NULL));
    assert_int_equal(at, 64);
}

/* `twice`: the number of the key that comes once more at the end, or -1. */
static void write_object(struct buf *buf, int keys, int twice)
{
    buf_clear(buf);
    buf_add_char(buf, '{');
    for (int i = 0; i < keys; i++)
        buf_printf(buf, "\"a-common-beginning-%d\":{\"k\":%d},", i, i);
    if (twice >= 0)
        buf_printf(buf, "\"\\u0061-common-beginning-%d\":0}", twice);
    else
        buf_printf(buf, "\"last\":0}");
}

static void test_many_keys(void **state)
{
    struct buf buf = { 0 };
    struct json_traits traits;
    size_t at;

    (void)state;
    for (int keys = 1; keys < 200; keys += 7) {
        write_object(&buf, keys, -1);
        assert_true(check(buf_str(&buf), &traits, &at, NULL));
        for (int twice = 0; twice < keys; twice += 5) {
            write_object(&buf, keys, twice);
            assert_false(check(buf_str(&buf), &traits, &at, NULL));
            /* The later one is to blame. */
            assert_int_equal(buf.data[at], '"');
            assert_memory_equal(buf.data + at + 1, "\\u0061", 6);
        }
    }
    write_object(&buf, 11000, -1);
    assert_true(check(buf_str(&buf), &traits, &at, NULL));
    write_object(&buf, 11000, 5000);
    assert_false(check(buf_str(&buf), &traits, &at, NULL));
    buf_free(&buf);
}

static void test_every_prefix_of_a_text_is_refused(void **state)
{
    static const char text[] = "{\"t\":\"着\\u706b\xf0\x9f\x98\x80 "
                               "\\\"x\",\"n\":[-1.5e+3,0,true,false,null,{}],\"k\":{\"\":[]}}";
    struct json_traits traits;
    size_t at;

    (void)state;
    assert_true(check(str_from(text), &traits, &at, NULL));
    for (size_t size = 0; size < sizeof(text) - 1; size++) {
        if (check((struct str){ text, size }, &traits, &at, NULL))
            fail_msg("%.*s", (int)size, text);
        assert_true(at <= size);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_accepts_what_is_json),
        cmocka_unit_test(test_refuses_what_is_not),
        cmocka_unit_test(test_traits_tell_what_needs_care),
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_many_keys),
        cmocka_unit_test(test_every_prefix_of_a_text_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
