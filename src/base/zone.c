#include "base/zone.h"

#include <stdlib.h>
#include <string.h>
#include <unicode/ucal.h>
#include <unicode/ustring.h>

#include "base/mem.h"

#define LAST_CHANGE INT64_C(4102444800000) /* 2100-01-01 */

enum { NAME_MAX_UNITS = 64 };

struct change {
    time_ms at; /* from then on, UTC */
    time_ms offset;
};

struct zone {
    size_t count;           /* at least 1 */
    struct change *changes; /* ascending; the first is 1970's */
};

static time_ms offset_at(UCalendar *calendar, time_ms time)
{
    UErrorCode code = U_ZERO_ERROR;

    ucal_setMillis(calendar, (UDate)time, &code);
    return ucal_get(calendar, UCAL_ZONE_OFFSET, &code) + ucal_get(calendar, UCAL_DST_OFFSET, &code);
}

static void add_change(struct zone *zone, UCalendar *calendar, time_ms at)
{
    zone->changes = mem_resize(zone->changes, zone->count + 1, sizeof(*zone->changes));
    zone->changes[zone->count++] = (struct change){ at, offset_at(calendar, at) };
}

static struct zone *read_changes(UCalendar *calendar)
{
    struct zone *zone = mem_alloc(sizeof(*zone));
    UErrorCode code = U_ZERO_ERROR;
    UDate next = 0;

    add_change(zone, calendar, 0);
    /* Each call looks from the moment the calendar stands at. */
    while (ucal_getTimeZoneTransitionDate(calendar, UCAL_TZ_TRANSITION_NEXT, &next, &code) &&
           U_SUCCESS(code) && next < (UDate)LAST_CHANGE)
        add_change(zone, calendar, (time_ms)next);
    return zone;
}

/* Letters that several countries use, each for a clock of its own; ICU takes an American or an
 * Indian one for granted. UTC and GMT are the same everywhere. */
static bool is_ambiguous(struct str name)
{
    static const char abbreviations[][4] = { "ACT", "AET", "AGT", "ART", "AST", "BET", "BST",
                                             "CAT", "CNT", "CST", "CTT", "EAT", "ECT", "EST",
                                             "HST", "IET", "IST", "JST", "MIT", "MST", "NET",
                                             "NST", "PLT", "PNT", "PRT", "PST", "SST", "VST" };
    for (size_t i = 0; i < sizeof(abbreviations) / sizeof(*abbreviations); i++)
        if (str_equal_nocase(name, str_from(abbreviations[i])))
            return true;
    return false;
}

struct zone *zone_open(struct str name, struct error *err)
{
    if (is_ambiguous(name)) {
        error_set(err,
                  "'%.*s' means different clocks in different countries: name a place, as in "
                  "Asia/Shanghai",
                  STR_ARG(name));
        return NULL;
    }
    UErrorCode code = U_ZERO_ERROR;
    UChar id[NAME_MAX_UNITS], canonical[NAME_MAX_UNITS];
    int32_t size = 0;
    UBool is_system = 0;
    u_strFromUTF8(id, NAME_MAX_UNITS, &size, name.data ? name.data : "", (int32_t)name.size, &code);
    if (U_SUCCESS(code))
        ucal_getCanonicalTimeZoneID(id, size, canonical, NAME_MAX_UNITS, &is_system, &code);
    UCalendar *calendar = NULL;
    if (U_SUCCESS(code) && is_system)
        calendar = ucal_open(id, size, "en_US", UCAL_GREGORIAN, &code);
    if (calendar == NULL || U_FAILURE(code)) {
        struct str cut = utf8_prefix(name, NAME_MAX_UNITS);
        error_set(err, "'%.*s' is no time zone (write one like Asia/Shanghai)", STR_ARG(cut));
        return NULL;
    }
    struct zone *zone = read_changes(calendar);
    ucal_close(calendar);
    return zone;
}

void zone_close(struct zone *zone)
{
    if (zone == NULL)
        return;
    free(zone->changes);
    free(zone);
}

/* The last change at or before `time`, else the first. */
static size_t change_before(const struct zone *zone, time_ms time)
{
    size_t low = 0, high = zone->count;

    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (zone->changes[middle].at <= time)
            low = middle;
        else
            high = middle;
    }
    return low;
}

time_ms zone_offset(const struct zone *zone, time_ms time)
{
    return zone->changes[change_before(zone, time)].offset;
}

struct str zone_format(const struct zone *zone, time_ms time, char text[TIME_TEXT_SIZE])
{
    /* "2026-11-21T18:00:00Z" of the local clock, without the seconds and the T. */
    struct str local = time_format(time + zone_offset(zone, time), text);
    text[10] = ' ';
    text[16] = '\0';
    return (struct str){ local.data, 16 };
}

time_ms zone_moment(const struct zone *zone, time_ms local)
{
    /* No offset is longer than a day: the change that matters is this one or one soon after it. */
    size_t i = change_before(zone, local - TIME_DAY);

    for (; i + 1 < zone->count; i++) {
        const struct change *next = &zone->changes[i + 1];
        /* Still before the change by either clock, which makes the first of a doubled hour and the
         * clock that did not jump win. */
        if (local - zone->changes[i].offset < next->at || local - next->offset < next->at)
            break;
    }
    return local - zone->changes[i].offset;
}

time_ms zone_reached(const struct zone *zone, time_ms local)
{
    size_t i = change_before(zone, local - TIME_DAY);

    /* Each offset in turn, until `local` comes before the next change. */
    for (; i + 1 < zone->count; i++) {
        if (local - zone->changes[i].offset < zone->changes[i + 1].at)
            break;
    }
    /* Where the clock jumped over it, it is later from the change on. */
    return i > 0 ? time_max(local - zone->changes[i].offset, zone->changes[i].at)
                 : local - zone->changes[0].offset;
}

time_ms zone_change_after(const struct zone *zone, time_ms time)
{
    /* The change before `time` may be after it, where it is the first. */
    for (size_t i = change_before(zone, time); i < zone->count; i++) {
        if (i > 0 && zone->changes[i].at > time &&
            zone->changes[i].offset != zone->changes[i - 1].offset)
            return zone->changes[i].at;
    }
    return TIME_NEVER;
}
