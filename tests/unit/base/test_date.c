#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "base/date.h"

static const struct {
    const char *text;
    int64_t days;
    enum weekday weekday;
} dates[] = {
    { "1970-01-01", 0, THURSDAY },   { "2000-02-29", 11016, TUESDAY },
    { "2026-11-27", 20784, FRIDAY }, { "2026-10-10", 20736, SATURDAY },
    { "2100-03-01", 47541, MONDAY }, { "9999-12-31", 2932896, FRIDAY },
};

static void dates_are_numbers(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(dates) / sizeof(*dates); i++) {
        char text[DATE_TEXT_SIZE];
        int64_t days = -1;
        struct error err;
        if (!date_parse(str_from(dates[i].text), &days, &err) || days != dates[i].days)
            fail_msg("%s: %lld", dates[i].text, (long long)days);
        assert_int_equal(date_weekday(days), dates[i].weekday);
        assert_string_equal(date_format(days, text).data, dates[i].text);
    }
}

static void every_day_has_its_date_and_back(void **state)
{
    (void)state;
    for (int64_t days = -100000; days < 100000; days++) {
        assert_int_equal(date_to_days(date_from_days(days)), days);
        assert_int_equal(date_weekday(days + 1), (date_weekday(days) + 1) % WEEKDAY_COUNT);
    }
}

static void what_is_no_date_is_refused(void **state)
{
    (void)state;
    static const char *const texts[] = { "",           "2026-1-1",   "2026-02-29",
                                         "2026-13-01", "2026-00-10", "1969-12-31",
                                         "20261001",   "2026/10/01", "2026-10-01 ",
                                         "2026-10-0x" };
    for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
        int64_t days = 7;
        struct error err = { .text = "" };
        if (date_parse(str_from(texts[i]), &days, &err) || days != 7 || !*err.text)
            fail_msg("'%s' passed", texts[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(dates_are_numbers),
        cmocka_unit_test(every_day_has_its_date_and_back),
        cmocka_unit_test(what_is_no_date_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
