/* Expressions are taken apart for speed; ICU, which is not, says what they must find. */
#include "text/lexicon.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <unicode/uregex.h>
#include <unicode/ustring.h>
#include "base/buf.h"

enum { PIECES = 12, ROUNDS = 400 };

/* Each with the pieces its random texts are made of. */
static const struct {
    const char *expression;
    const char *pieces[PIECES];
} cases[] = {
    { "(?:电池|手机).{0,4}(?:冒烟|发烫)", { "电池", "手机", "冒烟", "发烫", "很", "，", "a" } },
    { "电池.{2,3}冒烟", { "电池", "冒烟", "很", "了" } },
    { "甲.{0,2}乙.{0,2}丙", { "甲", "乙", "丙", "丁" } },
    { "甲乙|丙.{1,2}丁|戊", { "甲", "乙", "丙", "丁", "己", "庚", "辛", "壬" } },
    { "[一二三四]{1,3}(?:个)?(?:小时|天)(?:之)?内",
      { "一", "二", "个", "小时", "天", "之", "内" } },
    { "(?:[0-9]{2,3}|几十)(?:多)?(?:名|位)?(?:业主|居民)",
      { "1", "23", "几十", "多", "名", "位", "业主", "居民" } },
    { "第[二三]+次.{0,3}投诉", { "第", "二", "三", "次", "投诉", "了" } },
    { "\\b(?:ate|eating)\\b.{0,6}\\b(?:ill|sick)\\b",
      { "ate", "eating", "ill", "sick", " ", "x", ", " } },
    { "charg(?:e|ed|ing) (?:me )?twice", { "charg", "e", "ed", "ing", " ", "me ", "twice" } },
    { "\\bis [7-9][0-9]\\b(?: years? old)?", { "is ", "7", "8", "a", " year", "s", " old", " " } },
    { "(?:[7-9][0-9]|ninety)[- ]?(?:[a-z]{3,4}[- ])?year",
      { "8", "ninety", "-", " ", "odd", "year" } },
    { "\\d{1,3}\\s?%.{0,2}full", { "1", "22", " ", "%", "full", "x" } },
    { "a\\.b.{0,1}c\\?", { "a", ".", "b", "c", "?", "x" } },
    { "(?:不|没).{0,2}(?:就|我就).{0,2}死", { "不", "没", "就", "我", "死", "了" } },
    { "甲(?:乙.{0,1}丙|丁)戊", { "甲", "乙", "丙", "丁", "戊" } },
    { "(?:甲乙)?丙丁", { "甲", "乙", "丙", "丁" } },
    { "(?:电池|手机)[^,;!?。]{0,4}(?:冒烟|发烫)",
      { "电池", "手机", "冒烟", "发烫", "很", ",", "。", "a" } },
    { "\\bate(?: [a-z]{1,4}){1,2} (?:and |we ){1,2}ill\\b",
      { "ate", " the", " and", " we", " ill" } },
    { "job [a-z0-9_-]{1,20} failed", { "job ", "a", "b_c", "-9", " failed", "!" } },
    { "a[b-d]{1,3}e.{1,2}f", { "a", "b", "c", "d", "e", "f" } },
    { "甲[^\\]x]{1,2}乙", { "甲", "]", "x", "乙", "y" } },
    { "(?:ab|(?:cd){2})e.{0,1}f", { "ab", "cd", "e", "f" } },
};

static struct lexicon *lexicon_of(const char *expression)
{
    struct lexicon_builder *builder = lexicon_builder_new();
    struct lexicon_phrase phrase = { .text = str_from(expression),
                                     .regex = true,
                                     .category = STR("x"),
                                     .rule = STR("x:1"),
                                     .points = 1 };
    struct error err;
    if (!lexicon_add(builder, &phrase, &err))
        fail_msg("%s", err.text);
    struct lexicon *lexicon = lexicon_build(builder, &err);
    if (!lexicon)
        fail_msg("%s", err.text);
    lexicon_builder_free(builder);
    return lexicon;
}

static URegularExpression *icu_of(const char *expression)
{
    UChar pattern[512];
    UErrorCode status = U_ZERO_ERROR;
    u_strFromUTF8(pattern, 512, NULL, expression, -1, &status);
    URegularExpression *icu = uregex_open(pattern, -1, 0, NULL, &status);
    assert_true(U_SUCCESS(status));
    return icu;
}

static bool icu_finds(URegularExpression *icu, const char *text)
{
    UChar wide[1024];
    UErrorCode status = U_ZERO_ERROR;
    u_strFromUTF8(wide, 1024, NULL, text, -1, &status);
    uregex_setText(icu, wide, -1, &status);
    bool found = uregex_find(icu, -1, &status);
    assert_true(U_SUCCESS(status));
    return found;
}

/* What was found must itself match from end to end. */
static bool icu_matches(URegularExpression *icu, struct str text)
{
    UChar wide[1024];
    int32_t size;
    UErrorCode status = U_ZERO_ERROR;
    u_strFromUTF8(wide, 1024, &size, text.data, (int32_t)text.size, &status);
    uregex_setText(icu, wide, size, &status);
    bool matched = uregex_matches(icu, -1, &status);
    assert_true(U_SUCCESS(status));
    return matched;
}

static void random_text(const char *const *pieces, uint64_t *seed, struct buf *text)
{
    size_t count = 0;
    while (count < PIECES && pieces[count])
        count++;
    buf_clear(text);
    for (int i = 0; i < 14; i++) {
        *seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        struct str piece = str_from(pieces[(*seed >> 33) % count]);
        bool twice = text->size > 0 && text->data[text->size - 1] == ' ' && piece.data[0] == ' ';
        if (!twice) /* normalising would make them one, and ICU sees the original */
            buf_add_str(text, piece);
    }
}

static void test_same_as_icu(void **state)
{
    (void)state;
    struct buf text = { 0 };
    struct arena *arena = arena_new(1024);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct lexicon *lexicon = lexicon_of(cases[i].expression);
        struct lexicon_scratch *scratch = lexicon_scratch_new(lexicon);
        URegularExpression *icu = icu_of(cases[i].expression);
        uint64_t seed = i;
        int found_count = 0;
        for (int round = 0; round < ROUNDS; round++) {
            random_text(cases[i].pieces, &seed, &text);
            size_t count;
            arena_reset(arena);
            struct hit *hits =
                lexicon_scan(lexicon, scratch, STR_NONE, buf_str(&text), arena, &count);
            bool expected = icu_finds(icu, buf_text(&text));
            if ((count > 0) != expected)
                fail_msg("'%s' %s '%s'", cases[i].expression, expected ? "misses" : "invents",
                         buf_text(&text));
            for (size_t k = 0; k < count; k++)
                if (!icu_matches(icu, hits[k].text))
                    fail_msg("'%s' found '%.*s' in '%s'", cases[i].expression,
                             STR_ARG(hits[k].text), buf_text(&text));
            found_count += count > 0;
        }
        if (found_count == 0 || found_count == ROUNDS) /* such pieces test nothing */
            fail_msg("'%s' is found in %d of %d texts", cases[i].expression, found_count, ROUNDS);
        uregex_close(icu);
        lexicon_scratch_free(scratch);
        lexicon_free(lexicon);
    }
    arena_free(arena);
    buf_free(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_same_as_icu) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
