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

static const struct {
    const char *name, *zone, *local, *moment;
} moments[] = {
    { "UTC is itself", "UTC", "2026-11-21T09:00:00Z", "2026-11-21T09:00:00Z" },
    { "just before summer time", "Europe/Berlin", "2026-03-29T01:59:59Z", "2026-03-29T00:59:59Z" },
    { "the hour that is skipped", "Europe/Berlin", "2026-03-29T02:30:00Z", "2026-03-29T01:30:00Z" },
    { "just after the clocks went forward", "Europe/Berlin", "2026-03-29T03:00:00Z",
      "2026-03-29T01:00:00Z" },
    { "the hour that comes twice is the first", "Europe/Berlin", "2026-10-25T02:30:00Z",
      "2026-10-25T00:30:00Z" },
    { "after it", "Europe/Berlin", "2026-10-25T03:00:00Z", "2026-10-25T02:00:00Z" },
    { "summer time in 2060", "America/New_York", "2060-07-15T12:00:00Z", "2060-07-15T16:00:00Z" },
    { "China had summer time in 1988", "Asia/Shanghai", "1988-07-15T12:00:00Z",
      "1988-07-15T03:00:00Z" },
    { "a quarter of an hour", "Asia/Kathmandu", "2026-01-15T12:00:00Z", "2026-01-15T06:15:00Z" },
};

static void a_local_time_names_one_moment(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(moments) / sizeof(moments[0]); i++) {
        struct zone *zone = zone_open(str_from(moments[i].zone), NULL);
        time_ms off = zone_moment(zone, at(moments[i].local)) - at(moments[i].moment);
        if (off)
            fail_msg("%s: %lld ms off", moments[i].name, (long long)off);
        zone_close(zone);
    }
}

static void the_first_of_two_moments_wins_in_every_zone(void **state)
{
    static const char *const names[] = { "Asia/Shanghai", "Europe/London", "America/St_Johns",
                                         "Australia/Lord_Howe", "Pacific/Apia" };
    (void)state;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        struct zone *zone = zone_open(str_from(names[i]), NULL);
        for (time_ms time = 0; time < INT64_C(4200000000000); time += 7777777777) {
            time_ms local = time + zone_offset(zone, time), found = zone_moment(zone, local);
            assert_true(found + zone_offset(zone, found) == local && found <= time);
        }
        zone_close(zone);
    }
}

static const struct {
    const char *name, *zone, *local, *moment;
} reached[] = {
    { "any time", "Europe/Berlin", "2026-11-21T09:00:00Z", "2026-11-21T08:00:00Z" },
    { "in the hour that is skipped it is reached by the jump", "Europe/Berlin",
      "2026-03-29T02:30:00Z", "2026-03-29T01:00:00Z" },
    { "the end of the hour that is skipped", "Europe/Berlin", "2026-03-29T03:00:00Z",
      "2026-03-29T01:00:00Z" },
    { "the hour that comes twice is reached by the first", "Europe/Berlin", "2026-10-25T02:30:00Z",
      "2026-10-25T00:30:00Z" },
    { "its end comes once", "Europe/Berlin", "2026-10-25T03:00:00Z", "2026-10-25T02:00:00Z" },
    { "a midnight that is skipped", "Africa/Cairo", "2026-04-24T00:00:00Z",
      "2026-04-23T22:00:00Z" },
    { "a day that is skipped", "Pacific/Apia", "2011-12-30T12:00:00Z", "2011-12-30T10:00:00Z" },
};

static void a_local_time_is_reached_once(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(reached) / sizeof(reached[0]); i++) {
        struct zone *zone = zone_open(str_from(reached[i].zone), NULL);
        time_ms local = at(reached[i].local), moment = at(reached[i].moment);
        if (zone_reached(zone, local) != moment)
            fail_msg("%s: %lld ms off", reached[i].name,
                     (long long)(zone_reached(zone, local) - moment));
        zone_close(zone);
    }
}

static void changes_follow_each_other(void **state)
{
    (void)state;
    struct zone *berlin = zone_open(STR("Europe/Berlin"), NULL), *utc = zone_open(STR("UTC"), NULL);
    time_ms summer = at("2026-03-29T01:00:00Z"), winter = at("2026-10-25T01:00:00Z");
    assert_true(zone_change_after(berlin, summer - 1) == summer);
    assert_true(zone_change_after(berlin, summer) == winter);
    assert_true(zone_change_after(berlin, at("2100-01-01T00:00:00Z")) == TIME_NEVER);
    assert_true(zone_change_after(utc, 0) == TIME_NEVER);
    zone_close(berlin);
    zone_close(utc);
}

static void a_name_that_is_no_zone_is_refused(void **state)
{
    (void)state;
    struct error err;
    assert_null(zone_open(STR("Asia/Shanghia"), &err));
    assert_string_equal(err.text, "'Asia/Shanghia' is no time zone (write one like Asia/Shanghai)");
    /* ICU would take America's central time for it; in Shanghai that is 14 hours off. */
    assert_null(zone_open(STR("CST"), &err));
    assert_string_equal(err.text, "'CST' means different clocks in different countries: name a "
                                  "place, as in Asia/Shanghai");
    assert_null(zone_open(STR(""), NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(local_time_is_what_the_wall_clock_shows),
        cmocka_unit_test(a_moment_and_its_local_time_name_each_other),
        cmocka_unit_test(a_local_time_names_one_moment),
        cmocka_unit_test(the_first_of_two_moments_wins_in_every_zone),
        cmocka_unit_test(a_local_time_is_reached_once),
        cmocka_unit_test(changes_follow_each_other),
        cmocka_unit_test(a_name_that_is_no_zone_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
