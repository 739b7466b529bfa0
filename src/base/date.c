#include "base/date.h"

#include <stdio.h>

/* Years are counted from March so that the leap day is a year's last day. */
int64_t date_to_days(struct date date)
{
    int64_t year = date.month <= 2 ? date.year - 1 : date.year;
    int64_t era = (year >= 0 ? year : year - 399) / 400;
    int64_t year_of_era = year - era * 400;
    int64_t day_of_year = (153 * (date.month + (date.month > 2 ? -3 : 9)) + 2) / 5 + date.day - 1;
    int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * 146097 + day_of_era - 719468;
}

struct date date_from_days(int64_t days)
{
    days += 719468;
    int64_t era = (days >= 0 ? days : days - 146096) / 146097;
    /* From here on 32 bits do, and are divided faster. */
    uint32_t of_era = (uint32_t)(days - era * 146097);
    uint32_t years = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    uint32_t of_year = of_era - (365 * years + years / 4 - years / 100);
    uint32_t shifted = (5 * of_year + 2) / 153;
    int month = (int)(shifted < 10 ? shifted + 3 : shifted - 9);
    return (struct date){ .year = years + era * 400 + (month <= 2),
                          .month = month,
                          .day = (int)(of_year - (153 * shifted + 2) / 5 + 1) };
}

int date_days_in_month(int64_t year, int month)
{
    static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
    bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return month == 2 && leap ? 29 : days[month - 1];
}

enum weekday date_weekday(int64_t days)
{
    int64_t since_monday = (days + 3) % 7; /* 1970-01-01 was a Thursday */
    return (enum weekday)(since_monday < 0 ? since_monday + 7 : since_monday);
}

bool date_parse(struct str text, int64_t *days, struct error *err)
{
    int parts[3] = { 0 }, part = 0;
    bool fine = text.size == 10 && text.data[4] == '-' && text.data[7] == '-';
    for (size_t i = 0; fine && i < text.size; i++) {
        char c = text.data[i];
        if (i == 4 || i == 7)
            part++;
        else if (c < '0' || c > '9')
            fine = false;
        else
            parts[part] = parts[part] * 10 + (c - '0');
    }
    if (!fine)
        return error_set(err, "'%.*s' is not a date like 2026-10-01",
                         STR_ARG(utf8_prefix(text, 64)));
    if (parts[0] < 1970 || parts[1] < 1 || parts[1] > 12 || parts[2] < 1 ||
        parts[2] > date_days_in_month(parts[0], parts[1]))
        return error_set(err, "'%.*s' names a day that does not exist, or one before 1970",
                         STR_ARG(text));
    *days = date_to_days((struct date){ parts[0], parts[1], parts[2] });
    return true;
}

struct str date_format(int64_t days, char text[DATE_TEXT_SIZE])
{
    struct date date = date_from_days(days);
    int size = snprintf(text, DATE_TEXT_SIZE, "%04d-%02d-%02d", (int)(date.year % 10000),
                        date.month % 100, date.day % 100);
    return (struct str){ text, (size_t)size };
}
