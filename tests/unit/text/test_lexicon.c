#include "text/lexicon.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "base/buf.h"
#include "base/mem.h"

struct fixture {
    struct lexicon *lexicon;
    struct lexicon_scratch *scratch;
    struct arena *arena;
};

static const struct {
    const char *category, *text;
    int points, floor;
} phrases[] = {
    { "safety", "着火", 40, 80 },     { "safety", "冒烟", 30, 80 },
    { "safety", "漏电", 40, 80 },     { "safety", "安全", 5, 0 },
    { "safety", "怕着火", 10, 0 },    { "safety", "(电池|手机)…4(发烫|鼓包)", 30, 0 },
    { "safety", "on fire", 40, 80 },  { "safety", "caught fire", 40, 80 },
    { "safety", "smoke", 20, 0 },     { "safety", "battery~ … swollen", 30, 0 },
    { "safety", "食品安全", 8, 0 },   { "anger", "没人管", 10, 0 },
    { "anger", "太慢", 8, 0 },        { "anger", "难吃", 8, 0 },
    { "anger", "not working", 8, 0 }, { "anger", "slow", 6, 0 },
    { "anger", "有问题", 6, 0 },      { "anger", "一直(没|不)…(处理|解决)", 12, 0 },
    { "money", "退款", 10, 0 },       { "money", "没有退款", 12, 0 },
    { "money", "refund", 10, 0 },     { "money", "can", 1, 0 },
    { "money", "乱扣费？", 9, 0 },    { "money", "多收…2？", 9, 0 },
};

static const struct {
    enum modifier kind;
    const char *text;
} modifiers[] = {
    { MODIFIER_NEGATION, "没有" },
    { MODIFIER_NEGATION, "没" },
    { MODIFIER_NEGATION, "不" },
    { MODIFIER_NEGATION, "不会" },
    { MODIFIER_NEGATION, "并未" },
    { MODIFIER_NEGATION, "不是" },
    { MODIFIER_NEGATION, "not" },
    { MODIFIER_NEGATION, "never" },
    { MODIFIER_NEGATION, "isn't" },
    { MODIFIER_NEGATION, "no" },
    { MODIFIER_NEGATION_EXCEPTION, "不得不" },
    { MODIFIER_NEGATION_EXCEPTION, "没想到" },
    { MODIFIER_NEGATION_EXCEPTION, "不知道" },
    { MODIFIER_NEGATION_EXCEPTION, "not only" },
    { MODIFIER_QUESTION, "会不会" },
    { MODIFIER_QUESTION, "是不是" },
    { MODIFIER_QUESTION, "是否" },
    { MODIFIER_QUESTION, "如果" },
    { MODIFIER_QUESTION, "吗" },
    { MODIFIER_QUESTION, "怎么办" },
    { MODIFIER_QUESTION, "could it" },
    { MODIFIER_QUESTION, "if" },
    { MODIFIER_INTENSIFIER, "非常" },
    { MODIFIER_INTENSIFIER, "very" },
    { MODIFIER_INTENSIFIER, "死了" },
    { MODIFIER_CONTRAST, "但" },
    { MODIFIER_CONTRAST, "导致" },
    { MODIFIER_CONTRAST, "就" },
    { MODIFIER_CONTRAST, "but" },
    { MODIFIER_CONTRAST, "that" },
    { MODIFIER_PRESUMING, "为什么" },
    { MODIFIER_PRESUMING, "why" },
    { MODIFIER_QUESTION, "？" },
    { MODIFIER_QUESTION, "if it caught" },
    { MODIFIER_QUESTION, "unless … (catches|ignites)" },
};

static const struct {
    const char *category, *text;
} excepts[] = {
    { "safety", "食品安全局" },
    { "safety", "smoke detector" },
};

static struct lexicon_builder *builder_filled(void)
{
    struct lexicon_builder *builder = lexicon_builder_new();
    struct error err;
    for (size_t i = 0; i < sizeof(phrases) / sizeof(phrases[0]); i++) {
        char rule[32];
        snprintf(rule, sizeof(rule), "%s:%zu", phrases[i].category, i);
        struct lexicon_phrase phrase = { .text = str_from(phrases[i].text),
                                         .category = str_from(phrases[i].category),
                                         .lang = STR("zh"),
                                         .rule = str_from(rule),
                                         .points = phrases[i].points,
                                         .floor = phrases[i].floor };
        if (!lexicon_add(builder, &phrase, &err))
            fail_msg("%s", err.text);
    }
    for (size_t i = 0; i < sizeof(modifiers) / sizeof(modifiers[0]); i++)
        if (!lexicon_add_modifier(builder, modifiers[i].kind, STR("zh"),
                                  str_from(modifiers[i].text), &err))
            fail_msg("'%s': %s", modifiers[i].text, err.text);
    for (size_t i = 0; i < sizeof(excepts) / sizeof(excepts[0]); i++) {
        struct lexicon_phrase except = { .use = LEXICON_EXCEPT,
                                         .text = str_from(excepts[i].text),
                                         .category = str_from(excepts[i].category),
                                         .lang = STR("zh") };
        assert_true(lexicon_add(builder, &except, NULL));
    }
    return builder;
}

static int set_up(void **state)
{
    struct fixture *fixture = mem_alloc(sizeof(*fixture));
    struct lexicon_builder *builder = builder_filled();
    struct error err;
    fixture->lexicon = lexicon_build(builder, &err);
    assert_non_null(fixture->lexicon);
    lexicon_builder_free(builder);
    fixture->scratch = lexicon_scratch_new(fixture->lexicon);
    fixture->arena = arena_new(4096);
    *state = fixture;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *fixture = *state;
    lexicon_scratch_free(fixture->scratch);
    lexicon_free(fixture->lexicon);
    arena_free(fixture->arena);
    free(fixture);
    return 0;
}

static struct hit *scan(struct fixture *fixture, struct str subject, struct str body, size_t *count)
{
    arena_reset(fixture->arena);
    return lexicon_scan(fixture->lexicon, fixture->scratch, subject, body, fixture->arena, count);
}

/* Hits as "category mood[!] text" lines: ! is intensified. */
static const char *shown(struct fixture *fixture, const struct hit *hits, size_t count,
                         struct buf *out)
{
    size_t category_count;
    const struct str *categories = lexicon_categories(fixture->lexicon, &category_count);
    buf_clear(out);
    for (size_t i = 0; i < count; i++)
        buf_printf(out, "%s%.*s %s%s %.*s", i > 0 ? "; " : "",
                   STR_ARG(categories[hits[i].category]), hit_mood_name(hits[i].mood),
                   hits[i].intensified ? "!" : "", STR_ARG(hits[i].text));
    return buf_text(out);
}

struct example {
    const char *name, *text, *expected;
};

static void check(struct fixture *fixture, const struct example *examples, size_t count)
{
    struct buf out = { 0 };
    for (size_t i = 0; i < count; i++) {
        size_t hit_count;
        struct hit *hits = scan(fixture, STR_NONE, str_from(examples[i].text), &hit_count);
        const char *found = shown(fixture, hits, hit_count, &out);
        if (strcmp(found, examples[i].expected) != 0)
            fail_msg("%s: '%s' gave '%s', not '%s'", examples[i].name, examples[i].text, found,
                     examples[i].expected);
    }
    buf_free(&out);
}

static void test_finding(void **state)
{
    static const struct example examples[] = {
        { "a phrase is found", "手机着火了", "safety stated 着火" },
        { "traditional text is found, evidence is the original", "電池著火了",
          "safety stated 著火" },
        { "spaced and zero-width spelling is found", "手机着\u200b 火了",
          "safety stated 着\u200b 火" },
        { "full-width English is found", "ＲＥＦＵＮＤ me", "money stated ＲＥＦＵＮＤ" },
        { "two categories are found", "着火，退款", "safety stated 着火; money stated 退款" },
        { "the longest of a category wins", "我怕着火", "safety stated 怕着火" },
        { "a longer literal wins over its part", "没有退款", "money stated 没有退款" },
        { "a name that contains the word does not count", "我要向食品安全局反映", "" },
        { "the word beside the name counts", "食品安全局来了，着火", "safety stated 着火" },
        { "the word itself counts", "食品安全有问题",
          "safety stated 食品安全; anger stated 有问题" },
        { "an English exception", "the smoke detector beeps", "" },
        { "a regular expression", "电池用了两天发烫", "safety stated 电池用了两天发烫" },
        { "its nearest end wins", "电池发烫发烫", "safety stated 电池发烫" },
        { "a regular expression on words", "batteries are badly swollen.",
          "safety stated batteries are badly swollen" },
        { "full-width punctuation in phrases", "你们乱扣费？", "money stated 乱扣费？" },
        { "full-width punctuation in expressions", "怎么多收我钱？", "money stated 多收我钱？" },
        { "nothing", "你好", "" },
        { "empty", "", "" },
    };
    check(*state, examples, sizeof(examples) / sizeof(examples[0]));
}

static void test_words(void **state)
{
    static const struct example examples[] = {
        { "inside a word", "refunded prefund refunds", "" },
        { "next to punctuation", "(refund)", "money stated refund" },
        { "next to Han", "请refund我", "money stated refund" },
        { "next to an accented letter", "refundé érefund", "" },
        { "before an apostrophe s", "the refund's late", "money stated refund" },
        { "before an apostrophe t", "I can't", "" },
        { "curly apostrophe", "I can’t", "" },
        { "non- makes another word", "a non-refund policy", "" },
        { "-free makes another word", "smoke-free", "" },
        { "a hyphen otherwise separates", "refund-policy", "money stated refund" },
        { "across a line end", "the phone was on\r\nfire", "safety stated on\r\nfire" },
    };
    check(*state, examples, sizeof(examples) / sizeof(examples[0]));
}

static void test_negation(void **state)
{
    static const struct example examples[] = {
        { "没有 in front", "没有着火", "safety negated 着火" },
        { "with words between", "没有发生过着火", "safety negated 着火" },
        { "too far", "没有人通知过我们家里着火", "safety stated 着火" },
        { "in the clause before", "没有电，着火了", "safety stated 着火" },
        { "in the line before", "没有电\n着火", "safety stated 着火" },
        { "set apart by a space", "没有电 着火", "safety stated 着火" },
        { "a space directly behind", "没有 着火", "safety negated 着火" },
        { "a short negation binds closely", "不太清楚怎么着火", "safety stated 着火" },
        { "a list is one clause", "没有漏电、着火", "safety negated 漏电; safety negated 着火" },
        { "an exception denies nothing", "不得不退款", "money stated 退款" },
        { "surprise denies nothing", "没想到着火了", "safety stated 着火" },
        { "ignorance denies nothing", "不知道着火原因", "safety stated 着火" },
        { "twice cancels", "不是没有着火", "safety stated 着火" },
        { "a cause in between", "没有检查导致着火", "safety stated 着火" },
        { "what has happened is not denied from afar", "没有检修着火了", "safety stated 着火" },
        { "the future is", "不会再着火了", "safety negated 着火" },
        { "part of a phrase denies nothing else", "没人管着火",
          "anger stated 没人管; safety stated 着火" },
        { "a longer phrase takes the word along", "没有退款着火",
          "money stated 没有退款; safety stated 着火" },
        { "praise by negation", "不难吃", "anger negated 难吃" },
        { "in the gap of an expression", "手机并没有发烫", "safety negated 手机并没有发烫" },
        { "spelt out in the expression", "一直没有处理", "anger stated 一直没有处理" },
        { "English", "it is not on fire", "safety negated on fire" },
        { "English with words between", "it never actually caught fire",
          "safety negated caught fire" },
        { "English contraction", "It isn’t on fire", "safety negated on fire" },
        { "English too far", "not a day goes by without it being on fire",
          "safety stated on fire" },
        { "English contrast", "not warm but on fire", "safety stated on fire" },
        { "English clause", "I am not happy that it caught fire", "safety stated caught fire" },
        { "English sentence", "It does not. On fire again", "safety stated On fire" },
        { "English exception", "not only on fire", "safety stated on fire" },
        { "a negation that overlaps", "没有问题", "anger negated 有问题" },
        { "a negation inside a phrase", "it is not working", "anger stated not working" },
        { "a negation is a word", "knot on fire", "safety stated on fire" },
    };
    check(*state, examples, sizeof(examples) / sizeof(examples[0]));
}

static void test_questions(void **state)
{
    static const struct example examples[] = {
        { "会不会 asks", "会不会着火", "safety question 着火" },
        { "and is not the negation 不会", "会不会着火？", "safety question 着火" },
        { "if it were", "如果着火怎么办", "safety question 着火" },
        { "吗 asks", "着火吗？", "safety question 着火" },
        { "吗 asks even about the past", "着火了吗？", "safety question 着火" },
        { "what to do about what has happened", "着火了怎么办？", "safety stated 着火" },
        { "what to do about what might", "着火怎么办？", "safety question 着火" },
        { "a mark alone never lowers danger", "着火？", "safety stated 着火" },
        { "why takes it as given", "为什么着火了没人管？",
          "safety stated 着火; anger stated 没人管" },
        { "why takes it as given without 了", "为什么太慢？", "anger stated 太慢" },
        { "a mark lowers an ordinary phrase", "可以退款？", "money question 退款" },
        { "two marks are a cry", "退款？？", "money stated 退款" },
        { "so is ?!", "退款？！", "money stated 退款" },
        { "the question of another clause", "着火了，你们不管吗？", "safety stated 着火" },
        { "a condition that ends in a threat", "如果不来就退款", "money stated 退款" },
        { "a condition that overlaps", "if it caught fire", "safety question caught fire" },
        { "a condition with a gap", "unless the phone catches, it will be on fire soon",
          "safety stated on fire" },
        { "a condition with a gap that reaches", "unless the phone ignites and is on fire",
          "safety question on fire" },
        { "in a gap", "手机会不会发烫", "safety question 手机会不会发烫" },
        { "English", "could it catch? could it be on fire", "safety question on fire" },
        { "English why", "why so slow?", "anger stated slow" },
        { "English mark", "any refund?", "money question refund" },
    };
    check(*state, examples, sizeof(examples) / sizeof(examples[0]));
}

static void test_intensity(void **state)
{
    static const struct example examples[] = {
        { "in front", "非常难吃", "anger stated! 难吃" },
        { "behind", "难吃死了", "anger stated! 难吃" },
        { "English", "very slow", "anger stated! slow" },
        { "not from afar", "非常感谢你们送来的难吃", "anger stated 难吃" },
        { "not from another clause", "非常好，难吃", "anger stated 难吃" },
    };
    check(*state, examples, sizeof(examples) / sizeof(examples[0]));
}

static void test_fields(void **state)
{
    struct fixture *fixture = *state;
    size_t count;
    struct hit *hits = scan(fixture, STR("退款 着"), STR("火，着火"), &count);
    assert_int_equal(count, 2);
    assert_int_equal(hits[0].field, HIT_SUBJECT);
    assert_int_equal(hits[0].from, 0);
    assert_int_equal(hits[0].to, 6);
    assert_int_equal(hits[1].field, HIT_BODY);
    assert_int_equal(hits[1].from, 6);
    assert_int_equal(hits[1].to, 12);
    assert_true(str_is(hits[1].rule, "safety:0"));
    assert_int_equal(hits[1].points, 40);
    assert_int_equal(hits[1].floor, 80);
    scan(fixture, STR("没有"), STR("着火"), &count);
    assert_int_equal(count, 1);
    hits = scan(fixture, STR("着火"), STR_NONE, &count);
    assert_int_equal(count, 1);
    assert_int_equal(hits[0].field, HIT_SUBJECT);
}

static void test_bounds(void **state)
{
    struct fixture *fixture = *state;
    struct buf text = { 0 };
    size_t count;
    while (text.size < 512 * 1024)
        buf_add_str(&text, STR("慢 太慢 不着火电池发烫发烫 "));
    scan(fixture, STR_NONE, buf_str(&text), &count);
    assert_int_equal(count, 3 * LEXICON_KEPT); /* anger, safety with a floor and without */
    /* A danger at the very end is not lost behind what is less. */
    buf_clear(&text);
    while (text.size < 512 * 1024)
        buf_add_str(&text, STR("安全、"));
    buf_add_str(&text, STR("着火"));
    struct hit *hits = scan(fixture, STR_NONE, buf_str(&text), &count);
    assert_int_equal(count, LEXICON_KEPT + 1);
    assert_int_equal(hits[LEXICON_KEPT].floor, 80);
    buf_free(&text);
}

static bool on_boundary(struct str text, size_t at)
{
    return at == text.size || ((unsigned char)text.data[at] & 0xc0) != 0x80;
}

/* Whatever is strewn between words: evidence begins and ends on characters and hits are in order.
 */
static void test_random(void **state)
{
    static const char *const pieces[] = { "着",         "火",      "\u200b", " ",    "没有",
                                          "？",         "on fire", "ｆ",     "not ", "e\u0301",
                                          "\U0001F525", "\n",      "电池",   "发烫", "𝐨𝐧",
                                          "著",         "\ufdfa",  "吗",     "，",   "会不会",
                                          "refund" };
    struct fixture *fixture = *state;
    uint64_t seed = 11;
    struct buf text = { 0 };
    size_t total = 0;
    for (int round = 0; round < 5000; round++) {
        buf_clear(&text);
        for (int i = 0; i < 24; i++) {
            seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
            buf_add_str(&text,
                        str_from(pieces[(seed >> 33) % (sizeof(pieces) / sizeof(pieces[0]))]));
        }
        struct str fields[] = { utf8_prefix(buf_str(&text), 20), STR_NONE };
        fields[HIT_BODY] = (struct str){ text.data + fields[0].size, text.size - fields[0].size };
        size_t count;
        struct hit *hits = scan(fixture, fields[0], fields[1], &count);
        for (size_t i = 0; i < count; i++) {
            struct str field = fields[hits[i].field];
            assert_true(hits[i].from < hits[i].to && hits[i].to <= field.size);
            assert_true(on_boundary(field, hits[i].from) && on_boundary(field, hits[i].to));
            bool same = i > 0 && hits[i].field == hits[i - 1].field;
            assert_true(!same || hits[i].from >= hits[i - 1].from);
            assert_true(i == 0 || hits[i].field >= hits[i - 1].field);
        }
        total += count;
    }
    assert_true(total > 5000);
    buf_free(&text);
}

static void test_naughty(void **state)
{
    static const char *const texts[] = {
        "\u202e\u2066着火\u2069",
        "'; DROP TABLE tickets; --",
        "<script>alert(1)</script>",
        "%s%n%x",
        "\u0300\u0301\u0302",
        "Ｔｈｅ",
        "\U000e0001",
        "A\u030a\u0323",
        "ﷺﷺﷺ",
        "\xf4\x8f\xbf\xbf",
        "\u180e\u2028\u2029",
        "no no not not no",
        "不不不没没没有有",
        "？？？？",
        "\\E\\Q(?:",
        "................",
        "吗吗吗吗",
    };
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        size_t count;
        scan(*state, str_from(texts[i]), str_from(texts[i]), &count);
        assert_true(count <= 2);
    }
}

/* Word classes, gaps, orders, forms: a lexicon of its own. */
static struct lexicon *lexicon_of_classes(void)
{
    static const struct {
        const char *lang, *name;
        const char *members[8];
    } classes[] = {
        { "en", "device", { "phone~", "power bank~", "{vehicle}" } },
        { "en", "vehicle", { "car~", "(delivery|) van~" } },
        { "en", "burns", { "catch~ fire", "ignite~", "smoulder~" } },
        { "en", "child", { "child~", "daughter~" } },
        { "en", "swallow", { "swallow~", "choke~ on" } },
        { "zh", "battery", { "电池", "尿袋", "充电宝" } },
        { "zh", "swells", { "鼓包", "鼓起来" } },
        { "zh", "people", { "孩子", "我妈" } },
        { "zh", "count", { "#", "几", "十几" } },
    };
    static const struct {
        enum lexicon_use use;
        const char *lang, *text;
    } lines[] = {
        { LEXICON_PHRASE, "en", "{device} … {burns}" },
        { LEXICON_PHRASE, "en", "{child} & {swallow}" },
        { LEXICON_PHRASE, "en", "shelf~ … come~ down on" },
        { LEXICON_PHRASE, "en", "#70-99 (year~|years) old" },
        { LEXICON_PHRASE, "en", "explosion" },
        { LEXICON_PHRASE, "en", "on fire" },
        { LEXICON_PHRASE, "en", "don't breathe" },
        { LEXICON_PHRASE, "en", "leak~ … (no, really|honestly) … cellar" },
        { LEXICON_PHRASE, "en", "bread ' butter" },
        { LEXICON_PHRASE, "en", "bread butter" },
        { LEXICON_PHRASE, "zh", "{battery}…{swells}" },
        { LEXICON_PHRASE, "zh", "从…6摔下" },
        { LEXICON_PHRASE, "zh", "{people} & 送医院" },
        { LEXICON_PHRASE, "zh", "{count}(个|)人受伤" },
        { LEXICON_PHRASE, "zh", "打死" },
        { LEXICON_PHRASE, "zh", "大(火|水)" },
        { LEXICON_FIGURE, "en", "(site|queue) … on fire with" },
        { LEXICON_TERM, "zh", "《打死不离》" },
    };
    struct lexicon_builder *builder = lexicon_builder_new();
    struct error err;
    for (size_t i = 0; i < sizeof(classes) / sizeof(classes[0]); i++) {
        struct str members[8];
        size_t count = 0;
        for (; count < 8 && classes[i].members[count]; count++)
            members[count] = str_from(classes[i].members[count]);
        assert_true(lexicon_add_class(builder, str_from(classes[i].lang), str_from(classes[i].name),
                                      members, count, &err));
    }
    lexicon_add_spelling(builder, STR("en"), STR("fone"), STR("phone"));
    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
        struct lexicon_phrase line = { .use = lines[i].use,
                                       .text = str_from(lines[i].text),
                                       .category = STR("safety"),
                                       .concept = STR("fire"),
                                       .lang = str_from(lines[i].lang),
                                       .rule = STR("x:1"),
                                       .points = 40,
                                       .floor = 80 };
        if (!lexicon_add(builder, &line, &err))
            fail_msg("'%s': %s", lines[i].text, err.text);
    }
    lexicon_add_word(builder, STR("死活"));
    lexicon_add_word(builder, STR("火炬"));
    assert_true(lexicon_add_modifier(builder, MODIFIER_NEGATION, STR("zh"), STR("没有"), &err));
    assert_true(lexicon_add_modifier(builder, MODIFIER_NEGATION, STR("en"), STR("not"), &err));
    struct lexicon *lexicon = lexicon_build(builder, &err);
    assert_non_null(lexicon);
    lexicon_builder_free(builder);
    return lexicon;
}

/* Light words are taken as they come; a side of a pair is asked when it was, as a danger is. */
static void test_a_side_of_a_pair_must_be_of_now(void **state)
{
    (void)state;
    for (int paired = 0; paired < 2; paired++) {
        struct lexicon_builder *builder = lexicon_builder_new();
        struct error err = { "" };
        struct lexicon_phrase line = { .text = STR("no heating"),
                                       .category = STR("care"),
                                       .lang = STR("en"),
                                       .rule = STR("x:1"),
                                       .points = 5,
                                       .paired = paired };
        assert_true(lexicon_add(builder, &line, &err));
        assert_true(
            lexicon_add_modifier(builder, MODIFIER_PAST, STR("en"), STR("years ago"), &err));
        struct lexicon *lexicon = lexicon_build(builder, &err);
        struct lexicon_scratch *scratch = lexicon_scratch_new(lexicon);
        struct arena *arena = arena_new(4096);
        size_t count;
        struct hit *hits = lexicon_scan(lexicon, scratch, STR_NONE,
                                        STR("We had no heating years ago."), arena, &count);
        assert_int_equal(count, 1);
        assert_int_equal(hits[0].mood, paired ? HIT_PAST : HIT_STATED);
        arena_free(arena);
        lexicon_scratch_free(scratch);
        lexicon_free(lexicon);
        lexicon_builder_free(builder);
    }
}

/* The longest hides the others, but what has a floor only as one of a pair neither hides nor is
 * hidden; of one concept the longest is enough. Without points only pairs ask for it. */
static void test_sides_of_pairs_are_heard_beside_others(void **state)
{
    (void)state;
    static const struct {
        const char *text, *concept;
        int floor;
        bool paired;
    } lines[] = { { "no heating", "cold", 60, false },      { "heating", "need", 0, true },
                  { "no heating at all", "long", 0, true }, { "heating at all", "need", 0, true },
                  { "heating at", "light", 0, false },      { "ever", "mute", 0, true } };
    struct lexicon_builder *builder = lexicon_builder_new();
    struct error err = { "" };
    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
        struct lexicon_phrase line = { .text = str_from(lines[i].text),
                                       .category = STR("care"),
                                       .concept = str_from(lines[i].concept),
                                       .lang = STR("en"),
                                       .rule = STR("x:1"),
                                       .points = strcmp(lines[i].concept, "mute") == 0 ? 0 : 5,
                                       .floor = lines[i].floor,
                                       .paired = lines[i].paired };
        assert_true(lexicon_add(builder, &line, &err));
    }
    struct lexicon *lexicon = lexicon_build(builder, &err);
    struct lexicon_scratch *scratch = lexicon_scratch_new(lexicon);
    struct arena *arena = arena_new(4096);
    size_t count, concept_count;
    const struct lexicon_concept *concepts = lexicon_concepts(lexicon, &concept_count);
    struct hit *hits =
        lexicon_scan(lexicon, scratch, STR_NONE, STR("no heating at all, ever"), arena, &count);
    struct buf heard = { 0 };
    for (size_t i = 0; i < count; i++)
        buf_printf(&heard, "%s%.*s '%.*s'%s", i ? ", " : "",
                   STR_ARG(concepts[hits[i].concept].name), STR_ARG(hits[i].text),
                   hits[i].beside ? " beside" : "");
    assert_string_equal(buf_text(&heard), "long 'no heating at all' beside, cold 'no heating', "
                                          "need 'heating at all' beside, mute 'ever' beside");
    buf_free(&heard);
    arena_free(arena);
    lexicon_scratch_free(scratch);
    lexicon_free(lexicon);
    lexicon_builder_free(builder);
}

static void test_classes(void **state)
{
    (void)state;
    static const struct example examples[] = {
        { "a class and a class", "My phones caught fire.", "safety stated phones caught fire" },
        { "three words between", "the phone in my bag ignited",
          "safety stated phone in my bag ignited" },
        { "four are too many", "the phone in my old bag ignited", "" },
        { "not over the end of a clause", "my phone, it caught fire", "" },
        { "over one that stands within a word of the phrase", "it leaks no, really into the cellar",
          "safety stated leaks no, really into the cellar" },
        { "but over no other", "it leaks, honestly into the cellar", "" },
        { "not the other way", "it caught fire, so did; ignited phone", "" },
        { "a class within a class", "a delivery van was smouldering",
          "safety stated delivery van was smouldering" },
        { "with an optional word left out", "the van ignites", "safety stated van ignites" },
        { "either order", "choked on it, my daughter", "" },
        { "the first order", "My daughter has choked on a bead",
          "safety stated daughter has choked on" },
        { "the second order", "swallowed by our child", "safety stated swallowed by our child" },
        { "irregular forms", "two children swallowed it", "safety stated children swallowed" },
        { "forms in a phrase", "the shelves just came down on me",
          "safety stated shelves just came down on" },
        { "a number in its range", "she is 82 years old", "safety stated 82 years old" },
        { "beside it", "she is 12 years old", "" },
        { "a number goes on", "she is 1822 years old", "" },
        { "a hyphen between", "an 82-year-old", "safety stated 82-year-old" },
        { "a double letter left out", "it egnited, then an explosion", "safety stated explosion" },
        { "a listed misspelling", "my fone catches fire", "safety stated fone catches fire" },
        { "an apostrophe left out", "please dont breathe it", "safety stated dont breathe" },
        { "one that stood alone", "bread butter", "safety stated bread butter" },
        { "denied in the gap", "the phone did not catch fire",
          "safety negated phone did not catch fire" },
        { "denied in front", "not a phone ignited", "safety negated phone ignited" },
        { "a figure of speech", "your site is on fire with complaints", "safety figure on fire" },
        { "and the real thing", "your site is on fire", "safety stated on fire" },
        { "Han between", "电池用了两天鼓包", "safety stated 电池用了两天鼓包" },
        { "six Han at most", "电池用了两三天就全鼓包", "" },
        { "side by side", "充电宝鼓起来", "safety stated 充电宝鼓起来" },
        { "the nearest words complete it", "电池电池鼓包鼓包", "safety stated 电池电池鼓包" },
        { "a wide gap", "从超市三楼的扶梯上摔下", "safety stated 从超市三楼的扶梯上摔下" },
        { "denied in Chinese", "电池并没有鼓包", "safety negated 电池并没有鼓包" },
        { "traditional", "電池鼓包", "safety stated 電池鼓包" },
        { "either order in Chinese", "送医院的是我妈", "safety stated 送医院的是我妈" },
        { "a number or a word", "有12人受伤", "safety stated 12人受伤" },
        { "the word", "十几个人受伤", "safety stated 十几个人受伤" },
        { "a word is not cut", "拨打死活不通", "" },
        { "nor by what is completed", "差距太大火炬熄了", "" },
        { "which counts elsewhere", "太大火了", "safety stated 大火" },
        { "elsewhere it counts", "要打死我", "safety stated 打死" },
        { "a title", "看了《打死不离》", "safety term 打死" },
    };
    struct fixture fixture = { .lexicon = lexicon_of_classes(), .arena = arena_new(4096) };
    fixture.scratch = lexicon_scratch_new(fixture.lexicon);
    check(&fixture, examples, sizeof(examples) / sizeof(examples[0]));
    size_t count;
    const struct lexicon_concept *concepts = lexicon_concepts(fixture.lexicon, &count);
    assert_int_equal(count, 1);
    assert_true(str_is(concepts[0].name, "fire"));
    assert_int_equal(concepts[0].floor, 80);
    lexicon_scratch_free(fixture.scratch);
    lexicon_free(fixture.lexicon);
    arena_free(fixture.arena);
}

static void test_refusals(void **state)
{
    (void)state;
    static const struct {
        const char *text, *expected;
    } cases[] = {
        { "", "it is empty" },
        { " \u200b", "'\u200b' is empty once normalised" },
        { "{fire}", "there is no class 'fire' of the language 'zh'" },
        { "{fire", "a '{' without a '}'" },
        { "a}", "a '}' that nothing opened" },
        { "(a|b", "a '(' without a ')'" },
        { "a) b", "a ')' that nothing opened" },
        { "a|b", "a '|' that nothing opened" },
        { "()", "'()' is empty" },
        { "… a", "'…' stands between words" },
        { "a …", "'…' stands between words" },
        { "a … & b", "'&' stands once, between two parts" },
        { "& a", "'&' stands once, between two parts" },
        { "a & b & c", "'&' stands once, between two parts" },
        { "a &", "'&' stands between words" },
        { "a …0 b", "a gap has 1 to 12 words" },
        { "a …13 b", "a gap has 1 to 12 words" },
        { "#9-1 a", "a range of numbers is written #70-99" },
        { "#", "it needs a word that is always there" },
        { "(a|) (b|)", "it needs a word that is always there" },
        { "电~", "'~' stands behind an English word: '电~'" },
        { "(a … b|c)", "'a … b': a class has words, without '…' and '&', or a lone '#'" },
        { "a{b}c{d}", "there is no class 'b' of the language 'zh'" },
        { "(a) (a) (a) (a) (a) (a) (a) (a) (a) (a) (a) (a) (a) (a) (a) (a) (a)",
          "it has more than 16 parts" },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct lexicon_builder *builder = lexicon_builder_new();
        struct lexicon_phrase phrase = { .text = str_from(cases[i].text),
                                         .category = STR("x"),
                                         .lang = STR("zh"),
                                         .rule = STR("zh/x:1"),
                                         .points = 1 };
        struct error err = { "" };
        assert_false(lexicon_add(builder, &phrase, &err));
        if (strcmp(err.text, cases[i].expected) != 0)
            fail_msg("'%s' gave '%s'", cases[i].text, err.text);
        lexicon_builder_free(builder);
    }
}

static void test_modifier_refusals(void **state)
{
    (void)state;
    static const struct {
        const char *text, *expected;
    } cases[] = {
        { "{fire} says", "there is no class 'fire' of the language 'zh'" },
        { "(a|b says", "a '(' without a ')'" },
        { "a …", "'…' stands between words" },
        { "电~", "'~' stands behind an English word: '电~'" },
        { "#1990-1999", "it needs a word that is always there" },
    };
    struct lexicon_builder *builder = lexicon_builder_new();
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct error err = { "" };
        assert_false(
            lexicon_add_modifier(builder, MODIFIER_PAST, STR("zh"), str_from(cases[i].text), &err));
        assert_string_equal(err.text, cases[i].expected);
    }
    lexicon_builder_free(builder);
}

static void test_class_refusals(void **state)
{
    (void)state;
    static const struct {
        const char *member, *expected;
    } cases[] = {
        { "{a}", "the class 'a' names itself" },
        { "{b}", "the class 'a' names itself" },
        { "{c}", "there is no class 'c' of the language 'en'" },
        { "\u200b", "'\u200b' is empty once normalised" },
        { "x … y", "'x … y': a class has words, without '…' and '&', or a lone '#'" },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct lexicon_builder *builder = lexicon_builder_new();
        struct str members[] = { STR("word"), str_from(cases[i].member) }, back = STR("{a}");
        struct error err = { "" };
        assert_true(lexicon_add_class(builder, STR("en"), STR("a"), members, 2, &err));
        assert_true(lexicon_add_class(builder, STR("en"), STR("b"), &back, 1, &err));
        assert_false(lexicon_add_class(builder, STR("en"), STR("b"), &back, 1, &err));
        assert_string_equal(err.text, "there are two classes 'b'");
        assert_false(lexicon_check_class(builder, STR("en"), STR("a"), &err));
        if (strcmp(err.text, cases[i].expected) != 0)
            fail_msg("'%s' gave '%s'", cases[i].member, err.text);
        lexicon_builder_free(builder);
    }
}

static void test_empty(void **state)
{
    (void)state;
    struct lexicon_builder *builder = lexicon_builder_new();
    struct error err;
    struct lexicon *lexicon = lexicon_build(builder, &err);
    assert_non_null(lexicon); /* empty, and usable */
    struct lexicon_scratch *scratch = lexicon_scratch_new(lexicon);
    struct arena *arena = arena_new(64);
    size_t count;
    assert_null(lexicon_scan(lexicon, scratch, STR("a"), STR("b"), arena, &count));
    assert_int_equal(count, 0);
    arena_free(arena);
    lexicon_scratch_free(scratch);
    lexicon_free(lexicon);
    lexicon_builder_free(builder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_finding),
        cmocka_unit_test(test_words),
        cmocka_unit_test(test_negation),
        cmocka_unit_test(test_questions),
        cmocka_unit_test(test_intensity),
        cmocka_unit_test(test_fields),
        cmocka_unit_test(test_bounds),
        cmocka_unit_test(test_random),
        cmocka_unit_test(test_naughty),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_modifier_refusals),
        cmocka_unit_test(test_class_refusals),
        cmocka_unit_test(test_a_side_of_a_pair_must_be_of_now),
        cmocka_unit_test(test_sides_of_pairs_are_heard_beside_others),
        cmocka_unit_test(test_classes),
        cmocka_unit_test(test_empty),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
