#include "calendar/calendar_text.h"

#include <string.h>

#include "base/hash.h"

static const char *const names[WEEKDAY_COUNT] = { "mon", "tue", "wed", "thu", "fri", "sat", "sun" };

const char *weekday_name(enum weekday weekday)
{
    return weekday < WEEKDAY_COUNT ? names[weekday] : NULL;
}

/* Cuts `text` at "..": where there is none, the second part is the first again. */
static void split_range(struct str text, struct str *first, struct str *last)
{
    *first = *last = str_trim(text);
    for (size_t i = 0; i + 1 < text.size; i++) {
        if (text.data[i] != '.' || text.data[i + 1] != '.')
            continue;
        *first = str_trim((struct str){ text.data, i });
        *last = str_trim((struct str){ text.data + i + 2, text.size - i - 2 });
        return;
    }
}

static bool weekday_parse(struct str text, enum weekday *out)
{
    for (int day = MONDAY; day < WEEKDAY_COUNT; day++) {
        if (str_is(text, names[day])) {
            *out = (enum weekday)day;
            return true;
        }
    }
    return false;
}

bool weekdays_parse(struct str text, enum weekday *first, enum weekday *last, struct error *err)
{
    struct str begin, end;
    split_range(text, &begin, &end);
    if (!weekday_parse(begin, first) || !weekday_parse(end, last))
        return error_set(err, "'%.*s' is no weekday like mon, nor several like mon..fri",
                         STR_ARG(utf8_prefix(text, 64)));
    if (*first > *last)
        return error_set(err, "'%.*s' goes backwards: a week begins on Monday", STR_ARG(text));
    return true;
}

bool dates_parse(struct str text, int64_t *first, int64_t *last, struct error *err)
{
    struct str begin, end;
    split_range(text, &begin, &end);
    if (!date_parse(begin, first, err) || !date_parse(end, last, err))
        return false;
    if (*last < *first || *last - *first > 366)
        return error_set(err, "'%.*s' goes backwards, or over more than a year", STR_ARG(text));
    return true;
}

/* "9:00", "09:00", "24:00" as minutes. */
static bool minute_parse(struct str text, int *out)
{
    int64_t hour = 0, minute = 0;
    const char *colon = text.size ? memchr(text.data, ':', text.size) : NULL;
    if (!colon || text.size - (size_t)(colon - text.data) != 3 || text.size > 5)
        return false;
    if (!str_to_int((struct str){ text.data, (size_t)(colon - text.data) }, &hour) ||
        !str_to_int((struct str){ colon + 1, 2 }, &minute) || hour < 0 || minute < 0 ||
        minute > 59 || hour * 60 + minute > 24 * 60)
        return false;
    *out = (int)(hour * 60 + minute);
    return true;
}

static bool shift_parse(struct str text, struct shift *out, struct error *err)
{
    struct str piece = str_trim(text);
    const char *dash = piece.size ? memchr(piece.data, '-', piece.size) : NULL;
    struct str from = { piece.data, dash ? (size_t)(dash - piece.data) : 0 };
    struct str to = { dash ? dash + 1 : NULL, dash ? piece.size - from.size - 1 : 0 };
    struct shift shift = { 0, 0 };
    if (!minute_parse(str_trim(from), &shift.from) || !minute_parse(str_trim(to), &shift.to) ||
        shift.from == 24 * 60)
        return error_set(err, "'%.*s' is no shift like 09:00-18:00",
                         STR_ARG(utf8_prefix(piece, 64)));
    if (shift.from == shift.to)
        return error_set(err, "'%.*s' is no time at all; all day is 00:00-24:00", STR_ARG(piece));
    if (shift.to < shift.from)
        shift.to += 24 * 60;
    *out = shift;
    return true;
}

bool shifts_parse(struct str text, struct shift shifts[CALENDAR_SHIFTS_MAX], size_t *count,
                  struct error *err)
{
    struct str rest = str_trim(text);
    if (str_is(rest, "off"))
        return true;
    for (bool more = true; more;) {
        const char *comma = rest.size ? memchr(rest.data, ',', rest.size) : NULL;
        size_t size = comma ? (size_t)(comma - rest.data) : rest.size;
        if (*count == CALENDAR_SHIFTS_MAX)
            return error_set(err, "a day has at most %d shifts", CALENDAR_SHIFTS_MAX);
        if (!shift_parse((struct str){ rest.data, size }, &shifts[*count], err))
            return false;
        (*count)++;
        more = comma != NULL;
        if (more)
            rest = (struct str){ comma + 1, rest.size - size - 1 };
    }
    return true;
}

void hours_format(struct hours hours, struct buf *out)
{
    if (hours.count == 0)
        buf_printf(out, "off");
    for (size_t i = 0; i < hours.count; i++) {
        int from = hours.shifts[i].from, to = hours.shifts[i].to;
        to = to > 24 * 60 ? to - 24 * 60 : to;
        buf_printf(out, "%s%02d:%02d-%02d:%02d", i ? "," : "", from / 60, from % 60, to / 60,
                   to % 60);
    }
}

/* Writing */

static void put_hours(struct json_writer *json, struct hours hours)
{
    struct buf text = { 0 };
    hours_format(hours, &text);
    json_put_str(json, buf_str(&text));
    buf_free(&text);
}

static bool alike(struct hours a, struct hours b)
{
    if (a.count != b.count)
        return false;
    for (size_t i = 0; i < a.count; i++) {
        if (a.shifts[i].from != b.shifts[i].from || a.shifts[i].to != b.shifts[i].to)
            return false;
    }
    return true;
}

static void put_dates(struct json_writer *json, const struct calendar *calendar)
{
    size_t count = 0;
    const struct dated_hours *dates = calendar_dates(calendar, &count);
    json_open_object(json);
    for (size_t i = 0, last; i < count; i = last + 1) {
        char key[2 * DATE_TEXT_SIZE + 2], end[DATE_TEXT_SIZE];
        for (last = i; last + 1 < count && last - i < 366 &&
                       dates[last + 1].date == dates[last].date + 1 &&
                       alike(dates[last + 1].hours, dates[i].hours);)
            last++;
        date_format(dates[i].date, key);
        if (last > i) {
            strcat(key, "..");
            strcat(key, date_format(dates[last].date, end).data);
        }
        json_key(json, key);
        put_hours(json, dates[i].hours);
    }
    json_close_object(json);
}

void calendar_write(struct json_writer *json, const struct calendar *calendar)
{
    char text[DATE_TEXT_SIZE];
    JSON_STR(json, "zone", calendar_zone(calendar));
    JSON_KEY(json, "hours");
    json_open_object(json);
    for (int day = MONDAY; day < WEEKDAY_COUNT; day++) {
        json_key(json, names[day]);
        put_hours(json, calendar_weekday_hours(calendar, (enum weekday)day));
    }
    json_close_object(json);
    JSON_KEY(json, "dates");
    put_dates(json, calendar);
    if (calendar_valid_until(calendar) == INT64_MAX)
        return;
    JSON_STR(json, "valid_until", date_format(calendar_valid_until(calendar), text));
}

uint64_t calendar_version(const struct calendar *calendar)
{
    struct buf text = { 0 };
    struct json_writer json = json_writer_to(&text);
    json_open_object(&json);
    JSON_STR(&json, "name", calendar_name(calendar));
    calendar_write(&json, calendar);
    json_close_object(&json);
    uint64_t hash = hash64(buf_str(&text));
    buf_free(&text);
    return hash;
}

/* Reading */

static bool read_hours(const cJSON *item, struct arena *arena, struct hours *out, struct error *err)
{
    struct str text = json_string(item);
    struct shift *shifts = arena_alloc(arena, CALENDAR_SHIFTS_MAX * sizeof(*shifts));
    size_t count = 0;
    if (!str_present(text))
        return error_set(err, "hours must be a text");
    if (!shifts_parse(text, shifts, &count, err))
        return false;
    *out = (struct hours){ shifts, count };
    return true;
}

static bool read_week(const cJSON *object, struct arena *arena, struct calendar_terms *terms,
                      struct error *err)
{
    for (int day = MONDAY; day < WEEKDAY_COUNT; day++) {
        const cJSON *item = json_get(object, str_from(names[day]));
        if (item && !read_hours(item, arena, &terms->week[day], err))
            return false;
    }
    return true;
}

static bool count_dates(const cJSON *object, size_t *count, struct error *err)
{
    for (const cJSON *item = object ? object->child : NULL; item; item = item->next) {
        int64_t first = 0, last = 0;
        if (!dates_parse(json_name(item), &first, &last, err))
            return false;
        *count += (size_t)(last - first) + 1;
    }
    if (*count > CALENDAR_DATES_MAX)
        return error_set(err, "a calendar has at most %d dates", CALENDAR_DATES_MAX);
    return true;
}

static bool read_dates(const cJSON *object, struct arena *arena, struct calendar_terms *terms,
                       struct error *err)
{
    size_t room = 0;
    if (!count_dates(object, &room, err))
        return false;
    struct dated_hours *dates = arena_alloc(arena, room * sizeof(*dates));
    terms->dates = dates;
    for (const cJSON *item = object ? object->child : NULL; item; item = item->next) {
        int64_t first = 0, last = 0;
        struct hours hours;
        if (!dates_parse(json_name(item), &first, &last, err) ||
            !read_hours(item, arena, &hours, err))
            return false;
        for (; first <= last; first++)
            dates[terms->date_count++] = (struct dated_hours){ first, hours };
    }
    return true;
}

struct calendar *calendar_read(const cJSON *object, struct error *err)
{
    struct arena *arena = arena_new(64 * 1024);
    struct calendar *calendar = NULL;
    struct str until = json_string(json_get(object, STR("valid_until")));
    struct calendar_terms terms = { .name = json_string(json_get(object, STR("name"))),
                                    .zone = json_string(json_get(object, STR("zone"))),
                                    .valid_until = INT64_MAX };
    if (read_week(json_get(object, STR("hours")), arena, &terms, err) &&
        read_dates(json_get(object, STR("dates")), arena, &terms, err) &&
        (!str_present(until) || date_parse(until, &terms.valid_until, err)))
        calendar = calendar_new(&terms, err);
    arena_free(arena);
    return calendar;
}
