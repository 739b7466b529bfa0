#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/buf.h"
#include "host/config_file.h"
#include "json/json.h"
#include "explain/explain.h"
#include "stages.h"

#define CASES SOURCE_DIR "/tests/cases/explain/"

struct world {
    struct config *config;
    struct engine *engine;
    struct task_clock clock;
    struct actions actions;
    struct arena *arena;
};

static int setup(void **state)
{
    struct world *world = calloc(1, sizeof(*world));
    struct config_findings findings;
    json_init();
    world->config = config_open(CASES "conf/ombud.yaml", &findings);
    for (size_t i = 0; i < findings.count; i++)
        print_error("%.*s\n", STR_ARG(findings.items[i].text));
    config_findings_free(&findings);
    assert_non_null(world->config);
    struct engine_setup made = { .config = world->config,
                                 .topic = world->config->topics.home,
                                 .partition_count = 1,
                                 .home_partitions = 1 };
    world->engine = tickets_engine.create(&made);
    world->clock.mode = CLOCK_STREAM;
    world->arena = arena_new(16384);
    actions_init(&world->actions);
    *state = world;
    return 0;
}

static int teardown(void **state)
{
    struct world *world = *state;
    tickets_engine.destroy(world->engine);
    actions_free(&world->actions);
    arena_free(world->arena);
    config_free(world->config);
    free(world);
    return 0;
}

static void feed(struct world *world, struct str event)
{
    struct record record = { .topic = world->config->topics.home, .value = event };
    size_t at;
    const cJSON *root = json_parse(event, &json_event_limits, world->arena, NULL, &at, NULL);
    struct str time = json_string(json_get(root, STR("time")));
    if (str_present(time))
        assert_true(time_parse(time, &record.timestamp, NULL));
    struct prepared *prepared = tickets_engine.prepare(world->engine, &record, world->arena);
    actions_clear(&world->actions);
    engine_turn(&tickets_engine, world->engine, &world->clock, prepared, record.timestamp, 0,
                &world->actions);
}

static void read_file(const char *path, struct buf *out)
{
    FILE *file = fopen(path, "r");
    char piece[4096];
    if (!file)
        fail_msg("%s is missing", path);
    for (size_t size; (size = fread(piece, 1, sizeof(piece), file)) > 0;)
        buf_add(out, piece, size);
    fclose(file);
}

/* UPDATE_GOLDEN=1 writes what is told; the diff is then for a person to read. */
static void check_golden(const char *name, struct buf *got)
{
    got->size = (size_t)(strrchr(buf_text(got), ' ') + 1 - got->data); /* the fingerprint */
    buf_add_char(got, '\n');
    char path[512];
    struct buf wanted = { 0 };
    snprintf(path, sizeof(path), CASES "%s.txt", name);
    if (getenv("UPDATE_GOLDEN")) {
        FILE *file = fopen(path, "w");
        assert_non_null(file);
        fwrite(got->data, 1, got->size, file);
        fclose(file);
    }
    read_file(path, &wanted);
    if (!str_equal(buf_str(got), buf_str(&wanted)))
        fail_msg("%s\n-- expected\n%s-- got\n%s", path, buf_text(&wanted), buf_text(got));
    buf_free(&wanted);
}

static void accounts_are_as_written(void **state)
{
    static const struct {
        const char *event, *golden;
        enum explain_language language;
    } rows[] = {
        { "zh-danger", "zh-danger.zh", EXPLAIN_ZH },
        { "zh-danger", "zh-danger.en", EXPLAIN_EN },
        { "en-danger", "en-danger.en", EXPLAIN_EN },
        { "zh-ordinary", "zh-ordinary.zh", EXPLAIN_ZH },
        { "en-ordinary", "en-ordinary.en", EXPLAIN_EN },
        { "en-pair", "en-pair.en", EXPLAIN_EN },
        { "zh-pair", "zh-pair.zh", EXPLAIN_ZH },
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        void *fresh = NULL;
        char path[512];
        struct buf event = { 0 }, got = { 0 };
        setup(&fresh);
        struct world *world = fresh;
        snprintf(path, sizeof(path), CASES "%s.json", rows[i].event);
        read_file(path, &event);
        feed(world, buf_str(&event));
        explain_text(world->config, buf_str(&event), &world->actions, rows[i].language, &got);
        check_golden(rows[i].golden, &got);
        buf_free(&event);
        buf_free(&got);
        teardown(&fresh);
    }
    (void)state;
}

/* A phrase that does not lift to its floor says why, in both languages. */
static void what_is_not_stated_says_why(void **state)
{
    static const struct {
        const char *body, *en, *zh;
    } rows[] = {
        { "Solved.\\n> it caught fire", "“caught fire” (in a quoted message: not counted)",
          "在引用的邮件里，不计分" },
        { "Send it.\\nRegards,\\nCaught Fire Ltd", "in a signature or footer: not counted",
          "在签名或法律声明里，不计分" },
        { "The film \\\"It Caught Fire\\\" skips.", "a title, product or term: not counted",
          "是标题、产品名或术语，不计分" },
        { "I read that one caught fire.", "somebody else's matter: counts 25 %",
          "是别人的事，只计 25 %" },
        { "It caught fire years ago.", "long past or settled: counts 25 %",
          "早已过去或已经解决，只计 25 %" },
        { "I dreamt it caught fire.", "only imagined: counts 25 %",
          "是想象、演习或剧情，只计 25 %" },
    };
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        void *fresh = NULL;
        struct buf event = { 0 }, en = { 0 }, zh = { 0 };
        setup(&fresh);
        struct world *world = fresh;
        buf_printf(&event, "{\"type\":\"opened\",\"ticket\":\"T-1\",\"body\":\"%s\"}",
                   rows[i].body);
        feed(world, buf_str(&event));
        explain_text(world->config, buf_str(&event), &world->actions, EXPLAIN_EN, &en);
        explain_text(world->config, buf_str(&event), &world->actions, EXPLAIN_ZH, &zh);
        if (!strstr(buf_text(&en), rows[i].en) || !strstr(buf_text(&zh), rows[i].zh))
            fail_msg("%s\n%s", buf_text(&en), buf_text(&zh));
        buf_free(&event);
        buf_free(&en);
        buf_free(&zh);
        teardown(&fresh);
    }
}

static void what_is_no_event_says_why(void **state)
{
    struct world *world = *state;
    struct buf got = { 0 };
    feed(world, STR("{\"type\":\"opened\"}"));
    explain_text(world->config, STR("{\"type\":\"opened\"}"), &world->actions, EXPLAIN_EN, &got);
    assert_non_null(strstr(buf_text(&got), "dead letters"));
    assert_non_null(strstr(buf_text(&got), "[/ticket]"));
    buf_free(&got);
}

static void json_holds_the_records(void **state)
{
    struct world *world = *state;
    struct buf got = { 0 };
    struct error err = { "" };
    size_t at = 0;
    feed(world, STR("{\"type\":\"opened\",\"ticket\":\"T-1\",\"id\":\"e\",\"time\":"
                    "\"2026-11-21T09:00:00Z\",\"body\":\"it caught fire\"}"));
    explain_json(&world->actions, &got);
    const struct json_limits limits = { 1 << 20, 1 << 16, 64 };
    const cJSON *root = json_parse(buf_str(&got), &limits, world->arena, NULL, &at, &err);
    if (!root)
        fail_msg("%s at %zu", err.text, at);
    const cJSON *decision = json_pointer(root, STR("/decisions/0"));
    assert_true(str_is(json_string(json_get(decision, STR("band"))), "P1"));
    assert_true(str_is(json_string(json_pointer(root, STR("/decisions/0/signals/0/signal"))),
                       "text.safety"));
    assert_non_null(json_pointer(root, STR("/dispatches/1")));
    assert_non_null(json_pointer(root, STR("/promises/0/text/zh")));
    assert_non_null(json_pointer(root, STR("/notices/0/level")));
    buf_free(&got);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(accounts_are_as_written),
        cmocka_unit_test(what_is_not_stated_says_why),
        cmocka_unit_test_setup_teardown(what_is_no_event_says_why, setup, teardown),
        cmocka_unit_test_setup_teardown(json_holds_the_records, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
