/* Days of the proleptic Gregorian calendar, as numbers: a place and its time of day are somebody
 * else's business (base/zone.h). */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include "base/error.h"
#include "base/str.h"

enum weekday { MONDAY, TUESDAY, WEDNESDAY, THURSDAY, FRIDAY, SATURDAY, SUNDAY, WEEKDAY_COUNT };

enum { DATE_TEXT_SIZE = 16 };

struct date {
    int64_t year;
    int month, day; /* from 1 */
};

/* Days since 1970-01-01; the date must exist. */
int64_t date_to_days(struct date date);
struct date date_from_days(int64_t days);
int date_days_in_month(int64_t year, int month);
enum weekday date_weekday(int64_t days);

/* "2026-10-01" as days since 1970-01-01. False + err for what is no date, or none of 1970 to
 * 9999. */
bool date_parse(struct str text, int64_t *days, struct error *err);
/* "2026-10-01"; years 0 to 9999. */
struct str date_format(int64_t days, char text[DATE_TEXT_SIZE]);
