#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/zone.h"

static time_ms at(const char *text)
{
    time_ms time = 0;
    struct error err;
    if (!time_parse(str_from(text), &time, &err))
        fail_msg("%s: %s", text, err.text);
    return time;
}

static const struct {
    const char *name, *zone, *time, *local;
} formats[] = {
    { "Shanghai is eight hours ahead", "Asia/Shanghai", "2026-11-21T10:00:00Z",
      "2026-11-21 18:00" },
    { "Berlin in winter", "Europe/Berlin", "2026-01-15T23:30:00Z", "2026-01-16 00:30" },
    { "Berlin in summer", "Europe/Berlin", "2026-07-15T23:30:00Z", "2026-07-16 01:30" },
    { "the minute before the clocks go forward", "Europe/Berlin", "2026-03-29T00:59:00Z",
      "2026-03-29 01:59" },
    { "the minute they do", "Europe/Berlin", "2026-03-29T01:00:00Z", "2026-03-29 03:00" },
    { "India's half hour", "Asia/Kolkata", "2026-11-21T10:00:00Z", "2026-11-21 15:30" },
};

static void local_time_is_what_the_wall_clock_shows(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
        struct zone *zone = zone_open(str_from(formats[i].zone), NULL);
        char text[TIME_TEXT_SIZE];
        struct str local = zone_format(zone, at(formats[i].time), text);
        if (!str_is(local, formats[i].local))
            fail_msg("%s: got %s", formats[i].name, text);
        zone_close(zone);
    }
}

static void a_moment_and_its_local_time_name_each_other(void **state)
{
    (void)state;
    struct zone *zone = zone_open(STR("America/New_York"), NULL);
    for (time_ms time = at("2026-01-01T00:00:00Z"); time < at("2027-01-01T00:00:00Z");
         time += 37 * TIME_MINUTE) {
        time_ms found = zone_moment(zone, time + zone_offset(zone, time));
        /* In the repeated hour the first of two answers is right as well. */
        assert_true(found == time || found == time - TIME_HOUR);
        assert_int_equal(found + zone_offset(zone, found), time + zone_offset(zone, time));
    }
    time_ms skipped = at("2026-03-08T02:30:00Z"); /* as a local clock that never showed it */
    assert_int_equal(zone_moment(zone, skipped), at("2026-03-08T07:30:00Z"));
    zone_close(zone);
}

static void a_name_that_is_no_zone_is_refused(void **state)
{
    (void)state;
    struct error err;
    assert_null(zone_open(STR("Asia/Shanghia"), &err));
    assert_string_equal(err.text, "'Asia/Shanghia' is no time zone (write one like Asia/Shanghai)");
    assert_null(zone_open(STR(""), NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(local_time_is_what_the_wall_clock_shows),
        cmocka_unit_test(a_moment_and_its_local_time_name_each_other),
        cmocka_unit_test(a_name_that_is_no_zone_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
