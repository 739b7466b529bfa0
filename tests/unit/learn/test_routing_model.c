#include "learn/small_model.h"

#include <string.h>

#include "json/json.h"
#include "match/match.h"

struct world {
    struct fold *fold;
    struct buf file;
    struct routing_model *model;
    struct features *features;
    struct arena *arena;
};

static int set_up(void **state)
{
    static struct world world;
    struct error err = { "" };
    json_init();
    world = (struct world){ .fold = fold_new(&err) };
    small_model_write("billing", "quality", world.fold, &world.file);
    world.model = model_read(buf_str(&world.file), world.fold, &err);
    world.features = features_new();
    world.arena = arena_new(4096);
    *state = &world;
    if (!world.model)
        print_error("%s\n", err.text);
    return world.model ? 0 : -1;
}

static int tear_down(void **state)
{
    struct world *world = *state;
    arena_free(world->arena);
    features_free(world->features);
    model_free(world->model);
    buf_free(&world->file);
    fold_free(world->fold);
    return 0;
}

static void test_what_is_written_is_read(void **state)
{
    const struct model_facts *facts = model_facts(((struct world *)*state)->model);
    assert_int_equal(facts->department_count, 2);
    assert_true(str_is(facts->departments[1].slug, "quality"));
    assert_int_equal(facts->departments[1].right, 4);
    assert_int_equal(facts->from, 1767225600000);
    assert_true(facts->held_from == TIME_NEVER);
    assert_int_equal(facts->reopened, 3);
    assert_int_equal(facts->margins[99], 100000);
    assert_true(str_is(facts->config, "0123456789ab"));
}

static void test_the_same_model_has_the_same_bytes(void **state)
{
    struct world *world = *state;
    struct buf again = { 0 };
    small_model_write("billing", "quality", world->fold, &again);
    assert_int_equal(world->file.size, again.size);
    assert_memory_equal(world->file.data, again.data, again.size);
    /* A person can read what stands in front. */
    assert_memory_equal(again.data, "ombud-routing-model 1 ", 22);
    assert_memory_equal(again.data + 55, "{\"features\":\"", 13);
    buf_free(&again);
}

static void assert_refused(struct world *world, struct str bytes, const char *sentence)
{
    struct error err = { "" };
    struct routing_model *model = model_read(bytes, world->fold, &err);
    assert_null(model);
    if (!strstr(err.text, sentence))
        fail_msg("'%s' does not say '%s'", err.text, sentence);
}

static void test_a_file_cut_off_anywhere_is_refused(void **state)
{
    struct world *world = *state;
    const struct buf *file = &world->file;
    for (size_t size = 0; size < file->size; size += size < 4096 ? 1 : 61) {
        /* A copy of exactly that size: reading beyond it is seen. */
        char *cut = malloc(size + !size);
        memcpy(cut, file->data, size);
        assert_refused(world, (struct str){ cut, size }, "");
        free(cut);
    }
    assert_refused(world, (struct str){ file->data, file->size - 1 }, "cut off or damaged");
    assert_refused(world, (struct str){ file->data, 20 }, "no routing model");
}

static void test_a_damaged_or_foreign_file_is_refused(void **state)
{
    struct world *world = *state;
    struct buf file = { 0 };
    buf_add_str(&file, buf_str(&world->file));
    struct str all = buf_str(&file);
    file.data[20] = '2';
    assert_refused(world, all, "version 2, and this program reads version 1");
    file.data[20] = '1';
    file.data[file.size - 5] ^= 1;
    assert_refused(world, all, "its checksum does not fit");
    file.data[file.size - 5] ^= 1;
    file.data[23] = 'x';
    assert_refused(world, all, "its checksum does not fit");
    assert_refused(world, STR("departments: {}\n"), "no routing model");
    assert_refused(world, STR(""), "no routing model");
    buf_free(&file);
}

static struct learned question(struct world *world, const char *body)
{
    return (struct learned){ .model = world->model,
                             .features = world->features,
                             .input = { .body = str_from(body) } };
}

static void test_answers(void **state)
{
    static const struct {
        const char *what, *body, *department;
        int margin;
        const char *reasons[LEARNED_REASONS];
    } rows[] = {
        { "the words decide", "被重复扣费", "billing", 100, { "扣费" } },
        { "the lighter the less sure", "broken", "quality", 61, { "broken" } },
        { "two against one", "扣費 refund broken", "billing", 59, { "扣費", "refund" } },
        { "as much on either side", "refund broken", "billing", 0, { "refund" } },
        { "nothing that it knows", "hello", NULL, -1, { NULL } },
        { "nothing said", NULL, NULL, -1, { NULL } },
    };
    struct world *world = *state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        struct learned learned = question(world, rows[i].body);
        struct str reasons[LEARNED_REASONS] = { STR_NONE };
        if (!str_equal(learned_department(&learned), str_from(rows[i].department)) ||
            learned_margin(&learned) != rows[i].margin)
            fail_msg("%s: '%.*s' %d", rows[i].what, STR_ARG(learned_department(&learned)),
                     learned_margin(&learned));
        size_t count = learned_reasons(&learned, world->arena, reasons);
        for (size_t k = 0; k < LEARNED_REASONS; k++)
            assert_true(str_equal(k < count ? reasons[k] : STR_NONE, str_from(rows[i].reasons[k])));
    }
    assert_false(str_present(learned_department(NULL)));
    assert_int_equal(learned_margin(NULL), -1);
}

static void test_matchers_ask_when_they_must(void **state)
{
    static const struct {
        const char *matcher, *body;
        bool matches, asked, unknown; /* `unknown`: what it says where there is nothing to ask */
    } rows[] = {
        { "learned == billing", "扣费", true, true, false },
        { "learned == quality", "扣费", false, true, false },
        { "learned in (quality, billing) and margin >= 20", "扣费", true, true, false },
        { "learned == billing and margin >= 20", "refund broken", false, true, false },
        { "learned", "hello", false, true, false },
        { "not learned", "hello", true, true, true },
        { "learned != billing", "hello", true, true, true },
        { "margin < 50", "hello", false, true, false },
        { "category == billing and learned == billing", "扣费", false, false, false },
        { "score >= 0 or learned == billing", "扣费", true, false, true },
    };
    struct world *world = *state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        struct error err = { "" };
        struct learned learned = question(world, rows[i].body);
        const struct event event = { .body = learned.input.body };
        const struct facts facts = { .event = &event, .learned = &learned };
        const struct facts none = { .event = &event };
        struct near_miss miss;
        struct matcher *matcher =
            matcher_parse(str_from(rows[i].matcher), world->arena, NULL, NULL, &err);
        if (!matcher)
            fail_msg("%s: %s", rows[i].matcher, err.text);
        assert_true(matcher_asks_learned(matcher));
        if (matcher_explain(matcher, &facts, &miss) != rows[i].matches ||
            matcher_matches(matcher, &facts) != rows[i].matches || learned.asked != rows[i].asked)
            fail_msg("%s of '%s'", rows[i].matcher, rows[i].body);
        assert_int_equal(matcher_matches(matcher, &none), rows[i].unknown);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_written_is_read),
        cmocka_unit_test(test_the_same_model_has_the_same_bytes),
        cmocka_unit_test(test_a_file_cut_off_anywhere_is_refused),
        cmocka_unit_test(test_a_damaged_or_foreign_file_is_refused),
        cmocka_unit_test(test_answers),
        cmocka_unit_test(test_matchers_ask_when_they_must),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
