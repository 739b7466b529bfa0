#include "calendar/calendar.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/mem.h"
#include "open_time.h"

struct calendar {
    struct arena *arena; /* owns every text and list */
    struct str name, zone_name;
    struct zone *zone;
    struct hours week[WEEKDAY_COUNT];
    struct dated_hours *dates; /* ascending */
    size_t date_count;
    int64_t valid_until;
    bool always; /* never closes: no table is asked */
    struct open_time open_time;
};

static const char *const weekday_names[WEEKDAY_COUNT] = { "Monday",   "Tuesday", "Wednesday",
                                                          "Thursday", "Friday",  "Saturday",
                                                          "Sunday" };
static const struct shift all_day = { 0, 24 * 60 };

static struct day_source days_of(const struct calendar *calendar)
{
    return (struct day_source){ calendar->zone, calendar->week, calendar->dates,
                                calendar->date_count };
}

/* Checks */

bool hours_check(const struct hours *hours, struct error *err)
{
    if (hours->count > CALENDAR_SHIFTS_MAX)
        return error_set(err, "a day has at most %d shifts", CALENDAR_SHIFTS_MAX);
    for (size_t i = 0; i < hours->count; i++) {
        const struct shift *shift = &hours->shifts[i];
        if (shift->from < 0 || shift->from >= 24 * 60 || shift->to <= shift->from ||
            shift->to - shift->from > 24 * 60 ||
            (shift->to - shift->from == 24 * 60 && shift->from > 0))
            return error_set(err, "a shift begins within its day and is shorter than a day, or it "
                                  "is 00:00-24:00");
        if (i > 0 && shift->from < hours->shifts[i - 1].to)
            return error_set(err,
                             "shifts overlap, or are not in order: %02d:%02d-%02d:%02d and "
                             "%02d:%02d-%02d:%02d",
                             hours->shifts[i - 1].from / 60, hours->shifts[i - 1].from % 60,
                             hours->shifts[i - 1].to / 60 % 24, hours->shifts[i - 1].to % 60,
                             shift->from / 60, shift->from % 60, shift->to / 60 % 24,
                             shift->to % 60);
    }
    return true;
}

/* Whether what one day leaves after midnight runs into the next one's hours. */
static bool overlap(struct hours before, struct hours after)
{
    return before.count && after.count &&
           before.shifts[before.count - 1].to - 24 * 60 > after.shifts[0].from;
}

static bool check_week(const struct calendar *calendar, struct error *err)
{
    bool opens = false;
    for (int day = MONDAY; day < WEEKDAY_COUNT; day++) {
        int next = (day + 1) % WEEKDAY_COUNT;
        if (!hours_check(&calendar->week[day], err))
            return error_prefix(err, "%s", weekday_names[day]);
        if (overlap(calendar->week[day], calendar->week[next]))
            return error_set(err, "the shifts of %s and %s overlap", weekday_names[day],
                             weekday_names[next]);
        opens = opens || calendar->week[day].count > 0;
    }
    if (!opens)
        return error_set(err, "the weekly hours never open");
    return true;
}

static bool check_neighbours(const struct day_source *days, int64_t date, struct error *err)
{
    char first[DATE_TEXT_SIZE], second[DATE_TEXT_SIZE];
    if (!overlap(hours_of(days, date), hours_of(days, date + 1)))
        return true;
    return error_set(err, "the shifts of %s and %s overlap", date_format(date, first).data,
                     date_format(date + 1, second).data);
}

static bool check_dates(const struct calendar *calendar, struct error *err)
{
    struct day_source days = days_of(calendar);
    char text[DATE_TEXT_SIZE];
    for (size_t i = 0; i < calendar->date_count; i++) {
        const struct dated_hours *dated = &calendar->dates[i];
        date_format(dated->date, text);
        if (i > 0 && dated->date == calendar->dates[i - 1].date)
            return error_set(err, "%s is there twice", text);
        if (!hours_check(&dated->hours, err))
            return error_prefix(err, "%s", text);
        if (!check_neighbours(&days, dated->date - 1, err) ||
            !check_neighbours(&days, dated->date, err))
            return false;
    }
    return true;
}

/* With weekly hours, only days off one after the other can close it for long. */
static bool check_opens(const struct calendar *calendar, struct error *err)
{
    for (size_t i = 0; i < calendar->date_count; i++) {
        int64_t date = calendar->dates[i].date;
        time_ms midnight = calendar_midnight(calendar, date);
        char text[DATE_TEXT_SIZE];
        if (calendar_opening(calendar, midnight) - midnight <= CALENDAR_CLOSED_DAYS_MAX * TIME_DAY)
            continue;
        date_format(date, text);
        return error_set(err, "it does not open within %d days from %s on",
                         CALENDAR_CLOSED_DAYS_MAX, text);
    }
    return true;
}

/* Making */

static struct hours copy_hours(struct arena *arena, const struct hours *hours)
{
    if (hours->count == 0)
        return (struct hours){ NULL, 0 };
    struct shift *shifts = arena_alloc(arena, hours->count * sizeof(*shifts));
    memcpy(shifts, hours->shifts, hours->count * sizeof(*shifts));
    return (struct hours){ shifts, hours->count };
}

static int compare_dates(const void *a, const void *b)
{
    const struct dated_hours *x = a, *y = b;
    return (x->date > y->date) - (x->date < y->date);
}

static void copy_terms(struct calendar *calendar, const struct calendar_terms *terms)
{
    struct arena *arena = calendar->arena;
    calendar->name = arena_copy(arena, terms->name);
    calendar->zone_name = arena_copy(arena, terms->zone);
    calendar->valid_until = terms->valid_until;
    for (int day = MONDAY; day < WEEKDAY_COUNT; day++)
        calendar->week[day] = copy_hours(arena, &terms->week[day]);
    calendar->dates = arena_alloc(arena, terms->date_count * sizeof(*calendar->dates));
    calendar->date_count = terms->date_count;
    for (size_t i = 0; i < terms->date_count; i++)
        calendar->dates[i] =
            (struct dated_hours){ terms->dates[i].date, copy_hours(arena, &terms->dates[i].hours) };
    if (calendar->date_count)
        qsort(calendar->dates, calendar->date_count, sizeof(*calendar->dates), compare_dates);
}

static bool never_closes(const struct calendar *calendar)
{
    for (int day = MONDAY; day < WEEKDAY_COUNT; day++) {
        const struct hours *hours = &calendar->week[day];
        if (hours->count != 1 || hours->shifts[0].from != 0 || hours->shifts[0].to != 24 * 60)
            return false;
    }
    return calendar->date_count == 0;
}

struct calendar *calendar_new(const struct calendar_terms *terms, struct error *err)
{
    struct calendar *calendar = mem_alloc(sizeof(*calendar));
    calendar->arena = arena_new(1024);
    copy_terms(calendar, terms);
    if (terms->date_count > CALENDAR_DATES_MAX) {
        error_set(err, "a calendar has at most %d dates", CALENDAR_DATES_MAX);
        goto fail;
    }
    calendar->zone = zone_open(calendar->zone_name, err);
    if (!calendar->zone || !check_week(calendar, err) || !check_dates(calendar, err))
        goto fail;
    struct day_source days = days_of(calendar);
    open_time_build(&calendar->open_time, &days);
    calendar->always = never_closes(calendar);
    if (!check_opens(calendar, err))
        goto fail;
    return calendar;
fail:
    calendar_free(calendar);
    return NULL;
}

struct calendar *calendar_always(struct str zone, struct error *err)
{
    struct calendar_terms terms = { .name = STR("always"), .zone = zone, .valid_until = INT64_MAX };
    for (int day = MONDAY; day < WEEKDAY_COUNT; day++)
        terms.week[day] = (struct hours){ &all_day, 1 };
    return calendar_new(&terms, err);
}

void calendar_free(struct calendar *calendar)
{
    if (!calendar)
        return;
    open_time_free(&calendar->open_time);
    zone_close(calendar->zone);
    arena_free(calendar->arena);
    free(calendar);
}

/* What it is */

struct str calendar_name(const struct calendar *calendar)
{
    return calendar ? calendar->name : STR("always");
}

struct str calendar_zone(const struct calendar *calendar)
{
    return calendar ? calendar->zone_name : STR("UTC");
}

int64_t calendar_valid_until(const struct calendar *calendar)
{
    return calendar ? calendar->valid_until : INT64_MAX;
}

struct hours calendar_hours(const struct calendar *calendar, int64_t date)
{
    if (!calendar)
        return (struct hours){ &all_day, 1 };
    struct day_source days = days_of(calendar);
    return hours_of(&days, date);
}

struct hours calendar_weekday_hours(const struct calendar *calendar, enum weekday weekday)
{
    return calendar ? calendar->week[weekday] : (struct hours){ &all_day, 1 };
}

const struct dated_hours *calendar_dates(const struct calendar *calendar, size_t *count)
{
    *count = calendar ? calendar->date_count : 0;
    return calendar ? calendar->dates : NULL;
}

bool calendar_is_provisional(const struct calendar *calendar, time_ms due)
{
    return calendar_valid_until(calendar) != INT64_MAX && due != TIME_NEVER &&
           calendar_date(calendar, due - 1) > calendar->valid_until;
}

/* Time */

time_ms calendar_due(const struct calendar *calendar, time_ms start, time_ms amount)
{
    if (start == TIME_NEVER)
        return TIME_NEVER;
    if (amount <= 0)
        return start;
    if (!calendar || calendar->always)
        return start + amount;
    return open_reached(&calendar->open_time, open_until(&calendar->open_time, start) + amount);
}

time_ms calendar_elapsed(const struct calendar *calendar, time_ms from, time_ms to)
{
    if (to == TIME_NEVER)
        return TIME_NEVER;
    if (!calendar || calendar->always)
        return to - from;
    return open_until(&calendar->open_time, to) - open_until(&calendar->open_time, from);
}

time_ms calendar_opening(const struct calendar *calendar, time_ms time)
{
    return time == TIME_NEVER ? time : calendar_due(calendar, time, 1) - 1;
}

int64_t calendar_date(const struct calendar *calendar, time_ms time)
{
    time_ms local = time + (calendar ? zone_offset(calendar->zone, time) : 0);
    int64_t date = local / TIME_DAY - (local % TIME_DAY < 0);
    /* Where the clock falls back over midnight, the new day has begun for good. */
    return calendar_midnight(calendar, date + 1) <= time ? date + 1 : date;
}

time_ms calendar_midnight(const struct calendar *calendar, int64_t date)
{
    return calendar ? zone_reached(calendar->zone, date * TIME_DAY) : date * TIME_DAY;
}

time_ms calendar_closing(const struct calendar *calendar, int64_t date)
{
    struct hours hours = calendar_hours(calendar, date);
    if (hours.count == 0)
        return TIME_NEVER;
    time_ms local = date * TIME_DAY + hours.shifts[hours.count - 1].to * TIME_MINUTE;
    return calendar ? zone_reached(calendar->zone, local) : local;
}
