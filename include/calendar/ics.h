/* Days of an iCalendar file (RFC 5545), as calendars of holidays have them: events of whole days,
 * and such as come every year. */
#pragma once

#include "base/arena.h"
#include "base/error.h"
#include "base/str.h"
#include "base/time.h"

struct ics_event {
    int64_t first, last; /* days since 1970-01-01 */
    bool yearly;         /* on the same date every year from `first` on ... */
    int64_t until;       /* ... up to this day; INT64_MAX: for ever */
    struct str summary;  /* valid UTF-8 as the file has it, without escapes; may be empty */
    int line;            /* on which it begins */
};

struct ics {
    struct ics_event *events; /* as they stand in the file */
    size_t count;
    size_t timed;     /* events with a time of day, which are no days off: left out */
    size_t cancelled; /* likewise */
    struct str zone;  /* X-WR-TIMEZONE; absent: the file has none */
};

/* Everything lives in `arena`. False + err ("line 12: ...") for what is no iCalendar file, and for
 * an event that repeats in a way which is not understood: left out, it would be a day off too few.
 */
bool ics_parse(struct str text, struct arena *arena, struct ics *out, struct error *err);
