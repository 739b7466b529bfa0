#include "base/zone.h"

#include <stdlib.h>
#include <string.h>
#include <unicode/ucal.h>
#include <unicode/ustring.h>

#include "base/mem.h"

/* No zone changes its offset other than at a quarter of an hour. */
#define SLOT (15 * TIME_MINUTE)

enum { NAME_MAX_UNITS = 64 };

struct zone {
    UCalendar *calendar;
    time_ms slot; /* of the remembered offset */
    time_ms offset;
};

struct zone *zone_open(struct str name, struct error *err)
{
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
        error_set(err, "'%.*s' is no time zone (write one like Asia/Shanghai)", STR_ARG(name));
        return NULL;
    }
    struct zone *zone = mem_alloc(sizeof(*zone));
    *zone = (struct zone){ .calendar = calendar, .slot = TIME_NEVER };
    return zone;
}

void zone_close(struct zone *zone)
{
    if (zone == NULL)
        return;
    ucal_close(zone->calendar);
    free(zone);
}

time_ms zone_offset(struct zone *zone, time_ms time)
{
    time_ms slot = time / SLOT;
    if (slot == zone->slot)
        return zone->offset;
    UErrorCode code = U_ZERO_ERROR;
    ucal_setMillis(zone->calendar, (UDate)time, &code);
    zone->offset = ucal_get(zone->calendar, UCAL_ZONE_OFFSET, &code) +
                   ucal_get(zone->calendar, UCAL_DST_OFFSET, &code);
    zone->slot = slot;
    return zone->offset;
}

struct str zone_format(struct zone *zone, time_ms time, char text[TIME_TEXT_SIZE])
{
    /* "2026-11-21T18:00:00Z" of the local clock, without the seconds and the T. */
    struct str local = time_format(time + zone_offset(zone, time), text);
    text[10] = ' ';
    text[16] = '\0';
    return (struct str){ local.data, 16 };
}

time_ms zone_moment(struct zone *zone, time_ms local)
{
    /* Offsets a day before and after bound what can hold around a change. */
    time_ms early = local - zone_offset(zone, local - TIME_DAY);
    if (early + zone_offset(zone, early) == local)
        return early;
    time_ms late = local - zone_offset(zone, local + TIME_DAY);
    if (late + zone_offset(zone, late) == local)
        return late;
    /* Skipped: `early` reads the clock before the jump, so it lies just as far behind it. */
    return early;
}
