/* Calendars whose dates end soon: somebody must get the next year's list, or every promise that
 * reaches into it is provisional. */
#pragma once

#include "base/buf.h"
#include "calendar/calendar.h"

enum { EXPIRY_WARNING_DAYS = 60 };

/* When its last known day is over; TIME_NEVER: never. */
time_ms calendar_expiry(const struct calendar *calendar);
/* Appends a sentence when that is less than EXPIRY_WARNING_DAYS ahead, or past; else false. */
bool calendar_expires(const struct calendar *calendar, time_ms now, struct buf *sentence);
