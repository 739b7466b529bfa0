#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "serve/metrics.h"

/* One worker with a task of each stage, whose counters have the values 100, 101, 102 ... */
static struct buf write_page(void)
{
    struct task_report tasks[STAGE_COUNT] = { 0 };
    struct worker_report worker = {
        .count = STAGE_COUNT, .tasks = tasks, .restoring = 3, .output_bytes = 13
    };
    for (int i = 0; i < STAGE_COUNT; i++) {
        tasks[i] = (struct task_report){
            .stage = (enum stage)i, .topic = "in", .partition = 7, .ahead_bytes = 11, .fetched = 12
        };
        for (unsigned j = 0; j < REPORT_COUNTERS; j++)
            tasks[i].counters[j] = 100 + j;
    }
    struct restoring_report restoring[3] = {
        { .stage = STAGE_TICKETS, .topic = "in", .partition = 8, .offsets = 200, .passed = 50 }
    };
    struct series_report series[] = {
        { .stage = STAGE_TICKETS, .row = 1, .values = { "quality", "P1" }, .value = 14 },
        { .stage = STAGE_TICKETS, .row = 0, .values = { "js\"on\\\n" }, .value = 15 },
    };
    worker.restorings = restoring;
    worker.series = series;
    worker.series_count = 2;
    latency_add(&worker.decisions, 30);
    latency_add(&worker.decisions, 60);
    latency_add(&worker.decisions, 700000);
    latency_add(&worker.decisions, -5);
    worker.turns = (struct turns){
        .counts = { 40, 3, 0, 0, 0, 2 }, .sum_us = 1600000, .stalls = 2, .stalls_ms = 1500
    };
    struct reload_tally reloads = { .taken = 3, .refused = 1, .taken_at = 2000, .refused_at = 5 };
    struct app_report app = { .workers = &worker,
                              .count = 1,
                              .reloads = &reloads,
                              .started = 1500,
                              .process = { .resident = 4096, .cpu_us = 2500000 } };
    struct buf page = { 0 };
    struct calendar_terms terms = { .name = STR("cn"), .zone = STR("UTC"), .valid_until = 19723 };
    static const struct shift all_day = { 0, 24 * 60 };
    terms.week[MONDAY] = (struct hours){ &all_day, 1 };
    struct config_calendar calendars[] = { { .calendar = calendar_always(STR("UTC"), NULL) },
                                           { .calendar = calendar_new(&terms, NULL) } };
    struct config config = { .calendars = calendars,
                             .calendar_count = 2,
                             .fingerprint = "0123456789ab" };
    metrics_write(&app, &config, &page);
    for (int i = 0; i < 2; i++)
        calendar_free(calendars[i].calendar);
    return page;
}

static void assert_line(struct buf *page, const char *line)
{
    char wanted[256];
    snprintf(wanted, sizeof(wanted), "\n%s\n", line);
    if (strstr(buf_text(page), wanted) == NULL)
        fail_msg("no line '%s' in:\n%s", line, buf_text(page));
}

static void test_what_engines_count_has_name_and_type_by_the_rules(void **state)
{
    (void)state;
    static const char *const lines[] = {
        "# TYPE ombud_tickets_applied_total counter",
        "# HELP ombud_tickets_applied_total Events that changed a ticket.",
        "ombud_tickets_applied_total{topic=\"in\",partition=\"7\"} 100",
        "# TYPE ombud_tickets_kept gauge",
        "# TYPE ombud_tickets_state_bytes gauge",
        "# TYPE ombud_escalations_notices_total counter",
        "# TYPE ombud_escalations_groups gauge",
        "ombud_escalations_groups{topic=\"in\",partition=\"7\"} 103",
        "# TYPE ombud_escalations_members gauge",
        "ombud_tasks_restoring{worker=\"0\"} 3",
        "process_resident_memory_bytes 4096",
        "ombud_calendar_valid_until_seconds{calendar=\"cn\"} 1704153600",
        "# TYPE ombud_tickets_text_bytes gauge",
        "# TYPE ombud_escalations_member_bytes gauge",
        "ombud_task_ahead_bytes{stage=\"tickets\",topic=\"in\",partition=\"7\"} 11",
        "ombud_task_fetched_records{stage=\"tickets\",topic=\"in\",partition=\"7\"} 12",
        "ombud_transaction_bytes{worker=\"0\"} 13",
        "ombud_restore_offsets{stage=\"tickets\",topic=\"in\",partition=\"8\"} 200",
        "ombud_restore_passed_offsets{stage=\"tickets\",topic=\"in\",partition=\"8\"} 50",
        "# TYPE ombud_tickets_open gauge",
        "ombud_tickets_open{worker=\"0\",department=\"quality\",band=\"P1\"} 14",
        "# TYPE ombud_tickets_deadletter_reasons_total counter",
        "ombud_tickets_deadletter_reasons_total{worker=\"0\",reason=\"js\\\"on\\\\\\n\"} 15",
        "ombud_decision_seconds_bucket{worker=\"0\",le=\"0.01\"} 1",
        "ombud_decision_seconds_bucket{worker=\"0\",le=\"0.05\"} 2",
        "ombud_decision_seconds_bucket{worker=\"0\",le=\"600\"} 3",
        "ombud_decision_seconds_bucket{worker=\"0\",le=\"+Inf\"} 4",
        "ombud_decision_seconds_sum{worker=\"0\"} 700.09",
        "ombud_decision_seconds_count{worker=\"0\"} 4",
        "ombud_loop_stalls_total{worker=\"0\"} 2",
        "ombud_loop_stall_seconds_total{worker=\"0\"} 1.5",
        "ombud_loop_turn_seconds_bucket{worker=\"0\",le=\"0.02\"} 43",
        "ombud_loop_turn_seconds_count{worker=\"0\"} 45",
        "ombud_loop_turn_seconds_sum{worker=\"0\"} 1.6",
        "ombud_reloads_total{outcome=\"taken\"} 3",
        "ombud_reloads_total{outcome=\"refused\"} 1",
        "ombud_reload_last_successful 1",
        "ombud_reload_last_success_timestamp_seconds 2",
        "process_cpu_seconds_total 2.500000",
        "process_start_time_seconds 1.5",
    };
    struct buf page = write_page();
    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
        assert_line(&page, lines[i]);
    buf_free(&page);
}

/* Prometheus: a counter's name ends in _total, and no other's does. */
static void test_only_counters_are_totals(void **state)
{
    (void)state;
    struct buf page = write_page();
    int families = 0;
    for (const char *line = buf_text(&page); (line = strstr(line, "# TYPE ")) != NULL; line++) {
        char name[128], type[32];
        assert_int_equal(sscanf(line, "# TYPE %127s %31s", name, type), 2);
        bool is_total = strlen(name) > 6 && strcmp(name + strlen(name) - 6, "_total") == 0;
        if (is_total != (strcmp(type, "counter") == 0))
            fail_msg("%s is a %s", name, type);
        families++;
    }
    assert_true(families > 40);
    buf_free(&page);
}

static void test_every_engine_fits_the_report(void **state)
{
    (void)state;
    for (int stage = 0; stage < STAGE_COUNT; stage++) {
        size_t count = 0;
        while (stages[stage].ops->counter_rows[count].name != NULL)
            count++;
        assert_in_range(count, 1, REPORT_COUNTERS);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_engines_count_has_name_and_type_by_the_rules),
        cmocka_unit_test(test_only_counters_are_totals),
        cmocka_unit_test(test_every_engine_fits_the_report),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
