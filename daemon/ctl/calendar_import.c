#include "ctl/calendar_import.h"

#include <stdlib.h>
#include <string.h>

#include "base/date.h"
#include "base/mem.h"

/* One run of days as it will be written. */
struct entry {
    int64_t first, last;
    bool workday;
    const struct ics_event *event;
};

struct entries {
    struct entry *items;
    size_t count;
};

static bool contains(struct str text, struct str part)
{
    return part.size && text.size && memmem(text.data, text.size, part.data, part.size);
}

static void add(struct entries *entries, const struct calendar_import *import,
                const struct ics_event *event, int64_t first)
{
    entries->items = mem_resize(entries->items, entries->count + 1, sizeof(*entries->items));
    entries->items[entries->count++] =
        (struct entry){ first, first + event->last - event->first,
                        contains(event->summary, import->workday), event };
}

static void find_years(const struct ics *ics, int *first, int *last)
{
    for (size_t i = 0; i < ics->count; i++) {
        if (ics->events[i].yearly)
            continue;
        int from = (int)date_from_days(ics->events[i].first).year;
        int to = (int)date_from_days(ics->events[i].last).year;
        *first = !*first || from < *first ? from : *first;
        *last = to > *last ? to : *last;
    }
}

/* A 29 February is left out of years that have none. */
static void add_yearly(struct entries *entries, const struct calendar_import *import,
                       const struct ics_event *event, int first_year, int last_year)
{
    struct date date = date_from_days(event->first);
    int64_t begin = date.year;
    for (int year = first_year; year <= last_year; year++) {
        date.year = year;
        if (year < begin || date.day > date_days_in_month(year, date.month))
            continue;
        if (date_to_days(date) <= event->until)
            add(entries, import, event, date_to_days(date));
    }
}

static int compare(const void *a, const void *b)
{
    const struct entry *x = a, *y = b;
    return x->first != y->first ? (x->first > y->first) - (x->first < y->first)
                                : (x->last < y->last) - (x->last > y->last);
}

/* Feeds name a day twice when two holidays fall on it: the first stands, and what it does not cover
 * of the second. */
static bool settle(struct entries *entries, struct error *err)
{
    size_t kept = 0;
    if (entries->count)
        qsort(entries->items, entries->count, sizeof(*entries->items), compare);
    for (size_t i = 0; i < entries->count; i++) {
        struct entry entry = entries->items[i];
        for (size_t k = 0; k < kept; k++) {
            const struct entry *other = &entries->items[k];
            if (entry.first > other->last)
                continue;
            if (entry.workday != other->workday)
                return error_set(
                    err,
                    "line %d: '%.*s' is a day off and a workday: the other event is in "
                    "line %d",
                    entry.event->line, STR_ARG(utf8_prefix(entry.event->summary, 64)),
                    other->event->line);
            entry.first = other->last + 1;
        }
        if (entry.first <= entry.last)
            entries->items[kept++] = entry;
    }
    entries->count = kept;
    return true;
}

static void write_entry(const struct entry *entry, struct buf *out)
{
    char first[DATE_TEXT_SIZE], last[DATE_TEXT_SIZE];
    buf_printf(out, "  %s", date_format(entry->first, first).data);
    if (entry->last > entry->first)
        buf_printf(out, "..%s", date_format(entry->last, last).data);
    buf_printf(out, ": %s", entry->workday ? "workday" : "off");
    if (entry->event->summary.size)
        buf_printf(out, "  # ");
    for (size_t i = 0; i < entry->event->summary.size; i++) { /* a comment is one line */
        unsigned char c = (unsigned char)entry->event->summary.data[i];
        buf_add_char(out, c < ' ' || c == 0x7f ? ' ' : (char)c);
    }
    buf_add_char(out, '\n');
}

static void write(const struct calendar_import *import, const struct entries *entries,
                  struct str zone, int last_year, struct buf *out)
{
    buf_printf(out, "# Made of %.*s by `ombudctl calendar import`.\n", STR_ARG(import->file));
    if (str_present(import->base))
        buf_printf(out, "base: %.*s\n", STR_ARG(import->base));
    if (str_present(zone))
        buf_printf(out, "zone: %.*s\n", STR_ARG(zone));
    if (!str_present(import->base))
        buf_printf(out, "hours: { mon..fri: \"09:00-18:00\" } # change them to yours\n");
    buf_printf(out, "valid_until: %d-12-31\ndates:\n", last_year);
    for (size_t i = 0; i < entries->count; i++)
        write_entry(&entries->items[i], out);
}

bool calendar_import(const struct calendar_import *import, const struct ics *ics, struct buf *out,
                     struct error *err)
{
    struct entries entries = { 0 };
    int first_year = import->first_year, last_year = import->last_year;
    struct str zone = str_present(import->zone)   ? import->zone
                      : str_present(import->base) ? STR_NONE
                                                  : ics->zone;
    bool done = false;
    if (!first_year)
        find_years(ics, &first_year, &last_year);
    for (size_t i = 0; i < ics->count; i++) {
        const struct ics_event *event = &ics->events[i];
        if (event->yearly)
            add_yearly(&entries, import, event, first_year, last_year);
        else
            add(&entries, import, event, event->first);
    }
    if (ics->count == 0)
        error_set(err, "it has no event of a whole day");
    else if (!first_year)
        error_set(err, "all its events come every year: say for which with --year 2026..2028");
    else if (!str_present(zone) && !str_present(import->base))
        error_set(err, "it does not name a time zone: say which with --zone, or use --base");
    else if (settle(&entries, err)) {
        write(import, &entries, zone, last_year, out);
        done = true;
    }
    free(entries.items);
    return done;
}
