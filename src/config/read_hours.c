/* Hours and dates of calendars: YAML in, by the row. */
#include <string.h>

#include "calendar/calendar_text.h"
#include "loader.h"

/* Hours */

static bool add_shifts(struct loader *loader, const struct setting *row, const struct yaml *node,
                       struct shift *shifts, size_t *count)
{
    struct error err;
    if (!loader_wants(loader, row, node, YAML_TEXT))
        return false;
    if (shifts_parse(node->text, shifts, count, &err))
        return true;
    loader_fail(loader, node->place, "'%s': %s", row->key, err.text);
    return false;
}

/* One text, or a list of them. */
static bool read_day(struct loader *loader, const struct setting *row, const struct yaml *node,
                     struct hours *out)
{
    struct shift *shifts = arena_alloc(loader->arena, CALENDAR_SHIFTS_MAX * sizeof(*shifts));
    size_t count = 0;
    struct error err;
    if (node->kind != YAML_LIST && !add_shifts(loader, row, node, shifts, &count))
        return false;
    for (size_t i = 0; node->kind == YAML_LIST && i < node->count; i++) {
        if (!add_shifts(loader, row, node->items[i], shifts, &count))
            return false;
    }
    *out = (struct hours){ shifts, count };
    if (hours_check(out, &err))
        return true;
    loader_fail(loader, node->place, "'%s': %s", row->key, err.text);
    return false;
}

void loader_read_hours(struct loader *loader, const struct setting *row, const struct yaml *node,
                       char *object)
{
    struct hours *week = arena_alloc(loader->arena, WEEKDAY_COUNT * sizeof(*week));
    bool named[WEEKDAY_COUNT] = { false };
    struct error err;
    if (!loader_wants(loader, row, node, YAML_MAP))
        return;
    for (size_t i = 0; i < node->count; i++) {
        const struct yaml *key = node->keys[i];
        enum weekday first = MONDAY, last = MONDAY;
        struct hours hours;
        if (!weekdays_parse(key->text, &first, &last, &err)) {
            loader_fail(loader, key->place, "'%s': %s", row->key, err.text);
            continue;
        }
        if (!read_day(loader, row, node->items[i], &hours))
            continue;
        for (int day = (int)first; day <= (int)last; day++) {
            if (named[day])
                loader_fail(loader, key->place, "'%s': %s is there twice", row->key,
                            weekday_name((enum weekday)day));
            named[day] = true;
            week[day] = hours;
        }
    }
    memcpy(object + row->offset, &week, sizeof(week));
}

/* Dates */

/* `off` is a boolean for tools of YAML 1.1, and they write it back as one. */
static bool read_entry(struct loader *loader, const struct setting *row, const struct yaml *node,
                       struct config_dates *out)
{
    enum weekday last = MONDAY;
    out->kind = DATES_HOURS;
    if (node->kind == YAML_TEXT && str_is(node->text, "false"))
        return true;
    if (node->kind == YAML_TEXT && str_is(node->text, "workday")) {
        out->kind = DATES_WORKDAY;
        return true;
    }
    if (node->kind == YAML_TEXT && weekdays_parse(node->text, &out->weekday, &last, NULL) &&
        out->weekday == last) {
        out->kind = DATES_WEEKDAY;
        return true;
    }
    return read_day(loader, row, node, &out->hours);
}

static bool is_new(struct loader *loader, const struct config_dates *dates, size_t count,
                   const struct config_dates *entry)
{
    for (size_t i = 0; i < count; i++) {
        char text[DATE_TEXT_SIZE];
        int64_t both = entry->first > dates[i].first ? entry->first : dates[i].first;
        if (both > entry->last || both > dates[i].last)
            continue;
        loader_fail(loader, entry->place, "%s is there twice, the first time in line %d",
                    date_format(both, text).data, dates[i].place.line);
        return false;
    }
    return true;
}

void loader_read_dates(struct loader *loader, const struct setting *row, const struct yaml *node,
                       char *object)
{
    size_t count = 0;
    struct error err;
    if (!loader_wants(loader, row, node, YAML_MAP))
        return;
    struct config_dates *dates = arena_alloc(loader->arena, (node->count + 1) * sizeof(*dates));
    for (size_t i = 0; i < node->count; i++) {
        struct config_dates *entry = &dates[count];
        *entry = (struct config_dates){ .place = node->keys[i]->place };
        if (!dates_parse(node->keys[i]->text, &entry->first, &entry->last, &err))
            loader_fail(loader, entry->place, "'%s': %s", row->key, err.text);
        else if (read_entry(loader, row, node->items[i], entry) &&
                 is_new(loader, dates, count, entry))
            count++;
    }
    memcpy(object + row->offset, &dates, sizeof(dates));
    memcpy(object + row->extra, &count, sizeof(count));
}
