/* A time zone by its IANA name, with daylight saving time, for times that people read and write. It
 * is a table of the zone's changes, read once from ICU's data: immutable, and any thread may use
 * it. */
#pragma once

#include "base/error.h"
#include "base/str.h"
#include "base/time.h"

struct zone;

/* NULL + err for a name that is no zone ("Asia/Shanghia") or means several ("CST"). Changes are
 * known from 1970 to 2100; other times use the nearest offset. */
struct zone *zone_open(struct str name, struct error *err);
void zone_close(struct zone *zone); /* NULL is fine */

/* What local clocks are ahead of UTC at that moment, ms. */
time_ms zone_offset(const struct zone *zone, time_ms time);
/* "2026-11-21 18:00" on the local clock. */
struct str zone_format(const struct zone *zone, time_ms time, char text[TIME_TEXT_SIZE]);
/* The moment a local clock showed `local` (ms since 1970-01-01T00:00 on that clock). In the hour
 * that a clock shows twice: the first; in the one it skips: as if it had not jumped. */
time_ms zone_moment(const struct zone *zone, time_ms local);
/* The first moment at which the local clock shows `local` or later: in the hour that it shows twice
 * the first, and where it jumps over `local`, the jump. Never falls when `local` rises. */
time_ms zone_reached(const struct zone *zone, time_ms local);
/* The first moment after `time` at which the zone's offset changes, or TIME_NEVER. */
time_ms zone_change_after(const struct zone *zone, time_ms time);
