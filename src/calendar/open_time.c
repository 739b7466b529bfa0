#include "open_time.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define TIME_WEEK (7 * TIME_DAY)
#define RUN_OF_WEEKS UINT32_MAX

static time_ms floor_divide(time_ms a, time_ms b)
{
    return a / b - (a % b < 0);
}

/* Pieces */

static time_ms pieces_open(const struct piece *pieces, size_t count, time_ms at)
{
    size_t low = 0, high = count;
    while (low < high) { /* the first that begins after `at` */
        size_t middle = low + (high - low) / 2;
        if (pieces[middle].from <= at)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == 0)
        return 0;
    return time_min(pieces[low - 1].open + at - pieces[low - 1].from, pieces[low].open);
}

static time_ms pieces_reached(const struct piece *pieces, size_t count, time_ms open)
{
    size_t low = 0, high = count;
    while (low < high) { /* the first before which it was open for as long */
        size_t middle = low + (high - low) / 2;
        if (pieces[middle].open < open)
            low = middle + 1;
        else
            high = middle;
    }
    return pieces[low - 1].from + open - pieces[low - 1].open;
}

/* Days */

struct hours hours_of(const struct day_source *days, int64_t date)
{
    size_t low = 0, high = days->date_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (days->dates[middle].date < date)
            low = middle + 1;
        else
            high = middle;
    }
    if (low < days->date_count && days->dates[low].date == date)
        return days->dates[low].hours;
    return days->week[date_weekday(date)];
}

static time_ms moment_of(const struct day_source *days, int64_t date, int minute)
{
    return zone_reached(days->zone, date * TIME_DAY + minute * TIME_MINUTE);
}

/* Open hours between one midnight and the next: what the day before left, then its own. */
struct day_shifts {
    struct shift shifts[CALENDAR_SHIFTS_MAX + 1];
    size_t count;
};

static struct day_shifts between_midnights(struct hours before, struct hours own)
{
    struct day_shifts day = { .count = 0 };
    const struct shift *last = before.count ? &before.shifts[before.count - 1] : NULL;
    if (last && last->to > 24 * 60)
        day.shifts[day.count++] = (struct shift){ 0, last->to - 24 * 60 };
    for (size_t i = 0; i < own.count; i++) {
        int to = own.shifts[i].to;
        day.shifts[day.count++] = (struct shift){ own.shifts[i].from, to < 24 * 60 ? to : 24 * 60 };
    }
    return day;
}

/* Building */

static void add_piece(struct open_time *built, time_ms from, time_ms open)
{
    built->pieces = mem_resize(built->pieces, built->piece_count + 1, sizeof(*built->pieces));
    built->pieces[built->piece_count++] = (struct piece){ from, open };
}

static void build_week(struct open_time *built, const struct day_source *days)
{
    size_t count = 0, room = WEEKDAY_COUNT * (CALENDAR_SHIFTS_MAX + 1) + 1;
    time_ms open = 0;
    built->week = mem_array(room, sizeof(*built->week));
    for (int weekday = MONDAY; weekday < WEEKDAY_COUNT; weekday++) {
        struct day_shifts day = between_midnights(
            days->week[(weekday + WEEKDAY_COUNT - 1) % WEEKDAY_COUNT], days->week[weekday]);
        for (size_t i = 0; i < day.count; i++) {
            built->week[count++] =
                (struct piece){ weekday * TIME_DAY + day.shifts[i].from * TIME_MINUTE, open };
            open += (day.shifts[i].to - day.shifts[i].from) * TIME_MINUTE;
        }
    }
    built->week[count] = (struct piece){ TIME_WEEK, open };
    built->week_count = count;
    built->week_total = open;
}

static bool is_dated(const struct day_source *days, int64_t date)
{
    return hours_of(days, date).shifts != days->week[date_weekday(date)].shifts;
}

/* Nothing but weekday and offset matter: it and the day before have weekly hours, it begins when
 * its midnight does, and the clock does not change before the next. */
static bool is_regular(const struct day_source *days, int64_t date)
{
    time_ms from = moment_of(days, date, 0), to = moment_of(days, date + 1, 0);
    return !is_dated(days, date) && !is_dated(days, date - 1) && to - from == TIME_DAY &&
           from + zone_offset(days->zone, from) == date * TIME_DAY &&
           zone_change_after(days->zone, from) >= to;
}

static struct run *add_run(struct open_time *built, time_ms from)
{
    struct run *runs = mem_resize(built->runs, built->run_count + 1, sizeof(*runs));
    built->runs = runs;
    struct run *run = &runs[built->run_count];
    *run = (struct run){ .from = from };
    if (built->run_count) /* its own `from` is known now: until there the one before it has a say */
        run->open = open_until(built, from);
    built->run_count++;
    return run;
}

static void add_weeks(struct open_time *built, const struct day_source *days, int64_t date)
{
    struct run *run = add_run(built, moment_of(days, date, 0));
    run->piece_count = RUN_OF_WEEKS;
    run->weekday = (uint32_t)date_weekday(date);
}

static void add_day(struct open_time *built, const struct day_source *days, int64_t date)
{
    time_ms midnight = moment_of(days, date, 0), open = 0;
    struct day_shifts day = between_midnights(hours_of(days, date - 1), hours_of(days, date));
    struct run *run = add_run(built, midnight);
    run->piece = (uint32_t)built->piece_count;
    for (size_t i = 0; i < day.count; i++) {
        time_ms from = moment_of(days, date, day.shifts[i].from);
        time_ms to = moment_of(days, date, day.shifts[i].to);
        if (from == to) /* the clock jumped over all of it */
            continue;
        add_piece(built, from - midnight, open);
        open += to - from;
        run->piece_count++;
    }
    add_piece(built, TIME_NEVER, open);
}

static int compare_days(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

/* Every day that might not be regular, ascending, some more than once; the caller frees it. */
static int64_t *find_candidates(const struct day_source *days, size_t *count)
{
    int64_t *found = NULL;
    *count = 0;
    for (size_t i = 0; i < days->date_count; i++) {
        found = mem_resize(found, *count + 2, sizeof(*found));
        found[(*count)++] = days->dates[i].date;
        found[(*count)++] = days->dates[i].date + 1;
    }
    time_ms change = 0;
    while ((change = zone_change_after(days->zone, change)) != TIME_NEVER) {
        time_ms before = change + zone_offset(days->zone, change - 1);
        time_ms after = change + zone_offset(days->zone, change);
        int64_t first = floor_divide(time_min(before, after), TIME_DAY) - 1;
        int64_t last = floor_divide(time_max(before, after), TIME_DAY) + 1;
        for (int64_t date = first; date <= last; date++) {
            found = mem_resize(found, *count + 1, sizeof(*found));
            found[(*count)++] = date;
        }
    }
    if (found)
        qsort(found, *count, sizeof(*found), compare_days);
    return found;
}

void open_time_build(struct open_time *built, const struct day_source *days)
{
    size_t count = 0;
    int64_t *candidates = find_candidates(days, &count);
    int64_t next = count ? candidates[0] - 1 : 0; /* the first day that no run has yet */
    *built = (struct open_time){ 0 };
    build_week(built, days);
    add_weeks(built, days, next);
    bool is_open_ended = true; /* the last run takes in more days */
    for (size_t i = 0; i < count; i++) {
        int64_t date = candidates[i];
        if (date < next || is_regular(days, date))
            continue;
        if (date > next && !is_open_ended)
            add_weeks(built, days, next);
        add_day(built, days, date);
        is_open_ended = false;
        next = date + 1;
    }
    if (!is_open_ended)
        add_weeks(built, days, next);
    free(candidates);
}

void open_time_free(struct open_time *built)
{
    free(built->runs);
    free(built->pieces);
    free(built->week);
}

/* Looking up */

static time_ms run_open(const struct open_time *built, const struct run *run, time_ms time)
{
    if (run->piece_count != RUN_OF_WEEKS)
        return run->open +
               pieces_open(built->pieces + run->piece, run->piece_count, time - run->from);
    time_ms begin = run->weekday * TIME_DAY, at = begin + time - run->from;
    time_ms weeks = floor_divide(at, TIME_WEEK);
    return run->open + weeks * built->week_total +
           pieces_open(built->week, built->week_count, at - weeks * TIME_WEEK) -
           pieces_open(built->week, built->week_count, begin);
}

time_ms open_until(const struct open_time *built, time_ms time)
{
    size_t low = 0, high = built->run_count;
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (built->runs[middle].from <= time)
            low = middle;
        else
            high = middle;
    }
    return run_open(built, &built->runs[low], time);
}

time_ms open_reached(const struct open_time *built, time_ms open)
{
    size_t low = 0, high = built->run_count;
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (built->runs[middle].open < open)
            low = middle;
        else
            high = middle;
    }
    const struct run *run = &built->runs[low];
    if (run->piece_count != RUN_OF_WEEKS)
        return run->from +
               pieces_reached(built->pieces + run->piece, run->piece_count, open - run->open);
    time_ms begin = run->weekday * TIME_DAY;
    time_ms rest = open - run->open + pieces_open(built->week, built->week_count, begin);
    time_ms weeks = floor_divide(rest - 1, built->week_total);
    rest -= weeks * built->week_total; /* more than nothing, at most a week's */
    return run->from - begin + weeks * TIME_WEEK +
           pieces_reached(built->week, built->week_count, rest);
}
