#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "json/json.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static int set_up(void **state)
{
    json_init();
    *state = arena_new(4096);
    return 0;
}

static int tear_down(void **state)
{
    arena_free(*state);
    return 0;
}

static const cJSON *parse(struct arena *arena, struct str text)
{
    struct error err;
    size_t at = 0;
    const cJSON *root = json_parse(text, &json_event_limits, arena, NULL, &at, &err);
    if (!root)
        fail_msg("%.*s: %zu: %s", STR_ARG(text), at, err.text);
    return root;
}

static void test_members_are_found_by_exact_name(void **state)
{
    const cJSON *root =
        parse(*state, STR("{\"Type\":\"no\",\"type\":\"yes\",\"typed\":1,\"n\":null}"));

    assert_true(str_is(json_string(json_get(root, STR("type"))), "yes"));
    assert_true(str_is(json_string(json_get(root, STR("Type"))), "no"));
    assert_null(json_get(root, STR("TYPE")));
    assert_null(json_get(root, STR("typ")));
    assert_null(json_get(NULL, STR("type")));
    assert_null(json_get(json_get(root, STR("type")), STR("x")));
    assert_false(str_present(json_string(json_get(root, STR("typed")))));
    assert_true(json_is_null(json_get(root, STR("n"))));
    assert_true(json_is_null(NULL));
    assert_true(str_is(json_name(root->child), "Type"));
}

static void test_refusals_have_a_place(void **state)
{
    struct error err = { "" };
    size_t at = 0;

    assert_null(json_parse(STR("{\"a\":1,\"a\":2}"), &json_event_limits, *state, NULL, &at, &err));
    assert_int_equal(at, 7);
    assert_string_equal(err.text, "an object has the same key twice");
}

static void test_texts_of_scalars(void **state)
{
    static const struct {
        const char *name;
        const char *text;
        const char *expected; /* NULL: absent */
    } cases[] = {
        { "a string", "\"x\"", "x" },
        { "an empty string", "\"\"", "" },
        { "true", "true", "true" },
        { "false", "false", "false" },
        { "null is absent", "null", NULL },
        { "an array is absent", "[1]", NULL },
        { "an object is absent", "{}", NULL },
        { "an integer", "42", "42" },
        { "minus zero", "-0", "0" },
        { "an integer written as a fraction", "42.0", "42" },
        { "an integer written with an exponent", "12e2", "1200" },
        { "a fraction", "0.10", "0.1" },
        { "a fraction that a double rounds", "1.1", "1.1" },
        { "2^53", "9007199254740992", "9007199254740992" },
        { "2^53 + 1 keeps its last digit", "9007199254740993", "9007199254740993" },
        { "twenty digits", "12345678901234567890", "12345678901234567890" },
        { "what a double cannot hold", "1e999", "1e999" },
        { "a number of eighty bytes",
          "-0.000000000000000000000000000000000000000000000000000000000000000000000000000001",
          "-0.000000000000000000000000000000000000000000000000000000000000000000000000000001" },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct str text = json_scalar(parse(*state, str_from(cases[i].text)), *state);
        if (str_present(text) != (cases[i].expected != NULL) ||
            (cases[i].expected && !str_is(text, cases[i].expected)))
            fail_msg("%s: %.*s", cases[i].name, STR_ARG(text));
    }
}

static void test_long_numbers_find_their_own_place(void **state)
{
    const cJSON *root =
        parse(*state, STR("{\"1\":\"-9 \\\" 8\",\"a\":[1,{\"b\":-90071992547409931,\"c\":2.50}],"
                          "\"d\":\"\\\\\",\"e\":12345678901234567,\"f\":3}"));
    static const struct {
        const char *pointer, *expected;
    } cases[] = {
        { "/a/0", "1" }, { "/a/1/b", "-90071992547409931" }, { "/a/1/c", "2.5" },
        { "/d", "\\" },  { "/e", "12345678901234567" },      { "/f", "3" },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct str text = json_scalar(json_pointer(root, str_from(cases[i].pointer)), *state);
        assert_true(str_is(text, cases[i].expected));
    }
    int64_t value = 0;
    assert_true(json_integer(json_pointer(root, STR("/e")), &value));
    assert_true(value == 12345678901234567);
    assert_false(json_integer(json_pointer(root, STR("/a/1/c")), &value));
    assert_false(json_integer(json_pointer(root, STR("/d")), &value));
}

static void test_nul_and_half_pairs_become_the_replacement(void **state)
{
    static const struct {
        const char *name;
        const char *text, *expected;
        bool replaced;
    } cases[] = {
        { "NUL in the middle", "\"a\\u0000b\"",
          "a\xef\xbf\xbd"
          "b",
          true },
        { "a high half at the end", "\"a\\ud83d\"", "a\xef\xbf\xbd", true },
        { "a low half", "\"\\ude00a\"",
          "\xef\xbf\xbd"
          "a",
          true },
        { "a half before a pair", "\"\\ud83d\\ud83d\\ude00\"", "\xef\xbf\xbd\xf0\x9f\x98\x80",
          true },
        { "a pair", "\"\\ud83d\\ude00\"", "\xf0\x9f\x98\x80", false },
        { "an escaped backslash is no escape", "\"\\\\u0000\\u0000\"", "\\u0000\xef\xbf\xbd",
          true },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        bool replaced = !cases[i].replaced;
        size_t at;
        const cJSON *root =
            json_parse(str_from(cases[i].text), &json_event_limits, *state, &replaced, &at, NULL);
        if (!root || !str_is(json_string(root), cases[i].expected) || replaced != cases[i].replaced)
            fail_msg("%s", cases[i].name);
    }
    const cJSON *root = parse(*state, STR("{\"k\\u0000x\":1}"));
    assert_true(str_is(json_name(root->child), "k\xef\xbf\xbdx"));
}

static void test_pointers(void **state)
{
    /* The document of RFC 6901, section 5, and a little more. */
    const cJSON *root = parse(
        *state, STR("{\"foo\":[\"bar\",\"baz\"],\"\":0,\"a/b\":1,\"c%d\":2,\"e^f\":3,\"g|h\":4,"
                    "\"i\\\\j\":5,\"k\\\"l\":6,\" \":7,\"m~n\":8,\"o\":{\"0\":{\"p\":9}}}"));
    static const struct {
        const char *pointer, *expected; /* NULL: nothing there */
    } cases[] = {
        { "/foo/0", "bar" }, { "/foo/1", "baz" }, { "/", "0" },         { "/a~1b", "1" },
        { "/c%d", "2" },     { "/e^f", "3" },     { "/g|h", "4" },      { "/i\\j", "5" },
        { "/k\"l", "6" },    { "/ ", "7" },       { "/m~0n", "8" },     { "/o/0/p", "9" },
        { "/foo/2", NULL },  { "/foo/-", NULL },  { "/foo/00", NULL },  { "/foo/-0", NULL },
        { "/foo/", NULL },   { "foo", NULL },     { "/o/1", NULL },     { "/a~1b/x", NULL },
        { "/fo", NULL },     { "/fooo", NULL },   { "/foo/0/0", NULL },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct str text = json_scalar(json_pointer(root, str_from(cases[i].pointer)), *state);
        if (str_present(text) != (cases[i].expected != NULL) ||
            (cases[i].expected && !str_is(text, cases[i].expected)))
            fail_msg("%s: %.*s", cases[i].pointer, STR_ARG(text));
    }
    assert_ptr_equal(json_pointer(root, STR("")), root);
    assert_null(json_pointer(NULL, STR("/a")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_members_are_found_by_exact_name),
        cmocka_unit_test(test_refusals_have_a_place),
        cmocka_unit_test(test_texts_of_scalars),
        cmocka_unit_test(test_long_numbers_find_their_own_place),
        cmocka_unit_test(test_nul_and_half_pairs_become_the_replacement),
        cmocka_unit_test(test_pointers),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
