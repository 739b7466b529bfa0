#include "calendar/ics.h"

#include <string.h>

#include "base/date.h"
#include "base/mem.h"

/* One content line, unfolded: NAME;PARAMETERS:VALUE */
struct line {
    struct str name, parameters, value;
    int number;
};

struct reader {
    struct str rest;
    int number; /* of the line that comes next */
    struct arena *arena;
    struct ics *out;
    size_t room;

    /* the event that is open */
    bool in_event;
    int nested; /* components inside it, such as alarms */
    struct ics_event event;
    bool has_first, has_last, timed, cancelled;
    int64_t days;          /* DURATION; 0: none */
    struct line rule;      /* RRULE; absent name: none */
    struct line exception; /* of a repetition; likewise */
};

static bool wrong(const struct line *line, struct error *err, const char *sentence)
{
    struct str value = utf8_prefix(line->value, 64);
    return error_set(err, "line %d: %s: '%.*s:%.*s'", line->number, sentence,
                     STR_ARG(utf8_prefix(line->name, 32)), STR_ARG(value));
}

/* ---- lines */

static struct str take_raw(struct reader *reader)
{
    const char *end = memchr(reader->rest.data, '\n', reader->rest.size);
    size_t size = end ? (size_t)(end - reader->rest.data) : reader->rest.size;
    size_t taken = end ? size + 1 : size;
    struct str raw = { reader->rest.data, size };
    reader->rest = (struct str){ reader->rest.data + taken, reader->rest.size - taken };
    reader->number++;
    if (raw.size && raw.data[raw.size - 1] == '\r')
        raw.size--;
    return raw;
}

static bool is_folded(const struct reader *reader)
{
    return reader->rest.size && (reader->rest.data[0] == ' ' || reader->rest.data[0] == '\t');
}

/* A colon within quotes belongs to a parameter. */
static void split(struct str text, struct line *line)
{
    size_t colon = 0, name = 0;
    bool quoted = false;
    while (colon < text.size && (quoted || text.data[colon] != ':')) {
        quoted ^= text.data[colon] == '"';
        colon++;
    }
    while (name < colon && text.data[name] != ';')
        name++;
    line->name = (struct str){ text.data, name };
    line->parameters = (struct str){ text.data + name, colon - name };
    line->value = colon < text.size ? (struct str){ text.data + colon + 1, text.size - colon - 1 }
                                    : (struct str){ text.data + colon, 0 };
}

static bool next_line(struct reader *reader, struct line *line)
{
    struct str text = STR_NONE;
    while (reader->rest.size && text.size == 0) {
        line->number = reader->number;
        text = take_raw(reader);
        while (text.size && is_folded(reader)) {
            struct str more = take_raw(reader);
            struct str parts[] = { text, { more.data + 1, more.size - 1 } };
            text = arena_join(reader->arena, parts, 2);
        }
    }
    if (text.size)
        split(text, line);
    return text.size > 0;
}

/* ---- values */

static bool digits(struct str text, size_t at, size_t count, int *out)
{
    int64_t value = 0;
    if (at + count > text.size || text.data[at] == '-' || text.data[at] == '+' ||
        !str_to_int((struct str){ text.data + at, count }, &value))
        return false;
    *out = (int)value;
    return true;
}

/* "20261001", also as the front of "20261001T090000Z". */
static bool read_date(struct str text, int64_t *out)
{
    struct date date;
    int year = 0;
    if (text.size < 8 || !digits(text, 0, 4, &year) || !digits(text, 4, 2, &date.month) ||
        !digits(text, 6, 2, &date.day) || year < 1970 || date.month < 1 || date.month > 12 ||
        date.day < 1 || date.day > date_days_in_month(year, date.month))
        return false;
    date.year = year;
    *out = date_to_days(date);
    return true;
}

/* "P3D", "P1W". */
static bool read_days(struct str text, int64_t *out)
{
    int64_t count = 0;
    if (text.size < 3 || text.data[0] != 'P' ||
        !str_to_int((struct str){ text.data + 1, text.size - 2 }, &count) || count < 1 ||
        count > 366)
        return false;
    char unit = text.data[text.size - 1];
    *out = unit == 'W' ? 7 * count : count;
    return unit == 'W' || unit == 'D';
}

static struct str unescape(struct str text, struct arena *arena)
{
    char *out = arena_alloc(arena, text.size + 1);
    size_t size = 0;
    for (size_t i = 0; i < text.size; i++) {
        char c = text.data[i];
        if (c == '\\' && i + 1 < text.size) {
            c = text.data[++i];
            c = c == 'n' || c == 'N' ? ' ' : c;
        }
        out[size++] = c;
    }
    return (struct str){ out, size };
}

/* ---- events */

/* Only what says "the same date every year" is understood. */
static bool read_rule(struct reader *reader, struct ics_event *event, struct error *err)
{
    const struct line *line = &reader->rule;
    struct str rest = line->value;
    int64_t count = 0;
    while (rest.size) {
        const char *semicolon = memchr(rest.data, ';', rest.size);
        struct str part = { rest.data, semicolon ? (size_t)(semicolon - rest.data) : rest.size };
        rest = (struct str){ part.data + part.size + (semicolon != NULL),
                             rest.size - part.size - (semicolon != NULL) };
        struct str after_six = { part.data + 6, part.size > 6 ? part.size - 6 : 0 };
        if (str_is(part, "FREQ=YEARLY"))
            event->yearly = true;
        else if (str_starts(part, STR("UNTIL=")) && read_date(after_six, &event->until))
            continue;
        else if (str_starts(part, STR("COUNT=")) && str_to_int(after_six, &count) && count > 0)
            continue;
        else if (!str_is(part, "INTERVAL=1") && !str_starts(part, STR("WKST=")))
            return wrong(line, err, "a repetition that is not understood");
    }
    if (!event->yearly)
        return wrong(line, err, "a repetition that is not understood");
    if (count > 0) {
        struct date last = date_from_days(event->first);
        last.year += count - 1;
        last.day = 28; /* its month is what counts */
        event->until = date_to_days(last) + 7;
    }
    return true;
}

static void add_event(struct reader *reader)
{
    struct ics *out = reader->out;
    out->events =
        arena_grow(reader->arena, out->events, out->count, &reader->room, sizeof(*out->events));
    out->events[out->count++] = reader->event;
}

static bool end_event(struct reader *reader, const struct line *line, struct error *err)
{
    struct ics_event *event = &reader->event;
    reader->in_event = false;
    if (reader->cancelled) {
        reader->out->cancelled++;
        return true;
    }
    if (reader->timed) {
        reader->out->timed++;
        return true;
    }
    if (!reader->has_first)
        return error_set(err, "line %d: an event without DTSTART", event->line);
    if (reader->days)
        event->last = event->first + reader->days - 1;
    else if (!reader->has_last)
        event->last = event->first;
    if (event->last < event->first) /* some programs write the same day twice */
        event->last = event->first;
    if (event->last - event->first > 366)
        return wrong(line, err, "an event of more than a year");
    if (str_present(reader->exception.name))
        return wrong(&reader->exception, err, "an exception of a repetition is not understood");
    if (str_present(reader->rule.name) && !read_rule(reader, event, err))
        return false;
    add_event(reader);
    return true;
}

static bool read_property(struct reader *reader, const struct line *line, struct error *err)
{
    struct ics_event *event = &reader->event;
    bool with_time = line->value.size > 8 && line->value.data[8] == 'T';
    if (str_equal_nocase(line->name, STR("DTSTART"))) {
        reader->has_first = true;
        reader->timed |= with_time;
        if (!read_date(line->value, &event->first))
            return wrong(line, err, "no date");
    } else if (str_equal_nocase(line->name, STR("DTEND"))) {
        reader->has_last = true;
        if (!read_date(line->value, &event->last))
            return wrong(line, err, "no date");
        event->last--; /* the first day that is no part of it */
    } else if (str_equal_nocase(line->name, STR("DURATION"))) {
        if (!read_days(line->value, &reader->days) && !reader->timed)
            return wrong(line, err, "no number of days");
    } else if (str_equal_nocase(line->name, STR("SUMMARY"))) {
        event->summary = unescape(line->value, reader->arena);
    } else if (str_equal_nocase(line->name, STR("STATUS"))) {
        reader->cancelled |= str_equal_nocase(line->value, STR("CANCELLED"));
    } else if (str_equal_nocase(line->name, STR("RRULE"))) {
        reader->rule = *line;
    } else if (str_equal_nocase(line->name, STR("RDATE")) ||
               str_equal_nocase(line->name, STR("EXDATE")) ||
               str_equal_nocase(line->name, STR("RECURRENCE-ID"))) {
        reader->exception = *line;
    }
    return true;
}

static void begin_event(struct reader *reader, int line)
{
    reader->in_event = true;
    reader->has_first = reader->has_last = reader->timed = reader->cancelled = false;
    reader->nested = 0;
    reader->days = 0;
    reader->rule = reader->exception = (struct line){ .name = STR_NONE };
    reader->event = (struct ics_event){ .until = INT64_MAX, .line = line };
}

static bool read_line(struct reader *reader, const struct line *line, struct error *err)
{
    bool begins = str_equal_nocase(line->name, STR("BEGIN"));
    bool ends = str_equal_nocase(line->name, STR("END"));
    bool of_event = str_equal_nocase(line->value, STR("VEVENT"));
    if (!reader->in_event) {
        if (begins && of_event)
            begin_event(reader, line->number);
        else if (str_equal_nocase(line->name, STR("X-WR-TIMEZONE")))
            reader->out->zone = line->value;
        return true;
    }
    if (begins)
        reader->nested++;
    else if (ends && reader->nested > 0)
        reader->nested--;
    else if (ends)
        return end_event(reader, line, err);
    else if (reader->nested == 0)
        return read_property(reader, line, err);
    return true;
}

bool ics_parse(struct str text, struct arena *arena, struct ics *out, struct error *err)
{
    struct ics found = { 0 };
    struct reader reader = { .rest = text, .number = 1, .arena = arena, .out = &found };
    struct line line = { 0 };
    size_t at = 0;
    if (!utf8_valid(text, &at))
        return error_set(err, "it is not UTF-8 at byte %zu", at);
    if (str_starts(text, STR("\xEF\xBB\xBF")))
        reader.rest = (struct str){ text.data + 3, text.size - 3 };
    if (!next_line(&reader, &line) || !str_equal_nocase(line.name, STR("BEGIN")) ||
        !str_equal_nocase(line.value, STR("VCALENDAR")))
        return error_set(err, "it is no iCalendar file: it does not begin with BEGIN:VCALENDAR");
    while (next_line(&reader, &line)) {
        if (!read_line(&reader, &line, err))
            return false;
    }
    if (reader.in_event)
        return error_set(err, "line %d: an event that does not end", reader.event.line);
    *out = found;
    return true;
}
