/* When an office is open: weekly hours, dated entries that beat them, a time zone. Immutable once
 * made, so any thread may use it. A NULL calendar is "always": open all day, in UTC.
 *
 * Each local end of a shift becomes UTC by itself (zone_reached), and sums are of UTC milliseconds:
 * days of 23 and 25 hours come out right. Nothing is cut off: before the first dated entry and
 * after the last one the weekly hours go on for ever, with changes of the clock from 1970 to 2100.
 * Model of the arithmetic: the Ruby library zendesk/biz. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include "base/date.h"
#include "base/error.h"
#include "base/str.h"
#include "base/time.h"

struct calendar;

enum {
    CALENDAR_SHIFTS_MAX = 16,      /* a day */
    CALENDAR_DATES_MAX = 20000,    /* of one calendar, days */
    CALENDAR_CLOSED_DAYS_MAX = 400 /* on end: one that is closed for longer never opens */
};

/* Minutes since midnight of the day that it belongs to. `to` > `from`, beyond 1440 where it goes on
 * past midnight. Shorter than a day, or all of it. */
struct shift {
    int from, to;
};

struct hours {                  /* of one day */
    const struct shift *shifts; /* ascending, none overlaps another */
    size_t count;               /* 0: a day off */
};

struct dated_hours {
    int64_t date; /* days since 1970-01-01 */
    struct hours hours;
};

/* What a calendar is made from. */
struct calendar_terms {
    struct str name;
    struct str zone; /* IANA name */
    struct hours week[WEEKDAY_COUNT];
    const struct dated_hours *dates; /* in any order; beat the weekly hours */
    size_t date_count;
    int64_t valid_until; /* last day that the dates are known for; INT64_MAX: no such day */
};

/* Shifts of one day: in order, of a length, without overlap. */
bool hours_check(const struct hours *hours, struct error *err);

/* Copies what it needs. NULL + err: an unknown zone, a date twice, shifts that overlap (also those
 * of neighbouring days), or one that stays closed for more than CALENDAR_CLOSED_DAYS_MAX. */
struct calendar *calendar_new(const struct calendar_terms *terms, struct error *err);
/* One that never closes and has a zone, which days need. NULL + err: an unknown zone. */
struct calendar *calendar_always(struct str zone, struct error *err);
void calendar_free(struct calendar *calendar); /* NULL is fine */

struct str calendar_name(const struct calendar *calendar); /* "always" of NULL */
/* "UTC" of NULL. */
struct str calendar_zone(const struct calendar *calendar);
/* Days since 1970-01-01; INT64_MAX: valid for ever. */
int64_t calendar_valid_until(const struct calendar *calendar);
/* Whether that end lies behind valid_until: days off that nobody knows yet may still move it. */
bool calendar_is_provisional(const struct calendar *calendar, time_ms due);
/* Own hours of the day, without what the day before left; borrowed from the calendar. */
struct hours calendar_hours(const struct calendar *calendar, int64_t date);
/* The usual ones of a weekday. */
struct hours calendar_weekday_hours(const struct calendar *calendar, enum weekday weekday);
/* The dated entries, ascending; borrowed. */
const struct dated_hours *calendar_dates(const struct calendar *calendar, size_t *count);

/* The first moment at which `amount` working ms have passed since `start`; `start` itself for none.
 * An end that falls together with closing time is that closing time, not the next opening.
 * TIME_NEVER stays TIME_NEVER. */
time_ms calendar_due(const struct calendar *calendar, time_ms start, time_ms amount);
/* Working ms between two moments, negative when `to` is the earlier one. The inverse:
 * calendar_elapsed(c, start, calendar_due(c, start, amount)) == amount. TIME_NEVER when `to` is. */
time_ms calendar_elapsed(const struct calendar *calendar, time_ms from, time_ms to);
/* The first moment, from `time` on, at which it is open: `time` itself while it is. */
time_ms calendar_opening(const struct calendar *calendar, time_ms time);

/* Which day it is there, and when it begins. */
int64_t calendar_date(const struct calendar *calendar, time_ms time);
time_ms calendar_midnight(const struct calendar *calendar, int64_t date);
/* When the last shift of that day ends, even after midnight; TIME_NEVER of a day off. */
time_ms calendar_closing(const struct calendar *calendar, int64_t date);
