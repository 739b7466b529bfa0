/* What must hold of any stream of events, whatever stands in it: one announcement of a breach for
 * each promise, silence after a closing, and the same records whoever decides them how often. */
#include "random_events.h"
#include "tickets_world.h"

enum { EVENTS = 1000, SEEDS = 3 };

static const struct config *config;

static int open_config(void **state)
{
    (void)state;
    config = world_config(SOURCE_DIR "/tests/traces/everything.yaml");
    return 0;
}

static int close_config(void **state)
{
    (void)state;
    config_free((struct config *)config);
    return 0;
}

/* ---- what is told of each ticket */

enum { NAMES = 10 };

struct watched {
    bool announced[NAMES]; /* since the promise was made */
    bool closed;
    int broken, firing; /* how often, to know that something was tried */
};

static const cJSON *parsed(const struct action *action, struct arena *arena)
{
    static const struct json_limits limits = { 1 << 20, 65536, 16 };
    size_t at = 0;
    return json_parse(action->value, &limits, arena, NULL, &at, NULL);
}

static size_t clock_of(struct str name)
{
    static const char *const names[NAMES] = { "response",  "resolution", "update", "promised",
                                              "follow_up", "receipt",    "answer", "refund",
                                              "law.final", "law.letter" };
    size_t at = 0;
    while (at < NAMES && !str_is(name, names[at]))
        at++;
    if (at == NAMES)
        fail_msg("a promise of the clock '%.*s'", STR_ARG(name));
    return at;
}

static void watch_promises(struct watched *watched, const cJSON *record)
{
    for (const cJSON *promise = json_get(record, STR("promises"))->child; promise;
         promise = promise->next) {
        struct str status = json_string(json_get(promise, STR("status")));
        size_t clock = clock_of(json_string(json_get(promise, STR("clock"))));
        if (str_is(status, "made"))
            watched->announced[clock] = false;
        if (!str_is(status, "missed") || !json_is_null(json_get(promise, STR("reason"))))
            continue;
        if (watched->announced[clock])
            fail_msg("a breach is announced again: %.*s",
                     STR_ARG(json_string(json_get(promise, STR("clock")))));
        watched->announced[clock] = true;
        watched->broken++;
    }
}

/* OnCall #3111: an answered alert pages two months later. What time alone tells comes no later than
 * the ladder is long, with all its repetitions, and than an answer may have held it back. */
static void watch_step(const cJSON *notice)
{
    time_ms since = 0, time = 0, longest = 0;
    if (!json_is_null(json_get(notice, STR("event"))) ||
        !str_is(json_string(json_get(notice, STR("status"))), "firing"))
        return;
    assert_true(time_parse(json_string(json_get(notice, STR("since"))), &since, NULL));
    assert_true(time_parse(json_string(json_get(notice, STR("time"))), &time, NULL));
    for (size_t i = 0; i < config->ladder_count; i++) {
        for (size_t k = 0; k < config->ladders[i].step_count; k++) {
            const struct config_step *step = &config->ladders[i].steps[k];
            longest = time_max(longest, step->after + step->repeat * step->limit);
        }
    }
    assert_in_range(time - since, 0, longest + config->max_silence);
}

/* A turn's notices come before its decision, which says how the ticket then stands. */
static void watch_turn(struct watched *all, const struct world *world, struct arena *arena)
{
    bool fired[RANDOM_TICKETS] = { false };
    for (size_t i = 0; i < world->actions.count; i++) {
        const struct action *action = &world->actions.items[i];
        if (!str_present(action->value) || action->output == OUTPUT_STATE ||
            action->output == OUTPUT_DEADLETTER)
            continue;
        const cJSON *record = parsed(action, arena);
        int64_t number = 0;
        struct str ticket = json_string(json_get(record, STR("ticket")));
        if (ticket.size < 2 ||
            !str_to_int((struct str){ ticket.data + 1, ticket.size - 1 }, &number) ||
            number >= RANDOM_TICKETS) /* an origin that nobody opened */
            continue;
        struct watched *watched = &all[number];
        struct str status = json_string(json_get(record, STR("status")));
        if (action->output == OUTPUT_PROMISES)
            watch_promises(watched, record);
        if (action->output == OUTPUT_NOTICES && str_is(status, "firing"))
            fired[number] = true;
        if (action->output == OUTPUT_NOTICES)
            watch_step(record);
        if (action->output != OUTPUT_DECISIONS)
            continue;
        /* The event that closes it may be the first to find a promise broken, and says both. */
        bool closed = str_is(status, "closed");
        if (watched->closed && closed && fired[number])
            fail_msg("%.*s is closed, and somebody is alarmed", STR_ARG(ticket));
        watched->closed = closed;
        watched->firing += fired[number];
        fired[number] = false;
    }
}

static void breaches_are_told_once_and_the_closed_are_left_alone(void **state)
{
    struct buf json = { 0 };
    struct arena *arena = arena_new(64 * 1024);
    int broken = 0, firing = 0;
    (void)state;
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        struct watched all[RANDOM_TICKETS] = { 0 };
        struct world world;
        uint64_t random = seed;
        time_ms now = WORLD_START;
        print_message("seed %llu\n", (unsigned long long)seed);
        world_open(&world, config, 0, 1);
        for (int i = 0; i < EVENTS; i++) {
            now += random_step(&random);
            random_event(&random, now, &json);
            world_feed(&world, buf_str(&json), now);
            arena_reset(arena);
            watch_turn(all, &world, arena);
            world_commit(&world);
            if (dice(&random, 100) == 0)
                world_restart(&world, true);
        }
        for (int i = 0; i < RANDOM_TICKETS; i++) {
            broken += all[i].broken;
            firing += all[i].firing;
        }
        world_close(&world);
    }
    print_message("%d broken promises, %d turns that alarmed\n", broken, firing);
    assert_true(broken > 100 && firing > 500);
    arena_free(arena);
    buf_free(&json);
}

static int told_of_breach(const struct world *world)
{
    int count = 0;
    for (size_t i = 0; i < world->actions.count; i++) {
        const struct action *action = &world->actions.items[i];
        count += action->output == OUTPUT_NOTICES &&
                 memmem(action->value.data, action->value.size, "\"trigger\":\"breach\"", 18) &&
                 memmem(action->value.data, action->value.size, "\"level\":\"lead\",\"step\"", 21);
    }
    return count;
}

/* GLPI #2408 and #1996, HELPDESK.AI #584: hundreds of mails after one breach. */
static void a_thousand_events_and_three_restarts_repeat_no_breach(void **state)
{
    struct world world;
    struct buf json = { 0 };
    int told = 0;
    (void)state;
    world_open(&world, config, 0, 1);
    for (int i = 0; i < 1000; i++) {
        time_ms now = WORLD_START + i * TIME_MINUTE;
        char text[TIME_TEXT_SIZE];
        buf_clear(&json);
        buf_printf(&json, "{\"ticket\":\"t1\",\"type\":\"%s\",\"id\":\"e%d\",\"time\":\"%.*s\"}",
                   i ? "updated" : "opened", i, STR_ARG(time_format_ms(now, text)));
        world_feed(&world, buf_str(&json), now);
        told += told_of_breach(&world);
        world_commit(&world);
        if (i == 300 || i == 600 || i == 900)
            world_restart(&world, i == 600);
    }
    assert_int_equal(told, 0); /* 24 h are promised */
    world_pass(&world, WORLD_START + 25 * TIME_HOUR);
    /* The response, the resolution and the receipt, once each. */
    assert_int_equal(told_of_breach(&world), 3);
    world_commit(&world);
    for (int i = 1000; i < 1200; i++) {
        time_ms now = WORLD_START + 25 * TIME_HOUR + i * TIME_MINUTE;
        char text[TIME_TEXT_SIZE];
        buf_clear(&json);
        buf_printf(&json,
                   "{\"ticket\":\"t1\",\"type\":\"updated\",\"id\":\"e%d\",\"time\":\"%.*s\"}", i,
                   STR_ARG(time_format_ms(now, text)));
        world_feed(&world, buf_str(&json), now);
        assert_int_equal(told_of_breach(&world), 0);
        world_commit(&world);
        if (i == 1100)
            world_restart(&world, true);
    }
    buf_free(&json);
    world_close(&world);
}

/* ---- the census */

/* Sums of what the engine tells for /metrics. */
struct told {
    uint64_t open[BAND_COUNT], overdue, breaches, returns, dispatches;
};

static void take_series(void *arg, int row, const struct str values[SERIES_LABELS], uint64_t value)
{
    struct told *told = arg;
    const char *name = tickets_engine.series_rows[row].name;
    for (int band = 0; band < BAND_COUNT && strcmp(name, "open") == 0; band++)
        told->open[band] += str_is(values[1], band_name(band)) ? value : 0;
    told->overdue += strcmp(name, "overdue") == 0 ? value : 0;
    told->breaches += strcmp(name, "department_breaches") == 0 ? value : 0;
    told->returns += strcmp(name, "department_returns") == 0 ? value : 0;
    told->dispatches += strcmp(name, "department_dispatches") == 0 ? value : 0;
}

static struct told census_of(const struct world *world)
{
    struct told told = { 0 };
    tickets_engine.series(world->engine, take_series, &told);
    return told;
}

/* What a ticket's newest decision says of it. */
struct standing_found {
    bool open;
    int band;
};

static void find_standings(struct standing_found *all, const struct world *world,
                           struct arena *arena)
{
    for (size_t i = 0; i < world->actions.count; i++) {
        const struct action *action = &world->actions.items[i];
        if (action->output != OUTPUT_DECISIONS)
            continue;
        const cJSON *record = parsed(action, arena);
        struct str ticket = json_string(json_get(record, STR("ticket")));
        struct str status = json_string(json_get(record, STR("status")));
        struct str band = json_string(json_get(record, STR("band")));
        int64_t number = 0;
        if (ticket.size < 2 || !str_present(status) ||
            !str_to_int((struct str){ ticket.data + 1, ticket.size - 1 }, &number))
            continue;
        all[number].open = !str_is(status, "resolved") && !str_is(status, "closed");
        for (int k = 0; k < BAND_COUNT; k++)
            all[number].band = str_is(band, band_name(k)) ? k : all[number].band;
    }
}

/* Whatever happens, undone or restored: the open tickets of each band are those whose last decision
 * says so. */
static void the_census_counts_the_tickets_that_are_open(void **state)
{
    struct buf json = { 0 };
    struct arena *arena = arena_new(64 * 1024);
    struct told last = { 0 };
    uint64_t opened = 0, overdue = 0;
    (void)state;
    for (uint64_t seed = 31; seed < 31 + SEEDS; seed++) {
        struct standing_found all[RANDOM_TICKETS] = { 0 };
        struct world world;
        uint64_t random = seed;
        time_ms now = WORLD_START;
        world_open(&world, config, 0, 1);
        for (int i = 0; i < EVENTS; i++) {
            now += random_step(&random);
            random_event(&random, now, &json);
            struct task_clock clock = world.clock;
            struct told before = census_of(&world);
            world_feed(&world, buf_str(&json), now);
            if (dice(&random, 3) == 0) {
                tickets_engine.undo(world.engine);
                struct told after = census_of(&world);
                assert_memory_equal(&before, &after, sizeof(before));
                world.clock = clock;
                world.offset--;
                world_feed(&world, buf_str(&json), now);
            }
            arena_reset(arena);
            find_standings(all, &world, arena);
            world_commit(&world);
            uint64_t open[BAND_COUNT] = { 0 };
            for (int k = 0; k < RANDOM_TICKETS; k++)
                open[all[k].band] += all[k].open;
            last = census_of(&world);
            assert_memory_equal(last.open, open, sizeof(open));
            opened += open[0] + open[1] + open[2] + open[3];
            overdue += last.overdue;
            if (dice(&random, 100) == 0) {
                world_restart(&world, true);
                struct told again = census_of(&world);
                assert_memory_equal(again.open, open, sizeof(open));
                assert_int_equal(again.overdue, last.overdue);
            }
        }
        world_close(&world);
    }
    assert_true(opened > 1000 && overdue > 100 && overdue < opened);
    assert_true(last.breaches > 0 && last.dispatches > 0);
    arena_free(arena);
    buf_free(&json);
}

/* ---- who decides, and how often */

enum way { PLAINLY, UNDONE, RESTARTED };

static void run(enum way way, uint64_t seed, struct buf *out)
{
    struct world world;
    struct buf json = { 0 };
    uint64_t random = seed, other = seed;
    time_ms now = WORLD_START;
    world_open(&world, config, 0, 1);
    for (int i = 0; i < EVENTS; i++) {
        now += random_step(&random);
        time_ms time = now;
        if (!random_erasure(&random, now, &json))
            time = random_event(&random, now, &json);
        struct task_clock clock = world.clock;
        int64_t offset = world.offset;
        world_feed(&world, buf_str(&json), time);
        if (way == UNDONE && dice(&other, 2)) {
            tickets_engine.undo(world.engine);
            world.clock = clock;
            world.offset = offset;
            world_feed(&world, buf_str(&json), time);
        }
        for (size_t k = 0; k < world.actions.count; k++)
            buf_printf(out, "%.*s\n%.*s\n", STR_ARG(world.actions.items[k].key),
                       STR_ARG(world.actions.items[k].value));
        world_commit(&world);
        if (way == RESTARTED && dice(&other, 50) == 0)
            world_restart(&world, dice(&other, 2));
    }
    buf_free(&json);
    world_close(&world);
}

static void who_decides_and_how_often_makes_no_difference(void **state)
{
    static const char *const names[] = { "again", "undone and done again", "restarted" };
    (void)state;
    for (uint64_t seed = 11; seed < 11 + SEEDS; seed++) {
        struct buf first = { 0 };
        run(PLAINLY, seed, &first);
        assert_true(first.size > 500000);
        for (int way = PLAINLY; way <= RESTARTED; way++) {
            struct buf second = { 0 };
            run((enum way)way, seed, &second);
            size_t at = 0;
            while (at < first.size && at < second.size && first.data[at] == second.data[at])
                at++;
            if (first.size != second.size || at < first.size)
                fail_msg("seed %llu, %s, differs at byte %zu:\n%.300s\n---\n%.300s",
                         (unsigned long long)seed, names[way], at,
                         buf_text(&first) + (at > 100 ? at - 100 : 0),
                         buf_text(&second) + (at > 100 ? at - 100 : 0));
            buf_free(&second);
        }
        buf_free(&first);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(breaches_are_told_once_and_the_closed_are_left_alone),
        cmocka_unit_test(a_thousand_events_and_three_restarts_repeat_no_breach),
        cmocka_unit_test(the_census_counts_the_tickets_that_are_open),
        cmocka_unit_test(who_decides_and_how_often_makes_no_difference),
    };
    json_init();
    return cmocka_run_group_tests(tests, open_config, close_config);
}
