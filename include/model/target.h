/* How long a promise gives: so much of a unit. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include "base/str.h"

enum target_unit {
    TARGET_NONE,          /* nothing is promised */
    TARGET_TIME,          /* milliseconds that the calendar counts */
    TARGET_WORKING_DAYS,  /* "5wd": ends when the fifth working day after today closes */
    TARGET_CALENDAR_DAYS, /* "15cd": ends with the fifteenth day after today, at midnight */
    TARGET_WEEKS,         /* "8w": the same with weeks of calendar days */
    TARGET_MONTHS,        /* "2mo": with the day of the same number, or the month's last */
    TARGET_UNIT_COUNT
};

struct target {
    enum target_unit unit;
    int64_t amount;
    struct str text;   /* "15m", as written */
    bool today_counts; /* of units of days: today is the first, not the day after */
    bool working_end;  /* of calendar units: an end on a day off moves to the next working day */
};

static inline bool target_given(const struct target *target)
{
    return target->unit != TARGET_NONE;
}

/* Whether any band has one, of one target a band. */
bool targets_given(const struct target *targets);

/* The member that has the amount where a target is kept as JSON: "ms", "wd", ... NULL of
 * TARGET_NONE. */
const char *target_unit_name(enum target_unit unit);
