/* How time passes in an engine: by its records, by the clock, and in portions. */
#include "tickets_world.h"

#define BODY_FIRE "\"body\":\"It is on fire\"}"
#define WARNED (WORLD_START + 12 * TIME_MINUTE)
#define DUE (WORLD_START + 15 * TIME_MINUTE) /* of P1 */

static const struct config *config;

static int open_config(void **state)
{
    (void)state;
    config = world_config(SOURCE_DIR "/tests/traces/ombud.yaml");
    return 0;
}

static int close_config(void **state)
{
    (void)state;
    config_free((struct config *)config);
    return 0;
}

static void open_by_the_clock(struct world *world)
{
    world_open(world, config, 0, 1);
    world->clock.mode = CLOCK_WALL;
}

static void feed_fire(struct world *world, const char *ticket, time_ms timestamp, time_ms wall)
{
    char json[128];
    snprintf(json, sizeof(json), "{\"type\":\"opened\",\"ticket\":\"%s\"," BODY_FIRE, ticket);
    world_feed_at(world, str_from(json), timestamp, wall);
}

/* How many outputs have `part` in their value. */
static size_t count(const struct world *world, const char *part)
{
    size_t found = 0;
    for (size_t i = 0; i < world->actions.count; i++) {
        struct str value = world->actions.items[i].value;
        found += str_present(value) && memmem(value.data, value.size, part, strlen(part));
    }
    return found;
}

static bool pass(struct world *world, bool behind, time_ms wall, unsigned limit)
{
    actions_clear(&world->actions);
    return engine_pass(&tickets_engine, world->engine, &world->clock, behind, wall, limit,
                       &world->actions);
}

static time_ms wake(const struct world *world, bool behind)
{
    return engine_wake(&tickets_engine, world->engine, &world->clock, behind);
}

static void what_is_behind_does_not_let_the_clock_overtake(void **state)
{
    struct world world;
    (void)state;
    open_by_the_clock(&world);
    feed_fire(&world, "t1", WORLD_START, WORLD_START);
    assert_int_equal(wake(&world, true), TIME_NEVER);
    assert_int_equal(wake(&world, false), WARNED);
    assert_false(pass(&world, true, DUE + TIME_DAY, 100));
    assert_int_equal(world.actions.count, 0);
    /* A record of the time after the promise lets that time pass. */
    feed_fire(&world, "t2", DUE, DUE + TIME_DAY);
    assert_int_equal(count(&world, "\"kind\":\"timer\""), 3);
    assert_int_equal(count(&world, "\"status\":\"missed\""), 1);
    assert_int_equal(wake(&world, true), TIME_NEVER);
    world_close(&world);
}

/* A night's error of an hour: what it told stands, but what comes after it is not overdue. */
static void a_clock_that_is_set_right_takes_time_back_with_it(void **state)
{
    struct world world;
    (void)state;
    open_by_the_clock(&world);
    feed_fire(&world, "t1", WORLD_START, WORLD_START);
    world_pass(&world, DUE + TIME_HOUR); /* forward */
    assert_int_equal(count(&world, "\"status\":\"missed\""), 1);
    time_ms right = WORLD_START + TIME_MINUTE;
    feed_fire(&world, "t2", right, right);
    assert_int_equal(world.clock.now, right);
    assert_false(pass(&world, false, right + TIME_MINUTE, 100));
    assert_int_equal(count(&world, "\"kind\":\"timer\""), 0);
    assert_false(pass(&world, false, right + 15 * TIME_MINUTE, 100));
    assert_int_equal(count(&world, "\"status\":\"missed\""), 1);
    /* A step of seconds, as between hosts, is none: time stands until it is over. */
    time_ms now = world.clock.now;
    assert_false(pass(&world, false, now - TIME_MINUTE, 100));
    assert_int_equal(world.clock.now, now);
    world_close(&world);
}

static void what_fires_late_says_so_and_warns_of_nothing(void **state)
{
    static const struct {
        const char *name;
        time_ms wall;
        size_t warnings, late;
    } cases[] = {
        { "in time", DUE - 1, 1, 0 },
        { "after the promise was broken, by the clock", DUE + TIME_HOUR, 0, 1 },
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct world world;
        open_by_the_clock(&world);
        feed_fire(&world, "t1", WORLD_START, WORLD_START);
        feed_fire(&world, "t2", WARNED, cases[i].wall);
        /* Each is a notice of its own and listed in the decision. */
        if (count(&world, "\"trigger\":\"warning\"") != 2 * cases[i].warnings)
            fail_msg("%s", cases[i].name);
        assert_int_equal(count(&world, "\"timer\":\"response warning\""), 1);
        assert_int_equal(count(&world, "\"late_by\":\"1h 3m\""), cases[i].late);
        world_close(&world);
    }
}

/* The outputs of ten tickets' deadlines before a record, and the record's, taken in portions. */
static size_t reach(enum clock_mode mode, unsigned limit, struct buf *out)
{
    struct world world;
    size_t portions = 0;
    world_open(&world, config, 0, 1);
    world.clock.mode = mode;
    for (int i = 0; i < 10; i++) {
        char ticket[8];
        snprintf(ticket, sizeof(ticket), "t%d", i);
        feed_fire(&world, ticket, WORLD_START, WORLD_START);
    }
    struct record record = {
        .topic = config->topics.home,
        .offset = 10,
        .timestamp = DUE,
        .value = STR("{\"type\":\"opened\",\"ticket\":\"last\"," BODY_FIRE),
    };
    struct prepared *prepared = tickets_engine.prepare(world.engine, &record, world.arena);
    actions_clear(&world.actions);
    while (engine_reach(&tickets_engine, world.engine, &world.clock, prepared, DUE, DUE, limit,
                        &world.actions))
        portions++;
    engine_turn(&tickets_engine, world.engine, &world.clock, prepared, DUE, DUE, &world.actions);
    for (size_t i = 0; i < world.actions.count; i++)
        buf_printf(out, "%.*s\n", STR_ARG(world.actions.items[i].value));
    world_close(&world);
    return portions;
}

static void deadlines_before_a_record_come_in_portions(void **state)
{
    (void)state;
    for (int mode = 0; mode < 2; mode++) {
        struct buf at_once = { 0 }, in_portions = { 0 };
        enum clock_mode clock = mode == 0 ? CLOCK_STREAM : CLOCK_WALL;
        assert_int_equal(reach(clock, UINT32_MAX, &at_once), 0);
        assert_int_equal(reach(clock, 7, &in_portions), 4);
        assert_true(str_equal(buf_str(&at_once), buf_str(&in_portions)));
        buf_free(&at_once);
        buf_free(&in_portions);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_behind_does_not_let_the_clock_overtake),
        cmocka_unit_test(a_clock_that_is_set_right_takes_time_back_with_it),
        cmocka_unit_test(what_fires_late_says_so_and_warns_of_nothing),
        cmocka_unit_test(deadlines_before_a_record_come_in_portions),
    };
    json_init();
    return cmocka_run_group_tests(tests, open_config, close_config);
}
