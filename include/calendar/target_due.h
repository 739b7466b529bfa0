/* When a promise ends. Days are those of the calendar's zone, whatever time of day it is; a working
 * day is one with hours of its own, a dated one included. */
#pragma once

#include "calendar/calendar.h"
#include "model/target.h"

/* TIME_NEVER where nothing is promised. Working days end with the day's last shift, calendar days,
 * weeks and months at midnight. Where today counts, it does for working days only before it has
 * closed. Months as in BGB section 188: from 31 January, "1mo" ends with the last day of February;
 * where today counts, with the day before the one of the same number. */
time_ms target_due(const struct calendar *calendar, time_ms start, const struct target *target);
