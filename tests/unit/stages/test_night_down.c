/* What comes of deadlines that passed while nobody was there: both stages, one behind the other.
 * cases.md, clocks 24 (inngest PR #3569, hermes-agent #52542, theam/facility #330): a storm of
 * alarms after a night that was down. */
#include "tickets_world.h"

enum { TICKETS = 500 };

#define DOWN (8 * TIME_HOUR)

struct told {
    int missed, timers, late_timers, firsts, seconds; /* promises, timers, steps of ladders */
};

static int with(const struct action *action, const char *text)
{
    return memmem(action->value.data, action->value.size, text, strlen(text)) != NULL;
}

static void count(struct told *told, const struct actions *actions)
{
    for (size_t i = 0; i < actions->count; i++) {
        const struct action *action = &actions->items[i];
        if (action->output == OUTPUT_PROMISES)
            told->missed += with(action, "\"status\":\"missed\"");
        if (action->output == OUTPUT_DECISIONS && with(action, "\"timer\":\"response breach\"")) {
            told->timers++;
            told->late_timers += with(action, "\"late_by\":\"4h\"");
        }
        if (action->output == OUTPUT_NOTICES && with(action, "\"trigger\":\"breach\"")) {
            told->firsts += with(action, "\"level\":\"lead\",\"step\":1");
            told->seconds += with(action, "\"level\":\"manager\",\"step\":2");
        }
    }
}

/* The other stage, fed with what the first one writes. */
static void pass_on(struct engine *groups, struct task_clock *clock, const struct actions *from,
                    struct arena *arena, struct actions *to)
{
    for (size_t i = 0; i < from->count; i++) {
        const struct action *action = &from->items[i];
        struct record *record = arena_alloc(arena, sizeof(*record));
        if (action->output != OUTPUT_NOTICES)
            continue;
        *record = (struct record){ .topic = STR("ombud.notices"),
                                   .offset = (int64_t)i,
                                   .timestamp = clock->now,
                                   .value = arena_copy(arena, action->value) };
        engine_turn(&escalations_engine, groups, clock,
                    escalations_engine.prepare(groups, record, arena), clock->now, clock->now, to);
    }
}

static int messages(const struct actions *actions)
{
    int sent = 0;
    for (size_t i = 0; i < actions->count; i++)
        sent += actions->items[i].output == OUTPUT_ESCALATIONS &&
                with(&actions->items[i], "\"status\":\"firing\"") &&
                with(&actions->items[i], "\"tickets_total\":500");
    return sent;
}

static void open_all(struct world *world)
{
    char json[256];
    for (int i = 0; i < TICKETS; i++) {
        snprintf(json, sizeof(json),
                 "{\"type\":\"opened\",\"ticket\":\"t%d\",\"id\":\"e%d\",\"category\":\"billing\","
                 "\"body\":\"It is terrible\",\"time\":\"2026-11-21T00:00:00Z\"}",
                 i, i);
        world_feed(world, str_from(json), WORLD_START);
        world_commit(world);
    }
}

/* Awake again, and restarted in the middle of it. */
static void wake_up(struct world *world, struct told *told, struct engine *groups,
                    struct task_clock *clock, struct arena *arena, struct actions *out)
{
    bool more = true;
    for (int turn = 0; more; turn++) {
        actions_clear(&world->actions);
        more = engine_pass(&tickets_engine, world->engine, &world->clock, false, WORLD_START + DOWN,
                           100, &world->actions);
        count(told, &world->actions);
        pass_on(groups, clock, &world->actions, arena, out);
        world_commit(world);
        if (turn == 2)
            world_restart(world, true);
    }
}

static void a_night_that_was_down_is_one_message_for_each_level(void **state)
{
    const struct config *config = world_config(SOURCE_DIR "/tests/traces/ombud.yaml");
    struct engine_setup setup = {
        .config = config, .topic = STR("ombud.notices"), .partition_count = 1, .home_partitions = 1
    };
    struct task_clock clock = { .mode = CLOCK_WALL, .now = WORLD_START + DOWN };
    struct engine *groups = escalations_engine.create(&setup);
    struct arena *arena = arena_new(1 << 20);
    struct actions out;
    struct told told = { 0 };
    struct world world;
    (void)state;
    actions_init(&out);
    world_open(&world, config, 0, 1);
    world.clock.mode = CLOCK_WALL;
    open_all(&world);
    wake_up(&world, &told, groups, &clock, arena, &out);
    assert_int_equal(told.missed, TICKETS);
    assert_int_equal(told.timers, TICKETS);
    assert_int_equal(told.late_timers, TICKETS);
    assert_int_equal(told.firsts, TICKETS);
    assert_int_equal(told.seconds, 0); /* the ladder begins when somebody can hear it */
    engine_pass(&escalations_engine, groups, &clock, false, WORLD_START + DOWN + TIME_MINUTE, 100,
                &out);
    assert_int_equal(messages(&out), 1);
    /* A quarter of an hour later the manager hears, once and in one message, too. */
    actions_clear(&world.actions);
    actions_clear(&out);
    while (engine_pass(&tickets_engine, world.engine, &world.clock, false,
                       WORLD_START + DOWN + 15 * TIME_MINUTE, 100, &world.actions))
        ;
    count(&told, &world.actions);
    assert_int_equal(told.firsts, TICKETS);
    assert_int_equal(told.seconds, TICKETS);
    clock.now = WORLD_START + DOWN + 15 * TIME_MINUTE;
    pass_on(groups, &clock, &world.actions, arena, &out);
    engine_pass(&escalations_engine, groups, &clock, false, WORLD_START + DOWN + 16 * TIME_MINUTE,
                100, &out);
    assert_int_equal(messages(&out), 1);
    world_close(&world);
    escalations_engine.destroy(groups);
    actions_free(&out);
    arena_free(arena);
    config_free((struct config *)config);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_night_that_was_down_is_one_message_for_each_level),
    };
    json_init();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
