/* Clocks of an office that is open from Monday to Friday, 08:00 to 18:00 in Shanghai. Rows named
 * after a project and a number are what its users reported there. */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "track/clock.h"

static struct arena *arena;
static struct calendar *office;

static int begin(void **state)
{
    static const struct shift day = { 8 * 60, 18 * 60 };
    struct calendar_terms terms = { .name = STR("office"),
                                    .zone = STR("Asia/Shanghai"),
                                    .valid_until = INT64_MAX };
    (void)state;
    for (int weekday = MONDAY; weekday <= FRIDAY; weekday++)
        terms.week[weekday] = (struct hours){ &day, 1 };
    office = calendar_new(&terms, NULL);
    arena = arena_new(4096);
    return office ? 0 : -1;
}

static int end(void **state)
{
    (void)state;
    calendar_free(office);
    arena_free(arena);
    return 0;
}

static time_ms at(const char *text)
{
    time_ms time = 0;
    struct error err;
    if (!time_parse(str_from(text), &time, &err))
        fail_msg("%s", err.text);
    return time;
}

static struct sla_terms terms_of(enum target_unit unit, int64_t amount, struct config_warning warn)
{
    struct sla_terms terms = { .warn = { .items = { warn }, .count = 1 } };
    for (int band = 0; band < BAND_COUNT; band++) {
        terms.calendar[band] = office;
        terms.target[CLOCK_RESOLUTION][band] = (struct target){ .unit = unit, .amount = amount };
    }
    return terms;
}

static const struct {
    const char *name;
    enum target_unit unit;
    int64_t amount;
    struct config_warning warn;
    const char *start, *due, *warned;
} starts[] = {
    { "GLPI PR #22678: an hour before the end is an hour of work before it",
      TARGET_TIME,
      4 * TIME_HOUR,
      { .before = TIME_HOUR },
      "2026-11-23T17:00:00+08:00",
      "2026-11-24T11:00:00+08:00",
      "2026-11-24T10:00:00+08:00" },
    { "four hours of work before it are on the day before",
      TARGET_TIME,
      8 * TIME_HOUR,
      { .before = 4 * TIME_HOUR },
      "2026-11-23T13:00:00+08:00",
      "2026-11-24T11:00:00+08:00",
      "2026-11-23T17:00:00+08:00" },
    { "three quarters are of the working time",
      TARGET_TIME,
      4 * TIME_HOUR,
      { .percent = 75 },
      "2026-11-23T17:00:00+08:00",
      "2026-11-24T11:00:00+08:00",
      "2026-11-24T10:00:00+08:00" },
    { "of working days, too",
      TARGET_WORKING_DAYS,
      1,
      { .percent = 50 },
      "2026-11-20T16:00:00+08:00",
      "2026-11-23T18:00:00+08:00",
      "2026-11-23T12:00:00+08:00" },
    { "of calendar days it is elapsed time, over a weekend",
      TARGET_CALENDAR_DAYS,
      2,
      { .percent = 50 },
      "2026-11-21T00:00:00+08:00",
      "2026-11-24T00:00:00+08:00",
      "2026-11-22T12:00:00+08:00" },
};

static void ends_and_warnings_know_the_hours(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(starts) / sizeof(*starts); i++) {
        struct sla_terms terms = terms_of(starts[i].unit, starts[i].amount, starts[i].warn);
        struct clock clock = { .kind = CLOCK_RESOLUTION };
        char text[2][TIME_TEXT_SIZE];
        clock_start(&clock, &terms, 1, 0, at(starts[i].start), INTERVAL_OPENED, arena);
        if (clock.due != at(starts[i].due) || clock.warn != at(starts[i].warned))
            fail_msg("%s: due %s, warning %s", starts[i].name, time_format(clock.due, text[0]).data,
                     time_format(clock.warn, text[1]).data);
    }
}

static const struct {
    const char *name;
    enum target_unit unit;
    int64_t amount;
    const char *start, *paused, *resumed, *due;
} pauses[] = {
    { "GLPI #9082, erpnext PR #49414: after a pause of 3h31 the end is within opening hours",
      TARGET_TIME, 4 * TIME_HOUR, "2026-11-23T13:00:00+08:00", "2026-11-23T14:00:00+08:00",
      "2026-11-23T17:31:00+08:00", "2026-11-24T10:31:00+08:00" },
    { "frappe/helpdesk #2449: a pause over the night costs the work in it", TARGET_TIME,
      4 * TIME_HOUR, "2026-11-23T13:00:00+08:00", "2026-11-23T16:00:00+08:00",
      "2026-11-24T09:00:00+08:00", "2026-11-24T10:00:00+08:00" },
    { "a pause over the weekend costs nothing", TARGET_TIME, 4 * TIME_HOUR,
      "2026-11-20T17:00:00+08:00", "2026-11-20T18:00:00+08:00", "2026-11-23T08:00:00+08:00",
      "2026-11-23T11:00:00+08:00" },
    { "working days end that much work later", TARGET_WORKING_DAYS, 1, "2026-11-23T10:00:00+08:00",
      "2026-11-23T12:00:00+08:00", "2026-11-23T14:00:00+08:00", "2026-11-25T10:00:00+08:00" },
    { "calendar days as long as it took", TARGET_CALENDAR_DAYS, 1, "2026-11-21T10:00:00+08:00",
      "2026-11-21T12:00:00+08:00", "2026-11-22T12:00:00+08:00", "2026-11-24T00:00:00+08:00" },
};

static void pauses_cost_the_time_that_counts(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(pauses) / sizeof(*pauses); i++) {
        struct sla_terms terms =
            terms_of(pauses[i].unit, pauses[i].amount, (struct config_warning){ .percent = 80 });
        struct clock clock = { .kind = CLOCK_RESOLUTION };
        time_ms previous = TIME_NEVER;
        char text[TIME_TEXT_SIZE];
        clock_start(&clock, &terms, 1, 0, at(pauses[i].start), INTERVAL_OPENED, arena);
        clock_pause(&clock, INTERVAL_CUSTOMER, at(pauses[i].paused), arena);
        clock_resume(&clock, &terms, at(pauses[i].resumed), &previous, arena);
        if (clock.due != at(pauses[i].due))
            fail_msg("%s: due %s", pauses[i].name, time_format(clock.due, text).data);
    }
}

/* frappe/helpdesk #3297: "overdue by" is of working time. */
static void what_is_overdue_is_working_time(void **state)
{
    struct sla_terms terms =
        terms_of(TARGET_TIME, TIME_HOUR, (struct config_warning){ .percent = 80 });
    struct clock clock = { .kind = CLOCK_RESOLUTION };
    (void)state;
    clock_start(&clock, &terms, 1, 0, at("2026-11-20T16:00:00+08:00"), INTERVAL_OPENED, arena);
    assert_int_equal(clock_overdue(&clock, &terms, at("2026-11-23T09:00:00+08:00")), 2 * TIME_HOUR);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ends_and_warnings_know_the_hours),
        cmocka_unit_test(pauses_cost_the_time_that_counts),
        cmocka_unit_test(what_is_overdue_is_working_time),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
