#include "learn/features.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"

struct world {
    struct fold *fold;
    struct features *features;
};

static int set_up(void **state)
{
    static struct world world;
    struct error err;
    world.fold = fold_new(&err);
    world.features = features_new();
    *state = &world;
    return world.fold ? 0 : -1;
}

static int tear_down(void **state)
{
    struct world *world = *state;
    features_free(world->features);
    fold_free(world->fold);
    return 0;
}

/* "扣|费|扣费*2": the words of every feature, where there are several of one how many. */
static const char *shown(struct world *world, const struct learn_input *input, struct buf *out)
{
    size_t count = 0;
    const struct feature *features = features_take(world->features, world->fold, input, &count);
    buf_clear(out);
    for (size_t i = 0; i < count; i++) {
        struct str words = feature_words(world->features, &features[i]);
        buf_printf(out, "%s%.*s", i ? "|" : "", STR_ARG(words));
        if (features[i].count > 1)
            buf_printf(out, "*%d", features[i].count);
    }
    return buf_text(out);
}

static void test_texts(void **state)
{
    static const struct {
        const char *what, *subject, *body, *features;
    } rows[] = {
        { "Han characters and pairs", NULL, "重复扣费", "重|复|重复|扣|复扣|费|扣费" },
        { "words and pairs", NULL, "Wrong bill again", "Wrong|bill|Wrong bill|again|bill again" },
        { "what is repeated is counted", NULL, "no no no", "no*3|no no*2" },
        { "pairs end with the sentence", NULL, "one two. three", "one|two|one two|three" },
        { "a comma between words does not end it", NULL, "one, two", "one|two|one, two" },
        { "a comma between characters does", NULL, "扣，费", "扣|费" },
        { "all numbers are one word", NULL, "4711 13800138000", "4711*2|4711 13800138000" },
        { "a number in a word is part of it", NULL, "x2", "x2" },
        { "traditional and full width are the same", "扣費ＡＢ", "扣费ab",
          "扣*2|費*2|扣費*2|ＡＢ*2" },
        { "case is folded", NULL, "Refund REFUND", "Refund*2|Refund REFUND" },
        { "apostrophes belong to words", NULL, "don't", "don't" },
        { "other scripts are words", NULL, "Привет мир", "Привет|мир|Привет мир" },
        { "no pair across scripts", NULL, "app坏", "app|坏" },
        { "nothing at all", NULL, NULL, "" },
        { "only signs", NULL, "!!! ... —", "" },
    };
    struct buf out = { 0 };
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        const struct learn_input input = { .subject = str_from(rows[i].subject),
                                           .body = str_from(rows[i].body) };
        const char *found = shown(*state, &input, &out);
        if (strcmp(found, rows[i].features) != 0)
            fail_msg("%s: %s, not %s", rows[i].what, found, rows[i].features);
    }
    buf_free(&out);
}

static void test_names_count_beside_the_text(void **state)
{
    static const struct str signals[] = { STR("text.money"), STR("text.anger"),
                                          STR("customer.tier") };
    const struct learn_input input = {
        .signals = signals, .signal_count = 3, .category = STR("billing"), .body = STR("bill")
    };
    struct buf out = { 0 };
    /* The strongest is a feature of its own; what is not heard in the text is none. */
    assert_string_equal(shown(*state, &input, &out),
                        "text.money|text.money|text.anger|billing*4|bill");
    buf_free(&out);
}

static void test_a_huge_text_is_bounded(void **state)
{
    struct world *world = *state;
    struct buf body = { 0 };
    size_t count = 0;
    for (unsigned i = 0; i < 100000; i++)
        buf_printf(&body, "w%ux ", i);
    const struct learn_input input = { .body = buf_str(&body) };
    features_take(world->features, world->fold, &input, &count);
    assert_in_range(count, 500, LEARN_FEATURES_MAX);
    /* The next ticket finds nothing of it. */
    const struct learn_input next = { .body = STR("one") };
    features_take(world->features, world->fold, &next, &count);
    assert_int_equal(count, 1);
    buf_free(&body);
}

static void test_the_fingerprint_is_the_same_each_time(void **state)
{
    struct world *world = *state;
    char one[13], two[13];
    features_fingerprint(world->fold, one);
    features_fingerprint(world->fold, two);
    assert_string_equal(one, two);
    assert_int_equal(strlen(one), 12);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_texts),
        cmocka_unit_test(test_names_count_beside_the_text),
        cmocka_unit_test(test_a_huge_text_is_bounded),
        cmocka_unit_test(test_the_fingerprint_is_the_same_each_time),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
