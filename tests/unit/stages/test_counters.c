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

int main(void)
{
    json_init();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_undone_work_is_not_counted),
        cmocka_unit_test(test_gauges_are_as_of_now),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
