#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/arena.h"
#include "base/buf.h"
#include "score/score.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const char *const categories[] = { "anger", "money", "praise", "privacy", "safety" };

/* Only the names of its categories matter: hits are made by hand. */
static struct lexicon *make_lexicon(void)
{
    struct lexicon_builder *builder = lexicon_builder_new();
    struct error err = { "" };
    for (size_t i = 0; i < COUNT(categories); i++) {
        struct lexicon_phrase phrase = { .text = str_from(categories[i]),
                                         .category = str_from(categories[i]),
                                         .lang = STR("en"),
                                         .rule = STR("en/test:1"),
                                         .points = 1 };
        if (!lexicon_add(builder, &phrase, &err))
            fail_msg("%s", err.text);
    }
    struct lexicon *lexicon = lexicon_build(builder, &err);
    if (!lexicon)
        fail_msg("%s", err.text);
    lexicon_builder_free(builder);
    return lexicon;
}

#define LIST(rows)                                                                                 \
    {                                                                                              \
        rows, COUNT(rows)                                                                          \
    }

/* The settings of product.md. */
static void make_config(struct config *config)
{
    static const struct config_points needs[] = { { .name = STR("basic"), .points = 15 },
                                                  { .name = STR("expected"), .points = 8 },
                                                  { .name = STR("exciting"), .points = 2 } },
                                      of_category[] = { { .name = STR("power"), .points = 0 },
                                                        { .name = STR("parcel"), .points = 1 },
                                                        { .name = STR("colour"), .points = 2 } },
                                      tiers[] = { { .name = STR("gold"), .points = 8 },
                                                  { .name = STR("silver"), .points = 4 } },
                                      lifecycles[] = { { .name = STR("renewal"), .points = 4 },
                                                       { .name = STR("at_risk"), .points = 6 } },
                                      channels[] = { { .name = STR("regulator"), .points = 10 },
                                                     { .name = STR("social"), .points = 6 } };
    *config = (struct config){
        .score = { .caps = { [FAMILY_TEXT] = 59,
                             [FAMILY_NEED] = 15,
                             [FAMILY_CUSTOMER] = 15,
                             [FAMILY_HISTORY] = 25,
                             [FAMILY_STATED] = 10 },
                   .bands = { 80, 60, 35, 0 },
                   .diminish = 50,
                   .question = 25,
                   .intensify = 125,
                   .needs = LIST(needs),
                   .categories = LIST(of_category),
                   .tiers = LIST(tiers),
                   .lifecycles = LIST(lifecycles),
                   .channels = LIST(channels),
                   .value_from = 50,
                   .value_points = 6,
                   .vulnerable_points = 10,
                   .contact_points = 3,
                   .reopen_points = 8,
                   .return_points = 4,
                   .rating_points = 6,
                   .overdue_points = 5,
                   .praise_points = 10,
                   .unheard_points = 3,
                   .priority_points = { 0, 8, 4, 0, 0 } },
    };
}

enum { HITS_MAX = 64 };

struct scene {
    struct config config;
    struct arena *arena;
    struct event event;
    struct customer customer;
    struct history history;
    struct hit hits[HITS_MAX];
    size_t hit_count;
};

static void scene_clear(struct scene *scene)
{
    scene->event = (struct event){ 0 };
    scene->customer = (struct customer){ .value = -1, .vulnerable = -1 };
    scene->history = (struct history){ 0 };
    scene->hit_count = 0;
    arena_reset(scene->arena);
}

static int setup(void **state)
{
    struct scene *scene = calloc(1, sizeof(*scene));
    make_config(&scene->config);
    scene->config.lexicon = make_lexicon();
    scene->arena = arena_new(4096);
    scene_clear(scene);
    *state = scene;
    return 0;
}

static int teardown(void **state)
{
    struct scene *scene = *state;
    lexicon_free((struct lexicon *)scene->config.lexicon);
    arena_free(scene->arena);
    free(scene);
    return 0;
}

static struct hit *add_hit(struct scene *scene, const char *category, int points)
{
    struct hit *hit = &scene->hits[scene->hit_count];
    uint16_t index = 0;
    while (index < COUNT(categories) && strcmp(categories[index], category) != 0)
        index++;
    assert_true(index < COUNT(categories));
    *hit = (struct hit){ .category = index,
                         .concept = index, /* each category has one, without a name */
                         .field = HIT_BODY,
                         .points = points,
                         .text = arena_printf(scene->arena, "words %zu", scene->hit_count),
                         .rule = arena_printf(scene->arena, "en/test:%zu", scene->hit_count) };
    scene->hit_count++;
    return hit;
}

static const char *value_of(const char *word, const char *key)
{
    size_t size = strlen(key);
    return strncmp(word, key, size) == 0 && word[size] == '=' ? word + size + 1 : NULL;
}

static enum hit_mood mood_from(const char *name)
{
    int mood = 0;
    while (mood < HIT_MOOD_COUNT && strcmp(name, hit_mood_name((enum hit_mood)mood)) != 0)
        mood++;
    if (mood == HIT_MOOD_COUNT)
        fail_msg("what mood is %s?", name);
    return (enum hit_mood)mood;
}

static void read_hit(struct scene *scene, char **rest)
{
    const char *category = strtok_r(NULL, " ", rest), *points = strtok_r(NULL, " ", rest);
    struct hit *hit = add_hit(scene, category, atoi(points));
    for (const char *word; (word = strtok_r(NULL, " ", rest));) {
        if (value_of(word, "floor"))
            hit->floor = atoi(value_of(word, "floor"));
        else if (value_of(word, "rule"))
            hit->rule = str_from(value_of(word, "rule"));
        else if (value_of(word, "text"))
            hit->text = str_from(value_of(word, "text"));
        else if (value_of(word, "mood"))
            hit->mood = mood_from(value_of(word, "mood"));
        else if (strcmp(word, "intensified") == 0)
            hit->intensified = true;
        else
            fail_msg("what is %s?", word);
    }
}

static void read_words(struct scene *scene, char **rest)
{
    for (char *word; (word = strtok_r(NULL, " ", rest));) {
        const char *value;
        if ((value = value_of(word, "tier")))
            scene->customer.tier = str_from(value);
        else if ((value = value_of(word, "lifecycle")))
            scene->customer.lifecycle = str_from(value);
        else if ((value = value_of(word, "value")))
            scene->customer.value = atoi(value);
        else if (strcmp(word, "vulnerable") == 0)
            scene->customer.vulnerable = 1;
        else if ((value = value_of(word, "category")))
            scene->event.category = str_from(value);
        else if ((value = value_of(word, "body")))
            scene->event.body = str_from(value);
        else if ((value = value_of(word, "channel")))
            scene->event.channel = str_from(value);
        else if ((value = value_of(word, "priority")))
            scene->event.priority = atoi(value);
        else if ((value = value_of(word, "contacts")))
            scene->history.contacts = atoi(value);
        else if ((value = value_of(word, "reopens")))
            scene->history.reopens = atoi(value);
        else if ((value = value_of(word, "returns")))
            scene->history.returns = atoi(value);
        else if ((value = value_of(word, "ratings")))
            scene->history.ratings = atoi(value);
        else if ((value = value_of(word, "clocks")))
            scene->history.clocks = !strcmp(value, "broken") ? HISTORY_OVERDUE : HISTORY_WARNED;
        else
            fail_msg("what is %s?", word);
    }
}

static void judge(struct scene *scene, struct score *score)
{
    score_event(&scene->config, &scene->event, scene->hits, scene->hit_count, &scene->customer,
                scene->event.category, &scene->history, scene->arena, score);
}

static void tell(const struct score *score, struct buf *out)
{
    buf_printf(out, "%d P%d", score->points, score->band + 1);
    for (size_t i = 0; i < score->signal_count; i++)
        buf_printf(out, " %s%.*s=%d", score->signals[i].negated ? "!" : "",
                   STR_ARG(score->signals[i].name), score->signals[i].points);
}

static void sums(void **state)
{
    struct scene *scene = *state;
    FILE *file = fopen(SOURCE_DIR "/tests/cases/score/sums.txt", "r");
    assert_non_null(file);
    char line[256], name[256] = "";
    int number = 0, cases = 0, wrong = 0;
    struct buf words = { 0 }; /* lines of the case, which strings point into */
    buf_reserve(&words, 4096);
    while (fgets(line, sizeof(line), file)) {
        number++;
        line[strcspn(line, "\n")] = '\0';
        if (*line == '#' || *line == '\0')
            continue;
        if (strncmp(line, "case ", 5) == 0) {
            strcpy(name, line + 5);
            continue;
        }
        if (strncmp(line, "score ", 6) == 0) {
            struct score score;
            struct buf got = { 0 };
            judge(scene, &score);
            tell(&score, &got);
            if (strcmp(buf_text(&got), line + 6) != 0) {
                print_error("sums.txt:%d: %s\n  expected %s\n  got      %s\n", number, name,
                            line + 6, buf_text(&got));
                wrong++;
            }
            buf_free(&got);
            scene_clear(scene);
            buf_clear(&words);
            cases++;
            continue;
        }
        char *kept = words.data + words.size, *rest = NULL;
        buf_add(&words, line, strlen(line) + 1);
        assert_ptr_equal(kept, words.data + words.size - strlen(line) - 1);
        if (strcmp(strtok_r(kept, " ", &rest), "hit") == 0)
            read_hit(scene, &rest);
        else
            read_words(scene, &rest);
    }
    fclose(file);
    buf_free(&words);
    assert_int_equal(wrong, 0);
    assert_true(cases >= 30);
}

static void evidence_quotes_the_words(void **state)
{
    struct scene *scene = *state;
    struct score score;
    add_hit(scene, "safety", 10)->mood = HIT_NEGATED;
    struct hit *hit = add_hit(scene, "safety", 20);
    *hit = (struct hit){ .category = hit->category,
                         .field = HIT_SUBJECT,
                         .points = 20,
                         .from = 3,
                         .to = 9,
                         .text = STR("着火"),
                         .rule = STR("zh/safety:12"),
                         .floor = 80,
                         .intensified = true };
    judge(scene, &score);
    assert_int_equal(score.signal_count, 1);
    assert_int_equal(score.name_count, 1);
    const struct signal *signal = &score.signals[0];
    assert_true(str_is(signal->rule, "zh/safety:12"));
    assert_int_equal(signal->floor, 80);
    assert_int_equal(signal->evidence_count, 2);
    const struct evidence *evidence = signal->evidence;
    assert_true(str_is(evidence->field, "subject"));
    assert_true(str_is(evidence->text, "着火"));
    assert_int_equal(evidence->from, 3);
    assert_int_equal(evidence->to, 9);
    assert_int_equal(evidence->floor, 80);
    assert_true(evidence->intensified);
    assert_int_equal(evidence[1].mood, HIT_NEGATED);
    assert_int_equal(score.floor, 80);
}

static void negated_signals_are_no_names(void **state)
{
    struct scene *scene = *state;
    struct score score;
    add_hit(scene, "safety", 10)->mood = HIT_NEGATED;
    add_hit(scene, "money", 10);
    judge(scene, &score);
    assert_int_equal(score.signal_count, 2);
    assert_int_equal(score.name_count, 1);
    assert_true(str_is(score.names[0], "text.money"));
}

static void evidence_is_bounded_and_keeps_the_phrase_of_the_floor(void **state)
{
    struct scene *scene = *state;
    struct score score;
    for (int i = 0; i < 30; i++)
        add_hit(scene, "safety", 20);
    struct hit *hit = add_hit(scene, "safety", 5);
    hit->floor = 60;
    judge(scene, &score);
    assert_true(score.signals[0].evidence_count <= 8);
    assert_int_equal(score.signals[0].evidence[score.signals[0].evidence_count - 1].floor, 60);
    assert_int_equal(score.points, 68);
}

/* -- pairs ----------------------------------------------------------------------------------- */

enum { ANGER, MONEY, PRAISE, PRIVACY, SAFETY };

/* Privacy with money anywhere, anger with money within five words, and money of a vulnerable
 * customer: three floors. */
static void make_pairs(struct scene *scene)
{
    static const struct str vulnerable[] = { STR("customer.vulnerable") };
    static struct config_pair pairs[] = {
        { .slug = STR("sold"), .floor = 60 },
        { .slug = STR("near"), .floor = 80, .within = 5 },
        { .slug = STR("care"),
          .floor = 60,
          .signals = { vulnerable, NULL },
          .signal_counts = { 1, 0 } },
    };
    static const uint64_t sides[] = {
        [ANGER] = 1 << 2, [MONEY] = 1 << 1 | 1 << 3 | 1 << 5, [PRIVACY] = 1 << 0, [SAFETY] = 0
    };
    scene->config.score.pairs = pairs;
    scene->config.score.pair_count = COUNT(pairs);
    scene->config.score.pair_sides = sides;
}

static struct hit *add_word(struct scene *scene, const char *category, const char *word)
{
    struct hit *hit = add_hit(scene, category, 10);
    const char *at = strstr(scene->event.body.data, word);
    assert_non_null(at);
    hit->from = (uint32_t)(at - scene->event.body.data);
    hit->to = hit->from + (uint32_t)strlen(word);
    hit->text = str_from(word);
    return hit;
}

static const struct signal *find_signal(const struct score *score, const char *name)
{
    for (size_t i = 0; i < score->signal_count; i++)
        if (str_is(score->signals[i].name, name))
            return &score->signals[i];
    return NULL;
}

static void a_pair_lifts_and_quotes_both_sides(void **state)
{
    struct scene *scene = *state;
    struct score score;
    make_pairs(scene);
    scene->event.body = STR("You sold my address for cash.");
    add_word(scene, "privacy", "my address");
    judge(scene, &score);
    assert_int_equal(score.floor, 0);
    assert_int_equal(score.points, 10);
    add_word(scene, "money", "cash");
    judge(scene, &score);
    assert_int_equal(score.floor, 60);
    assert_int_equal(score.points, 64); /* above the floor by the sum */
    const struct signal *pair = find_signal(&score, "pair.sold");
    assert_non_null(pair);
    assert_ptr_equal(pair, &score.signals[score.signal_count - 1]);
    assert_int_equal(pair->points, 0);
    assert_int_equal(pair->floor, 60);
    assert_true(str_is(pair->rule, "score.pairs.sold"));
    assert_int_equal(pair->evidence_count, 2);
    assert_true(str_is(pair->evidence[0].text, "my address"));
    assert_true(str_is(pair->evidence[1].text, "cash"));
    assert_true(str_is(score.names[score.name_count - 1], "pair.sold"));
}

/* What lies within words that say more makes a pair, and adds neither points nor evidence. */
static void a_side_beside_others_weighs_nothing(void **state)
{
    struct scene *scene = *state;
    struct score score;
    make_pairs(scene);
    add_hit(scene, "privacy", 10);
    add_hit(scene, "privacy", 10)->beside = true;
    add_hit(scene, "money", 10);
    judge(scene, &score);
    assert_int_equal(find_signal(&score, "text.privacy")->points, 10);
    assert_int_equal(find_signal(&score, "text.privacy")->evidence_count, 1);
    assert_int_equal(score.floor, 60);
}

static void both_sides_must_be_stated(void **state)
{
    struct scene *scene = *state;
    make_pairs(scene);
    for (int mood = 0; mood < HIT_MOOD_COUNT; mood++) {
        for (int side = 0; side < 2; side++) {
            struct score score;
            scene_clear(scene);
            add_hit(scene, "privacy", 10)->mood = side == 0 ? (enum hit_mood)mood : HIT_STATED;
            add_hit(scene, "money", 10)->mood = side == 1 ? (enum hit_mood)mood : HIT_STATED;
            judge(scene, &score);
            assert_int_equal(score.floor, mood == HIT_STATED ? 60 : 0);
        }
    }
}

static void a_pair_may_ask_for_nearness(void **state)
{
    struct scene *scene = *state;
    static const struct {
        const char *name, *body, *anger, *money;
        int floor;
    } rows[] = {
        { "side by side", "angry fee", "angry", "fee", 80 },
        { "in either order", "fee angry", "angry", "fee", 80 },
        { "five words between", "angry one two three four five fee", "angry", "fee", 80 },
        { "six words between", "angry one two three four five six fee", "angry", "fee", 0 },
        { "ten characters between", "生气一二三四五六七八九十收费", "生气", "收费", 80 },
        { "eleven characters between", "生气一二三四五六七八九十一收费", "生气", "收费", 0 },
        { "words that overlap", "angry fees", "angry fee", "fees", 80 },
    };
    make_pairs(scene);
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct score score;
        scene_clear(scene);
        scene->event.body = str_from(rows[i].body);
        const char *anger = strstr(rows[i].body, rows[i].anger),
                   *money = strstr(rows[i].body, rows[i].money);
        if (anger < money)
            add_word(scene, "anger", rows[i].anger);
        add_word(scene, "money", rows[i].money);
        if (anger > money)
            add_word(scene, "anger", rows[i].anger);
        judge(scene, &score);
        if (score.floor != rows[i].floor)
            fail_msg("%s: floor %d", rows[i].name, score.floor);
    }
}

/* Of several that are heard, those that stand nearest count. */
static void the_nearest_of_a_side_counts(void **state)
{
    struct scene *scene = *state;
    struct score score;
    make_pairs(scene);
    scene->event.body = STR("a fee 1 2 3 4 5 6 angry 1 2 3 4 5 6 7 tariff cross");
    add_word(scene, "money", "fee");
    add_word(scene, "anger", "angry");
    add_word(scene, "money", "tariff");
    add_word(scene, "anger", "cross");
    judge(scene, &score);
    const struct signal *pair = find_signal(&score, "pair.near");
    assert_non_null(pair);
    assert_true(str_is(pair->evidence[0].text, "cross"));
    assert_true(str_is(pair->evidence[1].text, "tariff"));
}

static void the_subject_is_near_to_all(void **state)
{
    struct scene *scene = *state;
    struct score score;
    make_pairs(scene);
    scene->event.body = STR("1 2 3 4 5 6 7 8 9 10 11 12 a fee");
    add_hit(scene, "anger", 10)->field = HIT_SUBJECT;
    add_word(scene, "money", "fee");
    judge(scene, &score);
    assert_int_equal(score.floor, 80);
}

static void a_signal_outside_the_text_may_be_one_side(void **state)
{
    struct scene *scene = *state;
    struct score score;
    make_pairs(scene);
    scene->customer.vulnerable = 1;
    judge(scene, &score);
    assert_int_equal(score.floor, 0);
    add_hit(scene, "money", 10);
    judge(scene, &score);
    assert_int_equal(score.floor, 60);
    const struct signal *pair = find_signal(&score, "pair.care");
    assert_true(str_is(pair->evidence[0].field, "customer.vulnerable"));
    assert_true(str_is(pair->evidence[1].field, "body"));
    scene->customer.vulnerable = 0;
    judge(scene, &score);
    assert_int_equal(score.floor, 0);
}

static uint32_t pick(uint32_t *seed, uint32_t count)
{
    *seed = *seed * 1664525u + 1013904223u;
    return (*seed >> 16) % count;
}

/* Whatever is said by whomever: bounds hold, parts make the sum, and the customer's own points
 * never lift the score into P2 or P1. */
static void value_never_outranks_danger(void **state)
{
    struct scene *scene = *state;
    static const char *const tiers[] = { "", "silver", "gold" };
    static const char *const cycles[] = { "", "renewal", "at_risk" };
    static const char *const needs[] = { "", "power", "parcel", "colour" };
    uint32_t seed = 7;
    for (int round = 0; round < 3000; round++) {
        struct score with, without;
        scene_clear(scene);
        for (size_t i = pick(&seed, 6); i > 0; i--) {
            struct hit *hit =
                add_hit(scene, categories[pick(&seed, 5)], (int)(1 + pick(&seed, 60)));
            hit->floor = (int[]){ 0, 0, 0, 60, 80 }[pick(&seed, 5)];
            hit->mood = (enum hit_mood)(pick(&seed, HIT_MOOD_COUNT));
            hit->intensified = pick(&seed, 2);
        }
        scene->event.category = str_from(needs[pick(&seed, 4)]);
        scene->event.priority = (int)(pick(&seed, 5));
        scene->history = (struct history){ .contacts = (int)(pick(&seed, 12)),
                                           .reopens = (int)(pick(&seed, 4)),
                                           .returns = (int)(pick(&seed, 3)),
                                           .ratings = (int)(pick(&seed, 3)) };
        judge(scene, &without);
        scene->customer = (struct customer){ .tier = str_from(tiers[pick(&seed, 3)]),
                                             .lifecycle = str_from(cycles[pick(&seed, 3)]),
                                             .value = (int)(pick(&seed, 101)),
                                             .vulnerable = (int)(pick(&seed, 2)) };
        judge(scene, &with);
        assert_in_range(with.points, 0, 100);
        assert_true(with.points >= without.points);
        assert_true(with.band == without.band || without.band == 3);
        int sum = 0;
        for (size_t i = 0; i < with.signal_count; i++)
            sum += with.signals[i].points;
        int top = with.floor >= 80 ? 100 : 79;
        int lifted = with.floor + (sum * (top - with.floor) + 50) / 100;
        assert_int_equal(with.points, with.floor == 0 || sum > lifted ? sum : lifted);
        for (int family = 0; family < FAMILY_CAPPED; family++)
            assert_in_range(with.family[family], 0, scene->config.score.caps[family]);
    }
}

static void bands_begin_at_their_lowest_score(void **state)
{
    struct scene *scene = *state;
    static const struct {
        int points, band;
    } rows[] = { { 100, 0 }, { 80, 0 }, { 79, 1 }, { 60, 1 },
                 { 59, 2 },  { 35, 2 }, { 34, 3 }, { 0, 3 } };
    for (size_t i = 0; i < COUNT(rows); i++)
        assert_int_equal(score_band(&scene->config, rows[i].points), rows[i].band);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(sums, setup, teardown),
        cmocka_unit_test_setup_teardown(evidence_quotes_the_words, setup, teardown),
        cmocka_unit_test_setup_teardown(negated_signals_are_no_names, setup, teardown),
        cmocka_unit_test_setup_teardown(evidence_is_bounded_and_keeps_the_phrase_of_the_floor,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(a_pair_lifts_and_quotes_both_sides, setup, teardown),
        cmocka_unit_test_setup_teardown(a_side_beside_others_weighs_nothing, setup, teardown),
        cmocka_unit_test_setup_teardown(both_sides_must_be_stated, setup, teardown),
        cmocka_unit_test_setup_teardown(a_pair_may_ask_for_nearness, setup, teardown),
        cmocka_unit_test_setup_teardown(the_nearest_of_a_side_counts, setup, teardown),
        cmocka_unit_test_setup_teardown(the_subject_is_near_to_all, setup, teardown),
        cmocka_unit_test_setup_teardown(a_signal_outside_the_text_may_be_one_side, setup, teardown),
        cmocka_unit_test_setup_teardown(value_never_outranks_danger, setup, teardown),
        cmocka_unit_test_setup_teardown(bands_begin_at_their_lowest_score, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
