/* What a reload does to open clocks. A year's days off arrive (ZM #390; chinesecalendar has none
 * for 2027), and promises that reach into it move, once (the office of tests/traces/office.yaml
 * knows its dates until the end of November 2026); and everything else, where `on_config_change`
 * says so. */
#include "tickets_world.h"

#include <unistd.h>

#include "calendar/calendar.h"

static const char *const later_dates =
    "include: [" SOURCE_DIR "/tests/traces/office.yaml]\n"
    "calendars:\n"
    "  office:\n"
    "    zone: Asia/Shanghai\n"
    "    hours: { mon..fri: [\"09:00-12:00\", \"13:00-18:00\"] }\n"
    "    dates: { 2026-11-25: off, 2026-11-28: workday, 2026-12-01..2026-12-02: off }\n"
    "    valid_until: 2026-12-31\n";

static const struct config *config_of(const char *text)
{
    char path[] = "/tmp/ombud-test-XXXXXX.yaml";
    int file = mkstemps(path, 5);
    assert_true(file >= 0 && write(file, text, strlen(text)) == (ssize_t)strlen(text));
    close(file);
    const struct config *config = world_config(path);
    unlink(path);
    return config;
}

static void open_ticket(struct world *world, const char *id, time_ms time)
{
    struct buf json = { 0 };
    char text[TIME_TEXT_SIZE];
    buf_printf(&json,
               "{\"type\":\"opened\",\"ticket\":\"%s\",\"id\":\"%s\",\"time\":\"%s\","
               "\"category\":\"billing\",\"body\":\"It is terrible\"}",
               id, id, time_format(time, text).data);
    world_feed(world, buf_str(&json), time);
    world_commit(world);
    buf_free(&json);
}

/* "resolution moved 2026-12-03T10:00:00Z (why)" of each promise in what the last call wrote. */
static void promises_of(const struct world *world, struct buf *out)
{
    static const struct json_limits limits = { 1 << 20, 65536, 16 };
    struct arena *arena = arena_new(4096);
    buf_clear(out);
    for (size_t i = 0; i < world->actions.count; i++) {
        size_t at = 0;
        if (world->actions.items[i].output != OUTPUT_PROMISES)
            continue;
        const cJSON *root =
            json_parse(world->actions.items[i].value, &limits, arena, NULL, &at, NULL);
        const cJSON *list = json_get(root, STR("promises"));
        for (const cJSON *promise = list ? list->child : NULL; promise; promise = promise->next)
            buf_printf(out, "%.*s %.*s %.*s %.*s (%.*s)%s\n",
                       STR_ARG(json_string(json_get(root, STR("ticket")))),
                       STR_ARG(json_string(json_get(promise, STR("clock")))),
                       STR_ARG(json_string(json_get(promise, STR("status")))),
                       STR_ARG(json_string(json_get(promise, STR("due")))),
                       STR_ARG(json_string(json_get(promise, STR("reason")))),
                       cJSON_IsTrue(json_get(promise, STR("provisional"))) ? " provisional" : "");
    }
    arena_free(arena);
}

static void assert_promises(const struct world *world, const char *wanted)
{
    struct buf found = { 0 };
    promises_of(world, &found);
    assert_string_equal(buf_text(&found), wanted);
    buf_free(&found);
}

/* Thursday, 11:00 in Shanghai: four working days end on Tuesday, 1 December, behind what is known.
 */
#define THURSDAY (WORLD_START + 123 * TIME_HOUR)
#define MOVED                                                                                      \
    "late resolution moved 2026-12-03T10:00:00Z (the calendar 'office' now knows its dates until " \
    "2026-12-31)\n"

static struct world world_with_promises(const struct config *config)
{
    struct world world;
    world_open(&world, config, 0, 1);
    open_ticket(&world, "early", THURSDAY - 3 * TIME_DAY);
    open_ticket(&world, "late", THURSDAY);
    assert_promises(&world, "early response missed 2026-11-23T06:00:00Z ()\n"
                            "late response made 2026-11-26T06:00:00Z ()\n"
                            "late resolution made 2026-12-01T10:00:00Z () provisional\n");
    return world;
}

/* How many provisional promises were made: /metrics has it. */
static uint64_t provisional_of(const struct world *world)
{
    uint64_t values[64] = { 0 };
    int row = 0;
    while (strcmp(tickets_engine.counter_rows[row].name, "provisional") != 0)
        row++;
    tickets_engine.counters(world->engine, values);
    return values[row];
}

static void close_all(struct world *world, const struct config *a, const struct config *b)
{
    world_close(world);
    config_free((struct config *)a);
    config_free((struct config *)b);
}

static void a_provisional_promise_moves_once(void **state)
{
    (void)state;
    const struct config *old = world_config(SOURCE_DIR "/tests/traces/office.yaml");
    const struct config *new = config_of(later_dates);
    struct world world = world_with_promises(old);
    assert_int_equal(provisional_of(&world), 1);
    tickets_engine.configure(world.engine, new);
    world_pass(&world, THURSDAY + TIME_MINUTE);
    assert_promises(&world, MOVED);
    world_commit(&world);
    assert_int_equal(provisional_of(&world), 1); /* what it became is none */
    tickets_engine.configure(world.engine, new);
    world_pass(&world, THURSDAY + 2 * TIME_MINUTE);
    assert_promises(&world, "");
    close_all(&world, old, new);
}

static void an_undo_and_a_restart_do_not_lose_it(void **state)
{
    (void)state;
    const struct config *old = world_config(SOURCE_DIR "/tests/traces/office.yaml");
    const struct config *new = config_of(later_dates);
    struct world world = world_with_promises(old);
    tickets_engine.configure(world.engine, new);
    struct task_clock clock = world.clock;
    world_pass(&world, THURSDAY + TIME_MINUTE);
    tickets_engine.undo(world.engine);
    world.clock = clock;
    world_pass(&world, THURSDAY + TIME_MINUTE);
    assert_promises(&world, MOVED);
    tickets_engine.undo(world.engine);
    world.setup.config = new;
    world_restart(&world, true);
    world_pass(&world, THURSDAY + TIME_MINUTE);
    assert_promises(&world, MOVED);
    close_all(&world, old, new);
}

static void a_reload_that_takes_it_back_wakes_nobody(void **state)
{
    (void)state;
    const struct config *old = world_config(SOURCE_DIR "/tests/traces/office.yaml");
    const struct config *new = config_of(later_dates);
    struct world world = world_with_promises(old);
    tickets_engine.configure(world.engine, new);
    tickets_engine.configure(world.engine, old);
    world_pass(&world, THURSDAY + TIME_MINUTE);
    for (size_t i = 0; i < world.actions.count; i++)
        assert_int_equal(world.actions.items[i].output, OUTPUT_STATE);
    close_all(&world, old, new);
}

/* Whoever changes what is promised, too, does so for new tickets only. */
static void other_changes_renew_nothing(void **state)
{
    static const char *const others[] = {
        /* another target beside it */
        "slas: [{ name: default, calendar: { P1: always, default: office }, response: { P1: 16m, "
        "P2: "
        "1h, P3: 2h, P4: 1wd }, resolution: { P1: 4h, P2: 1wd, P3: 4wd, P4: 15cd }, on_day_off: "
        "next, warn: [50%, 30m], pause: customer }]\n",
        /* another calendar in its place */
        "slas: [{ name: default, calendar: always, response: { P1: 15m, P2: 1h, P3: 2h, P4: 1wd }, "
        "resolution: { P1: 4h, P2: 1wd, P3: 4wd, P4: 15cd }, on_day_off: next, warn: [50%, 30m], "
        "pause: customer }]\n",
    };
    (void)state;
    for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++) {
        struct buf text = { 0 };
        buf_printf(&text, "%s%s", later_dates, others[i]);
        const struct config *old = world_config(SOURCE_DIR "/tests/traces/office.yaml");
        const struct config *new = config_of(buf_text(&text));
        struct world world = world_with_promises(old);
        tickets_engine.configure(world.engine, new);
        world_pass(&world, THURSDAY + TIME_MINUTE);
        assert_promises(&world, "");
        close_all(&world, old, new);
        buf_free(&text);
    }
}

/* ---- on_config_change: recompute_open */

static const struct config *recomputing(const char *slas)
{
    struct buf text = { 0 };
    buf_printf(&text,
               "include: [" SOURCE_DIR "/tests/traces/ombud.yaml]\n"
               "on_config_change: recompute_open\n%s",
               slas);
    const struct config *config = config_of(buf_text(&text));
    buf_free(&text);
    return config;
}

#define SLAS(billing, rest)                                                                        \
    "slas:\n  - { name: billing, match: \"category == billing\", " billing                         \
    ", warn: 50% }\n  - { name: default, response: " rest " }\n"

static const char *const two_hours =
    SLAS("response: 2h, resolution: 8h, clocks: { case: { target: 1h } }", "24h");

/* What the last call told supervisors: "breach resolved config". */
static void notices_of(const struct world *world, struct buf *out)
{
    static const struct json_limits limits = { 1 << 20, 65536, 16 };
    struct arena *arena = arena_new(4096);
    buf_clear(out);
    for (size_t i = 0; i < world->actions.count; i++) {
        size_t at = 0;
        if (world->actions.items[i].output != OUTPUT_NOTICES)
            continue;
        const cJSON *root =
            json_parse(world->actions.items[i].value, &limits, arena, NULL, &at, NULL);
        buf_printf(out, "%.*s %.*s %.*s\n", STR_ARG(json_string(json_get(root, STR("trigger")))),
                   STR_ARG(json_string(json_get(root, STR("status")))),
                   STR_ARG(json_string(json_get(root, STR("by")))));
    }
    arena_free(arena);
}

static void assert_notices(const struct world *world, const char *wanted)
{
    struct buf found = { 0 };
    notices_of(world, &found);
    assert_string_equal(buf_text(&found), wanted);
    buf_free(&found);
}

/* Its own clock was broken after an hour, which a lead and a manager know. */
static struct world world_with_a_breach(const struct config *config)
{
    struct world world;
    world_open(&world, config, 0, 1);
    open_ticket(&world, "t", WORLD_START);
    assert_promises(&world, "t response made 2026-11-21T02:00:00Z ()\n"
                            "t resolution made 2026-11-21T08:00:00Z ()\n"
                            "t case made 2026-11-21T01:00:00Z ()\n");
    world_pass(&world, WORLD_START + 90 * TIME_MINUTE);
    world_commit(&world);
    return world;
}

/* ZM #534, FH PR #2449 item 4: running clocks are computed anew, once, and what was announced is
 * not announced again. */
static void changed_terms_move_open_promises_once(void **state)
{
    static const char *const moved =
        "t response moved 2026-11-21T03:00:00Z (config: 'billing' was changed)\n"
        "t resolution moved 2026-11-21T04:00:00Z (config: 'billing' was changed)\n";
    (void)state;
    const struct config *old = recomputing(two_hours);
    const struct config *new =
        recomputing(SLAS("response: 3h, resolution: 4h, clocks: { case: { target: 30m } }", "24h"));
    struct world world = world_with_a_breach(old);
    tickets_engine.configure(world.engine, new);
    world_pass(&world, WORLD_START + 91 * TIME_MINUTE);
    assert_promises(&world, moved);
    tickets_engine.undo(world.engine);
    world.setup.config = new;
    world_restart(&world, false); /* what a reload does a restart does, too */
    world_pass(&world, WORLD_START + 92 * TIME_MINUTE);
    assert_promises(&world, moved);
    world_commit(&world);
    world_restart(&world, true);
    tickets_engine.configure(world.engine, new);
    world_pass(&world, WORLD_START + 119 * TIME_MINUTE);
    assert_promises(&world, "");
    world_pass(&world, WORLD_START + 5 * TIME_HOUR);
    assert_promises(&world, "t response missed 2026-11-21T03:00:00Z ()\n"
                            "t resolution missed 2026-11-21T04:00:00Z ()\n");
    close_all(&world, old, new);
}

/* A promise that another target has broken by now is announced, for the first time. */
static void what_moves_into_the_past_is_broken_once(void **state)
{
    (void)state;
    const struct config *old = recomputing(two_hours);
    const struct config *new =
        recomputing(SLAS("response: 1h, resolution: 8h, clocks: { case: { target: 2h } }", "24h"));
    struct world world = world_with_a_breach(old);
    tickets_engine.configure(world.engine, new);
    world_pass(&world, WORLD_START + 91 * TIME_MINUTE);
    assert_promises(&world,
                    "t response moved 2026-11-21T01:00:00Z (config: 'billing' was changed)\n"
                    "t response missed 2026-11-21T01:00:00Z ()\n");
    close_all(&world, old, new);
}

/* ZM #4353: the SLA is gone, and tickets stay escalated. */
static void a_removed_sla_ends_its_clocks(void **state)
{
    (void)state;
    const struct config *old = recomputing(two_hours);
    const struct config *new = recomputing("slas: [{ name: default, response: 24h }]\n");
    struct world world = world_with_a_breach(old);
    tickets_engine.configure(world.engine, new);
    world_pass(&world, WORLD_START + 91 * TIME_MINUTE);
    assert_promises(&world,
                    "t response ended 2026-11-21T02:00:00Z (config: 'billing' was removed)\n"
                    "t resolution ended 2026-11-21T08:00:00Z (config: 'billing' was removed)\n"
                    "t case ended 2026-11-21T01:00:00Z (config: 'billing' was removed)\n");
    assert_notices(&world, "warning resolved config\nwarning resolved config\n"
                           "breach resolved config\nbreach resolved config\n");
    world_commit(&world);
    world_pass(&world, WORLD_START + 20 * TIME_HOUR);
    assert_promises(&world, "");
    close_all(&world, old, new);
}

/* What is left of an SLA that promises less. */
static void a_clock_that_is_promised_no_more_ends(void **state)
{
    (void)state;
    const struct config *old = recomputing(two_hours);
    const struct config *new = recomputing(SLAS("response: 2h, clocks: {}", "24h"));
    struct world world = world_with_a_breach(old);
    tickets_engine.configure(world.engine, new);
    world_pass(&world, WORLD_START + 91 * TIME_MINUTE);
    assert_promises(&world,
                    "t resolution ended 2026-11-21T08:00:00Z (config: 'billing' does not "
                    "promise it any more)\n"
                    "t case ended 2026-11-21T01:00:00Z (config: 'billing' does not promise it "
                    "any more)\n");
    close_all(&world, old, new);
}

/* A holiday is entered while tickets are open. */
static void an_edited_calendar_moves_what_it_concerns(void **state)
{
    static const char *const office =
        "calendars: { office: { zone: UTC, hours: { mon..sun: "
        "\"00:00-12:00\" }, dates: { %s: off } } }\n"
        "slas: [{ name: default, calendar: office, response: 13h }]\n";
    struct buf before = { 0 }, after = { 0 };
    (void)state;
    buf_printf(&before, office, "2026-12-24");
    buf_printf(&after, office, "2026-11-22");
    const struct config *old = recomputing(buf_text(&before));
    const struct config *new = recomputing(buf_text(&after));
    struct world world;
    world_open(&world, old, 0, 1);
    open_ticket(&world, "t", WORLD_START);
    assert_promises(&world, "t response made 2026-11-22T01:00:00Z ()\n");
    tickets_engine.configure(world.engine, new);
    world_pass(&world, WORLD_START + TIME_MINUTE);
    assert_promises(&world,
                    "t response moved 2026-11-23T01:00:00Z (config: 'default' was changed)\n");
    close_all(&world, old, new);
    buf_free(&before);
    buf_free(&after);
}

/* A law that changes what it says for days that were. */
static void a_regulation_follows_too(void **state)
{
    static const char *const law =
        "regulations: [{ name: law, versions: [{ source: x, checked: true, clocks: { final: { "
        "target: %s } } }] }]\n";
    struct buf before = { 0 }, after = { 0 };
    (void)state;
    buf_printf(&before, law, "48h");
    buf_printf(&after, law, "72h");
    const struct config *old = recomputing(buf_text(&before));
    const struct config *new = recomputing(buf_text(&after));
    struct world world;
    world_open(&world, old, 0, 1);
    open_ticket(&world, "t", WORLD_START);
    tickets_engine.configure(world.engine, new);
    world_pass(&world, WORLD_START + TIME_MINUTE);
    assert_promises(&world, "t law.final moved 2026-11-24T00:00:00Z (config: 'law' was changed)\n");
    close_all(&world, old, new);
    buf_free(&before);
    buf_free(&after);
}

/* ---- what was broken before it is moved */

/* By the event that moves it: "breach", or "broken promise" of what was promised by word. */
static int breaches_told(const struct world *world)
{
    int count = 0;
    for (size_t i = 0; i < world->actions.count; i++) {
        const struct action *action = &world->actions.items[i];
        count += action->output == OUTPUT_NOTICES &&
                 memmem(action->value.data, action->value.size, "\"event\":\"m\"", 11) &&
                 memmem(action->value.data, action->value.size, "\"status\":\"firing\"", 17) &&
                 memmem(action->value.data, action->value.size, "\"trigger\":\"br", 13);
    }
    return count;
}

static void say(struct world *world, time_ms arrival, time_ms own, const char *rest)
{
    struct buf json = { 0 };
    char text[TIME_TEXT_SIZE];
    buf_printf(&json, "{\"ticket\":\"t1\",\"time\":\"%.*s\",%s}",
               STR_ARG(time_format_ms(own, text)), rest);
    world_feed_at(world, buf_str(&json), arrival, arrival);
    world_commit(world);
    buf_free(&json);
}

/* By the source's clock, which may be up to five minutes ahead of Kafka's, the promise is broken
 * already when somebody moves it: the breach is told, once, before anything becomes of the clock.
 */
static void a_breach_is_told_before_the_promise_moves(void **state)
{
    static const struct {
        const char *config, *before, *move, *said;
    } cases[] = {
        { "pledges.yaml", "\"type\":\"promised\",\"id\":\"p\",\"due\":\"2026-11-21T01:00:00Z\"",
          "\"type\":\"promised\",\"id\":\"m\",\"due\":\"2026-11-21T05:00:00Z\"",
          "t1 promised missed 2026-11-21T01:00:00Z ()\n"
          "t1 promised made 2026-11-21T05:00:00Z ()\n" },
        /* A promise that is broken, and known to be, is not extended. */
        { "pledges.yaml", "\"type\":\"updated\",\"id\":\"p\"",
          "\"type\":\"extended\",\"id\":\"m\",\"reason\":\"parts\","
          "\"due\":\"2026-11-21T05:00:00Z\"",
          "t1 resolution missed 2026-11-21T01:00:00Z ()\n" },
        { "everything.yaml", "\"type\":\"fulfilled\",\"id\":\"p\",\"clock\":\"receipt\"",
          "\"type\":\"fulfilled\",\"id\":\"m\",\"clock\":\"answer\","
          "\"due\":\"2026-11-21T05:00:00Z\"",
          "t1 answer missed 2026-11-21T01:00:00Z ()\n" },
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char path[256];
        struct world world;
        snprintf(path, sizeof(path), "%s/tests/traces/%s", SOURCE_DIR, cases[i].config);
        const struct config *config = world_config(path);
        world_open(&world, config, 0, 1);
        world.clock.mode = CLOCK_WALL;
        time_ms half = WORLD_START + 30 * TIME_MINUTE;
        say(&world, WORLD_START, WORLD_START,
            "\"type\":\"opened\",\"id\":\"o\",\"body\":\"It is on fire\"");
        say(&world, half, half, cases[i].before);
        time_ms arrival = WORLD_START + 59 * TIME_MINUTE;
        say(&world, arrival, arrival + 3 * TIME_MINUTE, cases[i].move);
        assert_promises(&world, cases[i].said);
        assert_int_equal(breaches_told(&world), 1);
        world_pass(&world, WORLD_START + 70 * TIME_MINUTE);
        struct buf later = { 0 };
        promises_of(&world, &later);
        assert_null(strstr(buf_text(&later), cases[i].said)); /* not again by its deadline */
        buf_free(&later);
        world_commit(&world);
        close_all(&world, config, NULL);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_provisional_promise_moves_once),
        cmocka_unit_test(an_undo_and_a_restart_do_not_lose_it),
        cmocka_unit_test(a_reload_that_takes_it_back_wakes_nobody),
        cmocka_unit_test(other_changes_renew_nothing),
        cmocka_unit_test(changed_terms_move_open_promises_once),
        cmocka_unit_test(what_moves_into_the_past_is_broken_once),
        cmocka_unit_test(a_removed_sla_ends_its_clocks),
        cmocka_unit_test(a_clock_that_is_promised_no_more_ends),
        cmocka_unit_test(an_edited_calendar_moves_what_it_concerns),
        cmocka_unit_test(a_regulation_follows_too),
        cmocka_unit_test(a_breach_is_told_before_the_promise_moves),
    };
    json_init();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
