#include "text/normalise.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "base/mem.h"

struct fixture {
    struct fold *fold;
    struct normal normal;
};

static int set_up(void **state)
{
    struct fixture *fixture = mem_alloc(sizeof(*fixture));
    struct error err;
    fixture->fold = fold_new(&err);
    assert_non_null(fixture->fold);
    *state = fixture;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *fixture = *state;
    fold_free(fixture->fold);
    normal_free(&fixture->normal);
    free(fixture);
    return 0;
}

static void test_forms(void **state)
{
    struct fixture *fixture = *state;
    static const struct {
        const char *name, *text, *expected;
    } cases[] = {
        { "ASCII is lowered", "My Phone Is ON FIRE", "my phone is on fire" },
        { "full width becomes narrow", "ＵＲＧＥＮＴ！１２", "urgent!12" },
        { "half-width katakana joins its voicing mark", "ｶﾞｽ", "ガス" },
        { "traditional becomes simplified", "電池著火，請儘快處理", "电池着火,请尽快处理" },
        { "compatibility ideographs follow", "\xef\xa4\x8a", "金" },
        { "zero width goes", "着\u200b火\ufeff了\u2060", "着火了" },
        { "variation selectors and joiners go", "❤\ufe0f a\u200db", "❤ ab" },
        { "controls go", "x\001\177y\302\205z\302\201", "xy z" },
        { "right-to-left marks go", "\u202e着\u202c火", "着火" },
        { "white space is one space", "not \t\r\n on\u00a0\u3000fire", "not on fire" },
        { "spaces between Han go", "着 火　了\n漏水", "着火了漏水" },
        { "spaces beside Latin stay", "用 app 退款 了", "用 app 退款了" },
        { "an accent joins its letter", "cafe\u0301 CAFE\u0301", "café café" },
        { "a sharp s folds", "STRASSE straße", "strasse strasse" },
        { "mathematical letters are letters", "𝐔𝐑𝐆𝐄𝐍𝐓", "urgent" },
        { "ligatures and circled digits open", "ﬁre ①", "fire 1" },
        { "curly quotes and dashes are plain", "can’t “pay” – now", "can't \"pay\" - now" },
        { "an ellipsis is three dots", "着火…", "着火..." },
        { "emoji stay", "🔥着 火🔥", "🔥着火🔥" },
        { "Hangul composes", "한국", "한국" },
        { "rare Han stay", "𠮷野 家", "𠮷野家" },
        { "leading and trailing space is one space", "  a  ", " a " },
        { "nothing is nothing", "", "" },
        { "an accent alone stays", "\u0301", "\u0301" },
        { "an accent after space does not join it", "a \u0301", "a \u0301" },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        normal_clear(&fixture->normal);
        normalise(fixture->fold, str_from(cases[i].text), &fixture->normal);
        const char *found = buf_text(&fixture->normal.text);
        if (strcmp(found, cases[i].expected) != 0)
            fail_msg("%s: '%s' became '%s', not '%s'", cases[i].name, cases[i].text, found,
                     cases[i].expected);
    }
}

/* Where a piece of the normal form stood in the original. */
static void test_way_back(void **state)
{
    struct fixture *fixture = *state;
    static const struct {
        const char *name, *text, *piece, *original;
    } cases[] = {
        { "byte for byte", "手机着火了", "着火", "着火" },
        { "full width", "快ＵＲＧＥＮＴ了", "urgent", "ＵＲＧＥＮＴ" },
        { "a zero-width character inside", "手机着\u200b火了", "着火", "着\u200b火" },
        { "zero width around stays outside", "手机\u200b着火\u200b了", "着火", "着火" },
        { "a space inside Han", "手 机 着 火 了", "着火", "着 火" },
        { "a run of white space", "not   on \n fire", "on fire", "on \n fire" },
        { "a joined accent", "the cafe\u0301 is", "café", "cafe\u0301" },
        { "a letter that grows", "die straße hier", "strasse", "straße" },
        { "part of a letter gives the whole", "die straße hier", "stras", "straß" },
        { "after a four-byte character", "🔥𝐔𝐑 fire", "fire", "fire" },
        { "traditional", "電池著火", "着火", "著火" },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        normal_clear(&fixture->normal);
        normalise(fixture->fold, str_from(cases[i].text), &fixture->normal);
        const char *text = buf_text(&fixture->normal.text);
        const char *piece = strstr(text, cases[i].piece);
        if (!piece)
            fail_msg("%s: no '%s' in '%s'", cases[i].name, cases[i].piece, text);
        size_t at = (size_t)(piece - text);
        uint32_t from = normal_from(&fixture->normal, at);
        uint32_t to = normal_to(&fixture->normal, at + strlen(cases[i].piece));
        if (to - from != strlen(cases[i].original) ||
            memcmp(cases[i].text + from, cases[i].original, to - from) != 0)
            fail_msg("%s: found '%.*s', not '%s'", cases[i].name, (int)(to - from),
                     cases[i].text + from, cases[i].original);
    }
}

static uint32_t next(uint64_t *seed)
{
    *seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(*seed >> 33);
}

/* Code points that make trouble as often as those that do not. */
static uint32_t random_code(uint64_t *seed)
{
    static const uint32_t hard[] = { ' ',    '\n',    0x200b,  0x0301,  0x3099, 0xff76,
                                     0xff9e, 0xfe0f,  0xdf,    0x130,   0x23a,  0xfdfa,
                                     0x3000, 0x1f525, 0xac00,  0x11a8,  0x1100, 0x1161,
                                     0x202e, 0x0345,  0xe0020, 0x1d400, 0xad,   0 };
    switch (next(seed) % 4) {
    case 0:
        return 0x4e00 + next(seed) % 0x5000;
    case 1:
        return 0x20 + next(seed) % 0x5f;
    case 2:
        return hard[next(seed) % (sizeof(hard) / sizeof(hard[0]))];
    default:;
        uint32_t code = next(seed) % 0x110000;
        return code >= 0xd800 && code < 0xe000 ? 0xfffd : code;
    }
}

static void add_code(struct buf *buf, uint32_t code)
{
    if (code < 0x80) {
        buf_add_char(buf, (char)code);
    } else if (code < 0x800) {
        buf_add_char(buf, (char)(0xc0 | code >> 6));
        buf_add_char(buf, (char)(0x80 | (code & 0x3f)));
    } else {
        if (code < 0x10000) {
            buf_add_char(buf, (char)(0xe0 | code >> 12));
        } else {
            buf_add_char(buf, (char)(0xf0 | code >> 18));
            buf_add_char(buf, (char)(0x80 | (code >> 12 & 0x3f)));
        }
        buf_add_char(buf, (char)(0x80 | (code >> 6 & 0x3f)));
        buf_add_char(buf, (char)(0x80 | (code & 0x3f)));
    }
}

static bool on_boundary(struct str text, size_t at)
{
    return at == text.size || ((unsigned char)text.data[at] & 0xc0) != 0x80;
}

/* For any text: the result is UTF-8 without line breaks, every way back ends on character
 * boundaries, and the originals follow one another. */
static void test_random(void **state)
{
    struct fixture *fixture = *state;
    uint64_t seed = 7;
    struct buf text = { 0 };
    for (int round = 0; round < 3000; round++) {
        buf_clear(&text);
        for (uint32_t left = next(&seed) % 40; left > 0; left--)
            add_code(&text, random_code(&seed));
        normal_clear(&fixture->normal);
        normalise(fixture->fold, buf_str(&text), &fixture->normal);
        struct str normal = buf_str(&fixture->normal.text);
        assert_true(utf8_valid(normal, NULL));
        assert_null(memchr(normal.data, '\n', normal.size));
        uint32_t last = 0;
        for (size_t at = 0; at < normal.size;) {
            size_t end = at + 1;
            while (!on_boundary(normal, end))
                end++;
            uint32_t from = normal_from(&fixture->normal, at);
            uint32_t to = normal_to(&fixture->normal, end);
            assert_true(from < to && to <= text.size && from >= last);
            assert_true(on_boundary(buf_str(&text), from) && on_boundary(buf_str(&text), to));
            last = from;
            at = end;
        }
    }
    buf_free(&text);
}

/* A text of one character over and over; the test's own time-out is the judge of linearity. */
static void test_large(void **state)
{
    struct fixture *fixture = *state;
    static const uint32_t codes[] = { 0x301, 0x345, 0x200b, ' ', 0xfdfa, 0x1d400, 0x7740, 0x3099 };
    struct buf text = { 0 };
    for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
        buf_clear(&text);
        while (text.size < 512 * 1024)
            add_code(&text, codes[i]);
        normal_clear(&fixture->normal);
        normalise(fixture->fold, buf_str(&text), &fixture->normal);
        assert_true(utf8_valid(buf_str(&fixture->normal.text), NULL));
    }
    buf_free(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_forms),
        cmocka_unit_test(test_way_back),
        cmocka_unit_test(test_random),
        cmocka_unit_test(test_large),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
