/* Records that go elsewhere as they are: forwards and dead letters. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/hash.h"
#include "config/config.h"
#include "json/json.h"
#include "encode/deadletter.h"
#include "encode/forward.h"
#include "model/notice.h"

#define QUIET_BEFORE INT64_C(1795251600000) /* 2026-11-21T09:00:00Z */

static struct config_department departments[] = { { .slug = STR("front"),
                                                    .topic = STR("d.front") } };
static struct config_level levels[] = { { .name = STR("lead") }, { .name = STR("boss") } };
static struct config_route root = { .department = 0 };
static struct config_step steps[] = { { .after = 0, .level = 1 } };
static struct config_ladder ladders[] = {
    { .name = STR("loud"), .steps = steps, .step_count = 1 }
};
static struct config_escalation rule = {
    .ladder = 0, .group_wait = -1, .group_interval = { -1, -1, -1, -1 }, .rule = 1
};

static struct config config = { .topics = { .home = STR("home") },
                                .departments = departments,
                                .department_count = 1,
                                .levels = levels,
                                .level_count = 2,
                                .root = &root,
                                .ladders = ladders,
                                .ladder_count = 1,
                                .quiet_before = QUIET_BEFORE };

static struct str header(const struct action *action, const char *name)
{
    struct record record = { .headers = action->headers, .header_count = action->header_count };
    return record_header(&record, name);
}

static void headers_of_a_forward(void **state)
{
    static const struct {
        const char *name, *topic, *from, *expected_from, *other, *expected_other;
    } cases[] = {
        { "an intake's own ombud- headers are dropped", "intake", "evil/1/1", "intake/2/7", "x",
          NULL },
        { "a misplaced record of home is first read there", "home", NULL, "home/2/7", "x", NULL },
        { "a forward that is misplaced keeps its first place", "home", "intake/0/5", "intake/0/5",
          "x", "x" },
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct actions actions;
        struct header headers[4] = { { STR("trace"), STR("1") }, { STR("empty"), STR_NONE } };
        size_t count = 2;
        headers[count++] = (struct header){ STR("ombud-other"), str_from(cases[i].other) };
        if (cases[i].from)
            headers[count++] = (struct header){ STR("ombud-from"), str_from(cases[i].from) };
        struct record record = { .topic = str_from(cases[i].topic),
                                 .partition = 2,
                                 .offset = 7,
                                 .timestamp = 5,
                                 .key = STR("k"),
                                 .value = STR("v"),
                                 .headers = headers,
                                 .header_count = count };
        actions_init(&actions);
        forward_add(&config, &record, STR("ticket"), STR("zendesk"), 12, &actions);
        assert_int_equal(actions.count, 1);
        const struct action *action = &actions.items[0];
        assert_int_equal(action->output, OUTPUT_HOME);
        assert_int_equal(action->partition, kafka_partition(STR("ticket"), 12));
        assert_true(str_is(action->key, "ticket") && str_is(action->value, "v"));
        assert_true(str_is(header(action, "trace"), "1"));
        assert_false(str_present(header(action, "empty")));
        if (!str_is(header(action, "ombud-from"), cases[i].expected_from) ||
            !str_equal(header(action, "ombud-other"), str_from(cases[i].expected_other)))
            fail_msg("%s: from %.*s", cases[i].name, STR_ARG(header(action, "ombud-from")));
        if (!cases[i].expected_other) {
            assert_true(str_is(header(action, "ombud-format"), "zendesk"));
            assert_true(str_is(header(action, "ombud-timestamp"), "5"));
        }
        actions_free(&actions);
    }
}

static void one_that_is_passed_on_says_whither_and_how_often(void **state)
{
    static const struct {
        const char *name, *from, *passed, *expected_from, *expected;
    } cases[] = {
        { "first read at home", NULL, NULL, "home/2/7", "1 home/2/7" },
        { "forwarded from an intake", "intake/0/5", NULL, "intake/0/5", "1 home/2/7" },
        { "passed on before", "intake/0/5", "3 home/1/1", "intake/0/5", "4 home/2/7" },
        { "a count that nobody wrote", "intake/0/5", "x home/1/1", "intake/0/5", "1 home/2/7" },
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct actions actions;
        struct header headers[4] = { { STR("trace"), STR("1") } };
        size_t count = 1;
        if (cases[i].from)
            headers[count++] = (struct header){ STR("ombud-from"), str_from(cases[i].from) };
        if (cases[i].passed) {
            headers[count++] = (struct header){ STR("ombud-ticket"), STR("t1") };
            headers[count++] = (struct header){ STR("ombud-passed"), str_from(cases[i].passed) };
        }
        struct record record = { .topic = STR("home"),
                                 .partition = 2,
                                 .offset = 7,
                                 .timestamp = 5,
                                 .value = STR("v"),
                                 .headers = headers,
                                 .header_count = count };
        actions_init(&actions);
        forward_pass_on(&config, &record, STR("t2"), STR("ombud"), 12, &actions);
        const struct action *action = &actions.items[0];
        assert_int_equal(action->partition, kafka_partition(STR("t2"), 12));
        assert_true(str_is(action->key, "t2") && str_is(header(action, "ombud-ticket"), "t2"));
        assert_true(str_is(header(action, "trace"), "1"));
        if (!str_is(header(action, "ombud-from"), cases[i].expected_from) ||
            !str_is(header(action, "ombud-passed"), cases[i].expected))
            fail_msg("%s: passed %.*s", cases[i].name, STR_ARG(header(action, "ombud-passed")));
        actions_free(&actions);
    }
}

static void a_dead_letter_keeps_what_it_was(void **state)
{
    struct actions actions;
    struct header headers[] = { { STR("trace"), STR("1") }, { STR("ombud-error"), STR("older") } };
    struct record record = { .topic = STR("intake"),
                             .partition = 2,
                             .offset = 7,
                             .timestamp = QUIET_BEFORE + 1000,
                             .headers = headers,
                             .header_count = 2 };
    struct arena *arena = arena_new(4096);
    struct notice notice;
    struct error err;
    struct deadletter_tally tally = { 0 };
    (void)state;
    actions_init(&actions);
    const struct deadletter_writer writer = { &config, SOURCE_INTAKE, &tally, NULL };
    deadletter_add(&writer, &record, STR("no value"), STR_NONE, QUIET_BEFORE + 1001, &actions);
    assert_int_equal(tally.counts[DEADLETTER_RECORD], 1);
    assert_int_equal(deadletter_total(&tally), 1);
    assert_int_equal(actions.count, 2);
    const struct action *letter = &actions.items[0];
    assert_false(str_present(letter->key) || str_present(letter->value));
    assert_true(str_is(header(letter, "trace"), "1"));
    assert_int_equal(letter->header_count, 10);
    assert_true(str_is(header(letter, "__connect.errors.topic"), "intake"));
    assert_true(str_is(header(letter, "__connect.errors.partition"), "2"));
    assert_true(str_is(header(letter, "__connect.errors.offset"), "7"));
    assert_true(str_is(header(letter, "__connect.errors.exception.message"), "no value"));
    assert_true(str_is(header(letter, "ombud-error"), "no value"));
    assert_true(str_is(header(letter, "ombud-at"), ""));
    assert_true(str_is(header(letter, "ombud-topic"), "intake"));
    assert_true(str_is(header(letter, "ombud-partition"), "2"));
    assert_true(str_is(header(letter, "ombud-offset"), "7"));
    assert_true(notice_decode(actions.items[1].value, arena, &notice, &err));
    assert_true(str_is(notice.department, "front") && str_is(notice.level, "lead"));
    assert_true(str_is(notice.source, "intake/2/7") && str_is(notice.why, "no value"));
    assert_int_equal(notice.band, -1);
    assert_true(str_is(header(&actions.items[1], "ce_source"), "ombud/intake"));
    actions_free(&actions);
    arena_free(arena);
}

static void who_hears_of_a_dead_letter(void **state)
{
    static const struct {
        const char *name;
        time_ms timestamp;
        bool rule;
        const char *level; /* NULL: nobody */
    } cases[] = {
        { "the lead by default", QUIET_BEFORE, false, "lead" },
        { "whom the rule's ladder begins with", QUIET_BEFORE, true, "boss" },
        { "nobody of what is older than quiet_before", QUIET_BEFORE - 1, true, NULL },
        { "the lead where Kafka's timestamp tells nothing", -1, false, "lead" },
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct actions actions;
        struct arena *arena = arena_new(4096);
        struct notice notice;
        struct deadletter_tally tally = { 0 };
        uint64_t counts[1] = { 0 };
        struct rule_hits hits = { counts, 1 };
        struct record record = { .topic = STR("t"), .timestamp = cases[i].timestamp };
        rule.on[TRIGGER_DEADLETTER] = true;
        config.escalations = &rule;
        config.escalation_count = cases[i].rule ? 1 : 0;
        actions_init(&actions);
        const struct deadletter_writer writer = { &config, SOURCE_INTAKE, &tally, &hits };
        deadletter_add(&writer, &record, STR("x"), STR("byte 1"), 5000, &actions);
        assert_int_equal(actions.count, cases[i].level ? 2 : 1);
        assert_int_equal(counts[0], cases[i].level && cases[i].rule);
        if (cases[i].level) {
            assert_true(notice_decode(actions.items[1].value, arena, &notice, NULL));
            if (!str_is(notice.level, cases[i].level))
                fail_msg("%s", cases[i].name);
        }
        actions_free(&actions);
        arena_free(arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(headers_of_a_forward),
                                        cmocka_unit_test(
                                            one_that_is_passed_on_says_whither_and_how_often),
                                        cmocka_unit_test(a_dead_letter_keeps_what_it_was),
                                        cmocka_unit_test(who_hears_of_a_dead_letter) };
    json_init();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
