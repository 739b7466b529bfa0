#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "base/time.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void test_parse(void **state)
{
    static const struct {
        const char *name;
        const char *text;
        time_ms time; /* -1: refused */
    } cases[] = {
        { "the beginning", "1970-01-01T00:00:00Z", 0 },
        { "an ordinary moment", "2026-11-21T09:00:00Z", 1795251600000 },
        { "milliseconds", "2026-11-21T09:00:00.123Z", 1795251600123 },
        { "one digit of fraction is tenths", "2026-11-21T09:00:00.5Z", 1795251600500 },
        { "microseconds are cut", "2026-11-21T09:00:00.123999Z", 1795251600123 },
        { "an eastern offset", "2026-11-21T17:00:00+08:00", 1795251600000 },
        { "a western offset", "2026-11-21T03:30:00-05:30", 1795251600000 },
        { "Jira's offset without a colon", "2026-11-21T17:00:00.000+0800", 1795251600000 },
        { "lower case letters", "2026-11-21t09:00:00z", 1795251600000 },
        { "a space for the T", "2026-11-21 09:00:00Z", 1795251600000 },
        { "a leap day", "2024-02-29T00:00:00Z", 1709164800000 },
        { "a leap day of a century", "2000-02-29T00:00:00Z", 951782400000 },
        { "a leap second is the next second", "2016-12-31T23:59:60Z", 1483228800000 },
        { "a fraction of a leap second too", "2016-12-31T23:59:60.9Z", 1483228800000 },
        { "the last moment", "9999-12-31T23:59:59.999Z", 253402300799999 },
        { "no leap day in 1900s rule", "2100-02-29T00:00:00Z", -1 },
        { "no 30th of February", "2024-02-30T00:00:00Z", -1 },
        { "no month 13", "2024-13-01T00:00:00Z", -1 },
        { "no month 0", "2024-00-01T00:00:00Z", -1 },
        { "no hour 24", "2024-01-01T24:00:00Z", -1 },
        { "no second 61", "2024-01-01T00:00:61Z", -1 },
        { "no offset of 24 hours", "2024-01-01T00:00:00+24:00", -1 },
        { "no zone is refused", "2026-11-21T09:00:00", -1 },
        { "a date alone is refused", "2026-11-21", -1 },
        { "a dot needs digits", "2026-11-21T09:00:00.Z", -1 },
        { "something behind is refused", "2026-11-21T09:00:00Zx", -1 },
        { "half an offset is refused", "2026-11-21T09:00:00+08", -1 },
        { "before 1970 in UTC is refused", "1970-01-01T00:00:00+01:00", -1 },
        { "after 9999 in UTC is refused", "9999-12-31T23:59:59-00:01", -1 },
        { "nothing is refused", "", -1 },
        { "words are refused", "yesterday", -1 },
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        time_ms time = -1;
        struct error err = { "" };
        bool valid = time_parse(str_from(cases[i].text), &time, &err);
        if (time != cases[i].time || valid != (cases[i].time >= 0) ||
            valid != (err.text[0] == '\0'))
            fail_msg("%s: %lld %s", cases[i].name, (long long)time, err.text);
    }
}

static void test_a_missing_zone_is_named(void **state)
{
    struct error err;
    time_ms time;

    (void)state;
    assert_false(time_parse(STR("2026-11-21T09:00:00"), &time, &err));
    assert_non_null(strstr(err.text, "no offset"));
}

static void test_format(void **state)
{
    char text[TIME_TEXT_SIZE];

    (void)state;
    assert_string_equal(time_format(1795251600000, text).data, "2026-11-21T09:00:00Z");
    assert_string_equal(time_format(1795251600007, text).data, "2026-11-21T09:00:00.007Z");
    assert_string_equal(time_format_ms(1795251600000, text).data, "2026-11-21T09:00:00.000Z");
    assert_int_equal(time_format_ms(0, text).size, 24);
    assert_string_equal(time_format(-1, text).data, "1969-12-31T23:59:59.999Z");
    assert_true(time_format(TIME_NEVER, text).size < TIME_TEXT_SIZE);
    assert_true(time_format(INT64_MIN, text).size < TIME_TEXT_SIZE);
}

static void test_what_is_formatted_parses_back(void **state)
{
    char text[TIME_TEXT_SIZE];
    time_ms back = 0;
    uint64_t random = 7;

    (void)state;
    /* Every day of four centuries would be slow; a prime step meets all kinds of days. */
    for (time_ms time = 0; time < 253402300799999; time += 86400000 * INT64_C(37) + 12345677) {
        random = random * 6364136223846793005u + 1442695040888963407u;
        time_ms exact = time + (time_ms)(random >> 40);
        if (exact > 253402300799999)
            break;
        if (!time_parse(time_format(exact, text), &back, NULL) || back != exact)
            fail_msg("%s is not %lld", text, (long long)exact);
    }
}

static void test_durations(void **state)
{
    static const struct {
        const char *name;
        const char *text;
        bool days;
        time_ms value; /* -1: refused */
    } cases[] = {
        { "seconds", "30s", false, 30000 },
        { "minutes", "15m", false, 900000 },
        { "hours", "4h", false, 14400000 },
        { "milliseconds", "500ms", false, 500 },
        { "two units", "2h30m", false, 9000000 },
        { "zero", "0s", false, 0 },
        { "zero minutes", "0m", false, 0 },
        { "days where allowed", "3d", true, 259200000 },
        { "days and hours", "1d12h", true, 129600000 },
        { "days where they are not", "3d", false, -1 },
        { "units out of order", "30m2h", false, -1 },
        { "a unit twice", "2h2h", false, -1 },
        { "no unit", "30", false, -1 },
        { "no number", "m", false, -1 },
        { "a working day is not elapsed time", "1wd", true, -1 },
        { "a fraction", "1.5h", false, -1 },
        { "a sign", "-1h", false, -1 },
        { "a space", "1 h", false, -1 },
        { "nothing", "", false, -1 },
        { "a century is the most", "36525d", true, 36525 * TIME_DAY },
        { "more than a century", "36525d1ms", true, -1 },
        { "more digits than fit", "99999999999999999999999h", false, -1 },
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        time_ms value = -1;
        struct error err = { "" };
        bool valid = duration_parse(str_from(cases[i].text), cases[i].days, &value, &err);
        if (value != cases[i].value || valid == (err.text[0] != '\0'))
            fail_msg("%s: %lld %s", cases[i].name, (long long)value, err.text);
    }
}

static void test_duration_format(void **state)
{
    static const struct {
        time_ms duration;
        const char *text;
    } cases[] = {
        { 0, "0s" },
        { 500, "500ms" },
        { 1500, "1s" },
        { 45000, "45s" },
        { 72 * TIME_MINUTE, "1h 12m" },
        { TIME_HOUR, "1h" },
        { TIME_HOUR + TIME_SECOND, "1h" },
        { 3 * TIME_DAY + 4 * TIME_HOUR + 59 * TIME_MINUTE, "3d 4h" },
        { -72 * TIME_MINUTE, "-1h 12m" },
        { INT64_MIN, "-106751991167d 7h" },
    };
    char text[TIME_TEXT_SIZE];

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct str s = duration_format(cases[i].duration, text);
        assert_string_equal(text, cases[i].text);
        assert_int_equal(s.size, strlen(text));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parse),     cmocka_unit_test(test_a_missing_zone_is_named),
        cmocka_unit_test(test_format),    cmocka_unit_test(test_what_is_formatted_parses_back),
        cmocka_unit_test(test_durations), cmocka_unit_test(test_duration_format),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
