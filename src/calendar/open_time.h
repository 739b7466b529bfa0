/* How long an office has been open until a moment, and when it will have been open for so long: one
 * function and its inverse. Time is cut into runs: of days on which nothing but the weekly hours
 * and one offset from UTC matter, however many, and single days on which something else does. A run
 * knows how long the office was open before it, a run of weeks is a division and a look into one
 * week. So a calendar of a century is some hundred runs, and the first and the last never end. */
#pragma once

#include "base/zone.h"
#include "calendar/calendar.h"

/* Open from `from` on, so many ms after the day's or week's begin, when it was open for `open`
 * before; until the next one's `open` is reached. A list ends with one that never opens. */
struct piece {
    time_ms from, open;
};

struct run {
    time_ms from;                /* UTC */
    time_ms open;                /* before it, since the first run began; negative before that */
    uint32_t piece, piece_count; /* of a single day; count RUN_OF_WEEKS: the weekly hours */
    uint32_t weekday;            /* of a run of weeks: on which it begins */
};

struct open_time {
    struct run *runs; /* at least one; the first and the last are of weeks */
    size_t run_count;
    struct piece *pieces;
    size_t piece_count;
    struct piece *week; /* from Monday's midnight */
    size_t week_count;
    time_ms week_total;
};

/* What a day's hours are, and on which days it is not the weekday that says so. */
struct day_source {
    const struct zone *zone;
    const struct hours *week;
    const struct dated_hours *dates; /* ascending */
    size_t date_count;
};

struct hours hours_of(const struct day_source *days, int64_t date);

/* The weekly hours must open at least once. */
void open_time_build(struct open_time *open_time, const struct day_source *days);
void open_time_free(struct open_time *open_time);

/* Open ms from a fixed moment to `time`: differences of two are what matters. */
time_ms open_until(const struct open_time *open_time, time_ms time);
/* The first moment with open_until() == `open`. */
time_ms open_reached(const struct open_time *open_time, time_ms open);
