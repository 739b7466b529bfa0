#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "serve/never_hit.h"

static int rules_row(enum stage stage)
{
    int row = 0;
    while (strcmp(stages[stage].ops->series_rows[row].name, RULE_HITS) != 0)
        row++;
    return row;
}

static struct series_report hits(enum stage stage, const char *kind, const char *rule,
                                 uint64_t value)
{
    struct series_report report = { .stage = stage, .row = rules_row(stage), .value = value };
    strcpy(report.values[0], kind);
    snprintf(report.values[1], SERIES_VALUE, "%.*s", SERIES_VALUE - 1, rule); /* cut, as there */
    return report;
}

static struct config_rule rules[] = {
    { "route", STR("c.yaml:3 a name that is longer than any that a counter's label has room for"),
      RULE_OF_TICKETS },
    { "sla", STR("c.yaml:5 gold"), RULE_OF_TICKETS },
    { "escalation", STR("c.yaml:7"), RULE_OF_TICKETS | RULE_OF_INTAKE },
    { "inhibit", STR("c.yaml:9 breach"), RULE_OF_ESCALATIONS },
};

static void assert_never_hit(const struct worker_report *workers, int count, const char *expected)
{
    const struct app_report app = { .workers = (struct worker_report *)workers, .count = count };
    const struct config config = { .rules = rules, .rule_count = sizeof(rules) / sizeof(*rules) };
    struct buf text = { 0 };
    struct json_writer json = json_writer_to(&text);
    never_hit_put(&app, &config, &json);
    assert_string_equal(buf_text(&text), expected);
    buf_free(&text);
}

/* Which worker has which stage is the group's affair, and a dead letter may be written by any. */
static void a_rule_is_looked_for_in_all_workers_and_stages(void **state)
{
    (void)state;
    struct series_report first[] = {
        hits(STAGE_TICKETS, "route",
             "c.yaml:3 a name that is longer than any that a counter's label has room for", 0),
        hits(STAGE_TICKETS, "sla", "c.yaml:5 gold", 0),
        hits(STAGE_TICKETS, "escalation", "c.yaml:7", 0),
        hits(STAGE_TICKETS, "sla", "c.yaml:4 of a configuration that is gone", 0),
    };
    struct series_report second[] = {
        hits(STAGE_ESCALATIONS, "inhibit", "c.yaml:9 breach", 0),
        hits(STAGE_TICKETS, "sla", "c.yaml:5 gold", 1),
        hits(STAGE_INTAKE, "escalation", "c.yaml:7", 2),
    };
    struct worker_report workers[] = { { .series = first, .series_count = 4 },
                                       { .series = second, .series_count = 3 } };
    assert_never_hit(
        workers, 2,
        "[{\"kind\":\"route\",\"rule\":\"c.yaml:3 a name that is longer than any that a "
        "counter's label has room for\"},"
        "{\"kind\":\"inhibit\",\"rule\":\"c.yaml:9 breach\"}]");
}

/* Of rules that no task here could take nothing is known. */
static void nothing_is_said_of_what_others_do(void **state)
{
    (void)state;
    struct worker_report idle = { 0 };
    assert_never_hit(&idle, 1, "[]");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_rule_is_looked_for_in_all_workers_and_stages),
        cmocka_unit_test(nothing_is_said_of_what_others_do),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
