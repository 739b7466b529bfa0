#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "calendar/calendar_text.h"
#include "small_calendar.h"

static const struct {
    const char *text, *again; /* again NULL: refused */
} hours[] = {
    { "09:00-18:00", "09:00-18:00" },
    { "9:00-12:00, 13:30 - 18:00", "09:00-12:00,13:30-18:00" },
    { "00:00-24:00", "00:00-24:00" },
    { "22:00-06:00", "22:00-06:00" },
    { "18:00-24:00", "18:00-24:00" },
    { "18:00-00:00", "18:00-24:00" },
    { " off ", "off" },
    { "", NULL },
    { "9-18", NULL },
    { "09:00", NULL },
    { "09:00-18:60", NULL },
    { "09:00-24:01", NULL },
    { "24:00-06:00", NULL },
    { "09:00-09:00", NULL },
    { "09:00-12:00,", NULL },
    { "-1:00-12:00", NULL },
    { "closed", NULL },
};

static void hours_are_short_texts(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(hours) / sizeof(*hours); i++) {
        struct shift shifts[CALENDAR_SHIFTS_MAX];
        struct error err;
        struct buf out = { 0 };
        size_t count = 0;
        bool fine = shifts_parse(str_from(hours[i].text), shifts, &count, &err);
        hours_format((struct hours){ shifts, fine ? count : 0 }, &out);
        if (fine != (hours[i].again != NULL) || (fine && strcmp(buf_text(&out), hours[i].again)))
            fail_msg("'%s': %s", hours[i].text, fine ? buf_text(&out) : err.text);
        buf_free(&out);
    }
}

static void a_day_has_so_many_shifts(void **state)
{
    (void)state;
    struct shift shifts[CALENDAR_SHIFTS_MAX];
    struct buf text = { 0 };
    size_t count = 0;
    for (int i = 0; i < CALENDAR_SHIFTS_MAX; i++)
        buf_printf(&text, "%s%02d:00-%02d:30", i ? "," : "", i, i);
    assert_true(shifts_parse(buf_str(&text), shifts, &count, NULL));
    assert_false(shifts_parse(STR("20:00-21:00"), shifts, &count, NULL));
    buf_free(&text);
}

static const struct {
    const char *text;
    int first, last; /* last -1: refused */
} weekdays[] = {
    { "mon", MONDAY, MONDAY }, { "mon..fri", MONDAY, FRIDAY }, { "sat .. sun", SATURDAY, SUNDAY },
    { "monday", 0, -1 },       { "fri..mon", 0, -1 },          { "", 0, -1 },
    { "mon-fri", 0, -1 },
};

static const struct {
    const char *text;
    int days; /* 0: refused */
} dates[] = {
    { "2026-10-01", 1 },
    { "2026-10-01..2026-10-07", 7 },
    { "2026-12-31..2027-01-01", 2 },
    { "2026-10-07..2026-10-01", 0 },
    { "2026-10-01..2028-10-01", 0 },
    { "2026-10-01..", 0 },
    { "10-01", 0 },
};

static void days_are_one_or_several(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(weekdays) / sizeof(*weekdays); i++) {
        enum weekday first = MONDAY, last = MONDAY;
        bool fine = weekdays_parse(str_from(weekdays[i].text), &first, &last, NULL);
        if (fine != (weekdays[i].last >= 0) ||
            (fine && ((int)first != weekdays[i].first || (int)last != weekdays[i].last)))
            fail_msg("'%s'", weekdays[i].text);
    }
    for (size_t i = 0; i < sizeof(dates) / sizeof(*dates); i++) {
        int64_t first = 0, last = 0;
        bool fine = dates_parse(str_from(dates[i].text), &first, &last, NULL);
        if (fine != (dates[i].days > 0) || (fine && last - first + 1 != dates[i].days))
            fail_msg("'%s'", dates[i].text);
    }
}

static const char *const written =
    "{\"name\":\"small\",\"zone\":\"Europe/Berlin\",\"hours\":{\"mon\":\"09:00-12:00,13:00-18:00\","
    "\"tue\":\"09:00-12:00,13:00-18:00\",\"wed\":\"09:00-12:00,13:00-18:00\",\"thu\":\"off\","
    "\"fri\":\"22:00-06:00\",\"sat\":\"off\",\"sun\":\"off\"},\"dates\":{\"2026-12-24\":"
    "\"10:00-12:00\",\"2026-12-25..2026-12-27\":\"off\",\"2026-12-30\":\"off\"},"
    "\"valid_until\":\"2026-12-31\"}";

static void put(const struct calendar *calendar, struct buf *out)
{
    struct json_writer json = json_writer_to(out);
    json_open_object(&json);
    JSON_STR(&json, "name", calendar_name(calendar));
    calendar_write(&json, calendar);
    json_close_object(&json);
}

static struct calendar *read(const char *text, struct error *err)
{
    static const struct json_limits limits = { .size = 1 << 16, .nodes = 1 << 10, .depth = 4 };
    struct arena *arena = arena_new(4096);
    size_t at = 0;
    const cJSON *root = json_parse(str_from(text), &limits, arena, NULL, &at, err);
    struct calendar *calendar = root ? calendar_read(root, err) : NULL;
    arena_free(arena);
    return calendar;
}

static void what_is_written_is_read_again(void **state)
{
    (void)state;
    static const struct small_calendar small = {
        "Europe/Berlin",
        { { "mon", "wed", "09:00-12:00,13:00-18:00" }, { "fri", NULL, "22:00-06:00" } },
        { { "2026-12-30", NULL, "" },
          { "2026-12-24", NULL, "10:00-12:00" },
          { "2026-12-25", "2026-12-27", "" } },
    };
    struct calendar *made = small_calendar_make(&small, small_date("2026-12-31"), NULL);
    struct buf first = { 0 }, second = { 0 };
    put(made, &first);
    assert_string_equal(buf_text(&first), written);
    struct calendar *again = read(written, NULL);
    put(again, &second);
    assert_string_equal(buf_text(&second), written);
    assert_true(calendar_version(made) == calendar_version(again));
    assert_true(calendar_version(made) != calendar_version(NULL));
    buf_free(&first);
    buf_free(&second);
    calendar_free(made);
    calendar_free(again);
}

static void broken_texts_say_why(void **state)
{
    (void)state;
    static const struct {
        const char *text, *error;
    } cases[] = {
        { "{\"zone\":\"UTC\",\"hours\":{\"mon\":7}}", "hours must be a text" },
        { "{\"zone\":\"UTC\",\"hours\":{}}", "the weekly hours never open" },
        { "{\"hours\":{\"mon\":\"09:00-18:00\"}}",
          "'' is no time zone (write one like Asia/Shanghai)" },
        { "{\"zone\":\"UTC\",\"hours\":{\"mon\":\"09:00-18:00\"},\"dates\":{\"x\":\"off\"}}",
          "'x' is not a date like 2026-10-01" },
        { "{\"zone\":\"UTC\",\"hours\":{\"mon\":\"09:00-18:00\"},\"valid_until\":\"2026\"}",
          "'2026' is not a date like 2026-10-01" },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct error err = { .text = "" };
        struct calendar *calendar = read(cases[i].text, &err);
        if (calendar || strcmp(err.text, cases[i].error))
            fail_msg("%s: %s", cases[i].text, err.text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hours_are_short_texts),   cmocka_unit_test(a_day_has_so_many_shifts),
        cmocka_unit_test(days_are_one_or_several), cmocka_unit_test(what_is_written_is_read_again),
        cmocka_unit_test(broken_texts_say_why),
    };
    json_init();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
