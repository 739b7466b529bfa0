/* How long a promise gives: so much of a unit. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include "base/str.h"

enum target_unit {
    TARGET_NONE, /* nothing is promised */
    TARGET_TIME, /* milliseconds that the calendar counts */
    TARGET_UNIT_COUNT
};

struct target {
    enum target_unit unit;
    int64_t amount;
    struct str text; /* "15m", as written */
};

static inline bool target_given(const struct target *target)
{
    return target->unit != TARGET_NONE;
}

/* The member that has the amount where a target is kept as JSON: "ms". NULL of TARGET_NONE. */
const char *target_unit_name(enum target_unit unit);
