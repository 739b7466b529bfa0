/* Moments and durations in milliseconds. The core never asks what time it is: it is told. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include "base/error.h"
#include "base/str.h"

typedef int64_t time_ms; /* since 1970-01-01T00:00:00Z, leap seconds ignored; or a duration */

#define TIME_NEVER INT64_MAX /* also: no such moment */
#define TIME_SECOND INT64_C(1000)
#define TIME_MINUTE (60 * TIME_SECOND)
#define TIME_HOUR (60 * TIME_MINUTE)
#define TIME_DAY (24 * TIME_HOUR)

#define TIME_TEXT_SIZE 32

/* Where time comes from: the machine's clock, or the records alone (for replay and tests). */
enum clock_mode { CLOCK_WALL, CLOCK_STREAM };

static inline time_ms time_min(time_ms a, time_ms b)
{
    return a < b ? a : b;
}
static inline time_ms time_max(time_ms a, time_ms b)
{
    return a > b ? a : b;
}

/* May a ticket be of this moment? 2000 to 2099: what lies outside is a clock that was not set (0,
 * -1) or a mistaken unit (microseconds are the year 58872). */
bool time_is_plausible(time_ms time);

/* RFC 3339 with an offset, years 1970 to 9999; the offset may be Z, +hh:mm or +hhmm (Jira writes
 * the latter). Digits beyond milliseconds are cut. A leap second becomes the next second. */
bool time_parse(struct str text, time_ms *out, struct error *err);
/* "2026-11-21T09:00:00Z", or with ".123" when milliseconds are not zero. */
struct str time_format(time_ms time, char text[TIME_TEXT_SIZE]);
/* Always with three digits of milliseconds. */
struct str time_format_ms(time_ms time, char text[TIME_TEXT_SIZE]);

/* "30s", "15m", "4h", "500ms", "2h30m", and "3d" where `days` allows it. Elapsed time. */
bool duration_parse(struct str text, bool days, time_ms *out, struct error *err);
/* The two largest units: "1h 12m", "45s", "3d 4h", "0s". */
struct str duration_format(time_ms duration, char text[TIME_TEXT_SIZE]);
