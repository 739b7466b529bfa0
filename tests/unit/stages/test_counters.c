/* What engines count for /metrics: committed work, and each of it once. */
#include "tickets_world.h"

enum { MOST = 32 };

static uint64_t count(const struct engine_ops *ops, const struct engine *engine, const char *name)
{
    uint64_t values[MOST] = { 0 };
    ops->counters(engine, values);
    for (size_t i = 0; ops->counter_rows[i].name != NULL; i++) {
        assert_true(i < MOST);
        if (strcmp(ops->counter_rows[i].name, name) == 0)
            return values[i];
    }
    fail_msg("%s counts no %s", ops->name, name);
    return 0;
}

/* Nothing that any stage can read: it ends as a dead letter. */
static void feed_rubbish(const struct engine_ops *ops, struct engine *engine, struct str topic)
{
    struct arena *arena = arena_new(4096);
    struct actions actions;
    actions_init(&actions);
    struct record record = { .topic = topic, .value = STR("{") };
    struct moment moment = { .now = WORLD_START, .horizon = WORLD_START, .stream = WORLD_START };
    ops->feed(engine, ops->prepare(engine, &record, arena), &moment, &actions);
    actions_free(&actions);
    arena_free(arena);
}

static void test_undone_work_is_not_counted(void **state)
{
    (void)state;
    const struct config *config = world_config(SOURCE_DIR "/tests/cases/explain/conf/ombud.yaml");
    struct engine_setup setup = {
        .config = config, .topic = config->topics.home, .partition_count = 1, .home_partitions = 1
    };
    for (int stage = 0; stage < STAGE_COUNT; stage++) {
        const struct engine_ops *ops = stages[stage].ops;
        struct engine *engine = ops->create(&setup);
        feed_rubbish(ops, engine, setup.topic);
        assert_int_equal(count(ops, engine, "deadletters"), 0);
        ops->undo(engine);
        feed_rubbish(ops, engine, setup.topic);
        ops->mark(engine);
        assert_int_equal(count(ops, engine, "deadletters"), 1);
        feed_rubbish(ops, engine, setup.topic);
        ops->undo(engine);
        ops->mark(engine);
        assert_int_equal(count(ops, engine, "deadletters"), 1);
        ops->destroy(engine);
    }
    config_free((struct config *)(uintptr_t)config);
}

static void test_gauges_are_as_of_now(void **state)
{
    (void)state;
    struct world world;
    const struct config *config = world_config(SOURCE_DIR "/tests/cases/explain/conf/ombud.yaml");
    world_open(&world, config, 0, 1);
    world_feed(&world,
               STR("{\"type\":\"opened\",\"ticket\":\"T-1\",\"id\":\"e-1\","
                   "\"time\":\"2026-11-21T00:00:00Z\",\"body\":\"Where is it?\"}"),
               WORLD_START);
    assert_int_equal(count(&tickets_engine, world.engine, "kept"), 1);
    assert_int_equal(count(&tickets_engine, world.engine, "applied"), 0);
    world_commit(&world);
    assert_int_equal(count(&tickets_engine, world.engine, "applied"), 1);
    assert_true(count(&tickets_engine, world.engine, "state_bytes") > 0);
    assert_int_equal(count(&tickets_engine, world.engine, "text_bytes"),
                     strlen("{\"subject\":null,\"body\":\"Where is it?\"}"));
    world_close(&world);
    config_free((struct config *)(uintptr_t)config);
}

struct hits {
    const char *kind, *name;
    uint64_t found;
    size_t rules;
};

static void take(struct hits *hits, const struct series_row *row,
                 const struct str values[SERIES_LABELS], uint64_t value)
{
    if (strcmp(row->name, "rule_hits") != 0)
        return;
    hits->rules++;
    if (str_is(values[0], hits->kind) &&
        memmem(values[1].data, values[1].size, hits->name, strlen(hits->name)))
        hits->found += value;
}

static void take_hits(void *arg, int row, const struct str values[SERIES_LABELS], uint64_t value)
{
    take(arg, &tickets_engine.series_rows[row], values, value);
}

static void take_intake_hits(void *arg, int row, const struct str values[SERIES_LABELS],
                             uint64_t value)
{
    take(arg, &intake_engine.series_rows[row], values, value);
}

/* keep #6793: a rule that is accepted and silently ignored. None is left out, taken or not. */
static void test_every_rule_tells_how_often_it_was_taken(void **state)
{
    static const struct hits rows[] = {
        { "route", "danger", 2, 0 },
        { "route", "billing", 0, 0 },
        { "inform", "ombud.yaml:", 0, 0 },
        { "screening", "thanks", 0, 0 },
        { "sla", "default", 2, 0 },
        { "sla", "gold", 0, 0 },
        { "escalation", "ombud.yaml:", 2, 0 },
        { "step", "default step 1", 2, 0 },
        { "step", "default step 2", 0, 0 },
        { "step", "note step 1", 0, 0 },
    };
    struct world world;
    const struct config *config = world_config(SOURCE_DIR "/tests/traces/ombud.yaml");
    (void)state;
    world_open(&world, config, 0, 1);
    world_feed(&world, STR("{\"ticket\":\"a\",\"type\":\"opened\",\"body\":\"It is on fire\"}"),
               WORLD_START);
    world_commit(&world);
    world_feed(&world, STR("{\"ticket\":\"b\",\"type\":\"opened\",\"body\":\"It is on fire\"}"),
               WORLD_START);
    tickets_engine.undo(world.engine);
    world_feed(&world, STR("{\"ticket\":\"b\",\"type\":\"opened\",\"body\":\"It is on fire\"}"),
               WORLD_START);
    world_commit(&world);
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        struct hits hits = { rows[i].kind, rows[i].name, 0, 0 };
        tickets_engine.series(world.engine, take_hits, &hits);
        if (hits.found != rows[i].found)
            fail_msg("%s %s was taken %d times", hits.kind, hits.name, (int)hits.found);
        assert_int_equal(hits.rules, config->rule_count);
    }
    world_close(&world);
    config_free((struct config *)(uintptr_t)config);
}

/* Who hears of a dead letter is a rule of whichever stage writes it. */
static void test_a_dead_letter_takes_its_rule(void **state)
{
    static const struct hits rows[] = { { "escalation", "ombud.yaml:", 1, 0 },
                                        { "step", "note step 1", 1, 0 },
                                        { "step", "default step 1", 0, 0 } };
    const struct config *config = world_config(SOURCE_DIR "/tests/traces/ombud.yaml");
    (void)state;
    for (int intake = 0; intake < 2; intake++) {
        const struct engine_ops *ops = intake ? &intake_engine : &tickets_engine;
        struct engine_setup setup = { .config = config,
                                      .topic = config->topics.home,
                                      .partition_count = 1,
                                      .home_partitions = 1 };
        struct engine *engine = ops->create(&setup);
        struct arena *arena = arena_new(4096);
        struct actions actions;
        struct record record = { .topic = setup.topic,
                                 .timestamp = WORLD_START,
                                 .value = STR("?") };
        struct moment moment = { WORLD_START, WORLD_START, WORLD_START };
        actions_init(&actions);
        ops->feed(engine, ops->prepare(engine, &record, arena), &moment, &actions);
        ops->undo(engine);
        ops->feed(engine, ops->prepare(engine, &record, arena), &moment, &actions);
        ops->mark(engine);
        for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
            struct hits hits = { rows[i].kind, rows[i].name, 0, 0 };
            ops->series(engine, intake ? take_intake_hits : take_hits, &hits);
            assert_int_equal(hits.found, rows[i].found);
        }
        actions_free(&actions);
        arena_free(arena);
        ops->destroy(engine);
    }
    config_free((struct config *)(uintptr_t)config);
}

int main(void)
{
    json_init();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_undone_work_is_not_counted),
        cmocka_unit_test(test_gauges_are_as_of_now),
        cmocka_unit_test(test_a_dead_letter_takes_its_rule),
        cmocka_unit_test(test_every_rule_tells_how_often_it_was_taken),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
