#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "base/error.h"
#include "base/str.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void test_absent_and_empty(void **state)
{
    (void)state;
    assert_false(str_present(str_from(NULL)));
    assert_true(str_present(STR("")));
    assert_true(str_empty(STR("")));
    assert_true(str_equal(STR_NONE, STR("")));
    assert_false(str_equal(STR("a"), STR("b")));
    assert_false(str_equal(STR("a"), STR("ab")));
    assert_true(str_is(STR("a\0b"), "a") == false);
    assert_true(str_equal(STR("a\0b"), STR("a\0b")));
    assert_false(str_equal(STR("a\0b"), STR("a\0c")));
}

static void test_starts_and_nocase(void **state)
{
    (void)state;
    assert_true(str_starts(STR("ombud.events"), STR("ombud.")));
    assert_true(str_starts(STR("x"), STR_NONE));
    assert_false(str_starts(STR("om"), STR("ombud")));
    assert_true(str_equal_nocase(STR("VIP-é"), STR("vip-é")));
    assert_false(str_equal_nocase(STR("[a"), STR("{a"))); /* 0x20 apart, but not letters */
}

static void test_compare_orders_bytewise(void **state)
{
    (void)state;
    assert_true(str_compare(STR("a"), STR("b")) < 0);
    assert_true(str_compare(STR("b"), STR("ab")) > 0);
    assert_true(str_compare(STR("a"), STR("ab")) < 0);
    assert_true(str_compare(STR(""), STR_NONE) == 0);
    assert_true(str_compare(STR("\xff"), STR("a")) > 0);
}

static void test_integers(void **state)
{
    static const struct {
        const char *name;
        const char *text;
        bool valid;
        int64_t value;
    } cases[] = {
        { "zero is a number", "0", true, 0 },
        { "leading zeros are allowed", "007", true, 7 },
        { "a minus is a sign", "-12", true, -12 },
        { "the largest fits", "9223372036854775807", true, INT64_MAX },
        { "the smallest fits", "-9223372036854775808", true, INT64_MIN },
        { "one more than the largest does not", "9223372036854775808", false, 0 },
        { "one less than the smallest does not", "-9223372036854775809", false, 0 },
        { "nothing is no number", "", false, 0 },
        { "a sign alone is no number", "-", false, 0 },
        { "a plus is refused", "+1", false, 0 },
        { "a fraction is refused", "1.0", false, 0 },
        { "spaces are refused", " 1", false, 0 },
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        int64_t value = 77;
        if (str_to_int(str_from(cases[i].text), &value) != cases[i].valid)
            fail_msg("%s", cases[i].name);
        assert_int_equal(value, cases[i].valid ? cases[i].value : 77);
    }
}

static void test_utf8(void **state)
{
    static const struct {
        const char *name;
        struct str text;
        bool valid;
        size_t at;
    } cases[] = {
        { "nothing is valid", STR(""), true, 0 },
        { "ASCII is valid, NUL too", STR("abc\0defghijk"), true, 0 },
        { "Chinese is valid", STR("着火了，快来人"), true, 0 },
        { "emoji are valid", STR("ok \xf0\x9f\x98\x80 ok"), true, 0 },
        { "the last code point is valid", STR("\xf4\x8f\xbf\xbf"), true, 0 },
        { "beyond the last is not", STR("\xf4\x90\x80\x80"), false, 0 },
        { "a lone continuation is not", STR("abcdefgh\x80"), false, 8 },
        { "an overlong slash is not", STR("\xc0\xaf"), false, 0 },
        { "an overlong three is not", STR("a\xe0\x9f\xbf"), false, 1 },
        { "an overlong four is not", STR("\xf0\x8f\xbf\xbf"), false, 0 },
        { "a surrogate is not", STR("xx\xed\xa0\x80"), false, 2 },
        { "just below the surrogates is", STR("\xed\x9f\xbf"), true, 0 },
        { "a cut sequence at the end is not", STR("12345678\xe7\x9d"), false, 8 },
        { "a cut sequence before ASCII is not", STR("\xe7\x9dxyzuvwabc"), false, 0 },
        { "Latin-1 is not", STR("caf\xe9 du coin"), false, 3 },
        { "0xFF is not", STR("\xff"), false, 0 },
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        size_t at = 0;
        if (utf8_valid(cases[i].text, &at) != cases[i].valid || at != cases[i].at)
            fail_msg("%s (at %zu)", cases[i].name, at);
        assert_int_equal(utf8_valid(cases[i].text, NULL), cases[i].valid);
    }
}

/* A second opinion: decode by the definition, then compare with the shortest encoding. */
static bool naive_valid(const unsigned char *p, size_t size)
{
    for (size_t i = 0; i < size;) {
        uint32_t lead = p[i++], code = lead;
        size_t more = lead < 0x80 ? 0 : lead < 0xC0 ? 9 : lead < 0xE0 ? 1 : lead < 0xF0 ? 2 : 3;
        static const uint32_t least[] = { 0, 0x80, 0x800, 0x10000 };
        if (more == 9 || lead >= 0xF8 || more > size - i)
            return false;
        code = more ? lead & (0x3Fu >> more) : lead;
        for (size_t k = 0; k < more; k++, i++) {
            if ((p[i] & 0xC0) != 0x80)
                return false;
            code = code << 6 | (p[i] & 0x3Fu);
        }
        if (code < least[more] || code > 0x10FFFF || (code >= 0xD800 && code < 0xE000))
            return false;
    }
    return true;
}

static void test_utf8_agrees_with_the_definition(void **state)
{
    static const unsigned char bytes[] = { 'a',  0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0,
                                           0xBF, 0xC0, 0xC1, 0xC2, 0xDF, 0xE0, 0xED,
                                           0xEF, 0xF0, 0xF3, 0xF4, 0xF5, 0xFF };
    (void)state;
    for (size_t n = 0; n < 20 * 20 * 20 * 20; n++) {
        unsigned char text[4] = { bytes[n % 20], bytes[n / 20 % 20], bytes[n / 400 % 20],
                                  bytes[n / 8000] };
        struct str s = { (const char *)text, 4 };
        if (utf8_valid(s, NULL) != naive_valid(text, 4))
            fail_msg("%02x %02x %02x %02x", text[0], text[1], text[2], text[3]);
    }
}

static void test_prefix_ends_on_a_character(void **state)
{
    struct str text = STR("a着火");
    static const size_t expected[] = { 0, 1, 1, 1, 4, 4, 4, 7, 7 };

    (void)state;
    for (size_t size = 0; size < COUNT(expected); size++)
        assert_int_equal(utf8_prefix(text, size).size, expected[size]);
}

static void test_nearest_explains_typos(void **state)
{
    static const struct str words[] = { STR("billing"), STR("quality"), STR("service"), STR("id") };
    static const struct {
        const char *name;
        const char *word;
        const char *nearest;
    } cases[] = {
        { "a missing letter", "billng", "billing" },
        { "two swapped letters", "qulaity", "quality" },
        { "two wrong letters in seven", "zervize", "service" },
        { "three wrong letters in seven are another word", "zervizz", NULL },
        { "case is a typo of no weight", "Quality", "quality" },
        { "a short word allows one", "ie", "id" },
        { "but not two", "xy", NULL },
        { "nothing is near nothing", "", NULL },
        { "a very long word is near nothing",
          "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb", NULL },
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct str nearest = str_nearest(str_from(cases[i].word), words, COUNT(words));
        if (str_present(nearest) != (cases[i].nearest != NULL) ||
            (cases[i].nearest && !str_is(nearest, cases[i].nearest)))
            fail_msg("%s: %.*s", cases[i].name, STR_ARG(nearest));
    }
}

enum { WORD_ROOM = 12 };

/* By the definition, without any limit: the last letters agree, are swapped, or one is wrong. */
static size_t plain_distance(const char *a, size_t a_size, const char *b, size_t b_size)
{
    static size_t all[WORD_ROOM + 1][WORD_ROOM + 1];

    for (size_t i = 0; i <= a_size; i++) {
        for (size_t k = 0; k <= b_size; k++) {
            size_t least = i == 0 ? k : k == 0 ? i : all[i - 1][k - 1] + (a[i - 1] != b[k - 1]);
            if (i > 0 && k > 0 && all[i - 1][k] + 1 < least)
                least = all[i - 1][k] + 1;
            if (i > 0 && k > 0 && all[i][k - 1] + 1 < least)
                least = all[i][k - 1] + 1;
            if (i > 1 && k > 1 && a[i - 1] == b[k - 2] && a[i - 2] == b[k - 1] &&
                all[i - 2][k - 2] + 1 < least)
                least = all[i - 2][k - 2] + 1;
            all[i][k] = least;
        }
    }
    return all[a_size][b_size];
}

static void test_the_nearest_is_the_same_as_without_a_limit(void **state)
{
    uint64_t seed = 7;

    (void)state;
    for (int round = 0; round < 20000; round++) {
        char text[5][WORD_ROOM];
        struct str words[5];
        for (size_t i = 0; i < 5; i++) {
            for (size_t k = 0; k < WORD_ROOM; k++) {
                seed = seed * UINT64_C(6364136223846793005) + 1;
                text[i][k] = (char)('a' + (seed >> 40) % 3);
            }
            words[i] = (struct str){ text[i], 1 + (seed >> 50) % WORD_ROOM };
        }
        size_t best = words[4].size / 3 > 1 ? words[4].size / 3 + 1 : 2, chosen = 4;
        for (size_t i = 0; i < 4; i++) {
            size_t distance =
                plain_distance(words[4].data, words[4].size, words[i].data, words[i].size);
            if (distance < best) {
                best = distance;
                chosen = i;
            }
        }
        struct str nearest = str_nearest(words[4], words, 4);
        assert_ptr_equal(nearest.data, chosen == 4 ? NULL : words[chosen].data);
    }
}

static void test_errors_are_cut_on_a_character(void **state)
{
    struct error err;
    char text[1024];

    (void)state;
    assert_false(error_set(NULL, "nobody listens"));
    assert_false(error_set(&err, "no department '%s'", "x"));
    assert_string_equal(err.text, "no department 'x'");
    error_prefix(&err, "%s:%d", "a.yaml", 3);
    assert_string_equal(err.text, "a.yaml:3: no department 'x'");
    error_set(&err, "again: %s", err.text);
    assert_string_equal(err.text, "again: a.yaml:3: no department 'x'");
    for (size_t shift = 0; shift < 3; shift++) {
        memset(text, 'a', shift);
        for (size_t i = shift; i + 3 < sizeof(text); i += 3)
            memcpy(text + i, "火", 4);
        error_set(&err, "%s", text);
        size_t size = strlen(err.text);
        assert_true(size < sizeof(err.text) && size > sizeof(err.text) - 6);
        assert_string_equal(err.text + size - 3, "...");
        assert_true(utf8_valid(str_from(err.text), NULL));
    }
}

static void test_tamed_text_moves_no_cursor(void **state)
{
    static const struct {
        const char *text, *tame;
    } rows[] = {
        { "plain, 着火, ü", "plain, 着火, ü" },
        { "a\nb\tc\x1b[2J", "a b c [2J" },
        { "\xc2\x9b"
          "2J\x7f",
          "  2J " }, /* C1's own introducer of sequences */
        { "\xc2\xa0\xc2", "\xc2\xa0\xc2" },
    };
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        char text[64];
        strcpy(text, rows[i].text);
        utf8_tame(text, strlen(text));
        assert_string_equal(text, rows[i].tame);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_absent_and_empty),
        cmocka_unit_test(test_starts_and_nocase),
        cmocka_unit_test(test_compare_orders_bytewise),
        cmocka_unit_test(test_integers),
        cmocka_unit_test(test_utf8),
        cmocka_unit_test(test_utf8_agrees_with_the_definition),
        cmocka_unit_test(test_prefix_ends_on_a_character),
        cmocka_unit_test(test_tamed_text_moves_no_cursor),
        cmocka_unit_test(test_nearest_explains_typos),
        cmocka_unit_test(test_the_nearest_is_the_same_as_without_a_limit),
        cmocka_unit_test(test_errors_are_cut_on_a_character),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
