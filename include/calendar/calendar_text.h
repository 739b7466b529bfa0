/* Calendars as people write them: "mon..fri", "09:00-12:00, 13:00-18:00", "2026-10-01..2026-10-07".
 * The configuration, the changelog and `ombudctl calendar` use the same words. */
#pragma once

#include "base/arena.h"
#include "calendar/calendar.h"
#include "json/json.h"
#include "json/json_writer.h"

/* "mon" .. "sun"; NULL of no weekday. */
const char *weekday_name(enum weekday weekday);
/* "wed", or "mon..fri": a weekday and the one up to which the days are meant. */
bool weekdays_parse(struct str text, enum weekday *first, enum weekday *last, struct error *err);
/* "2026-10-01", or "2026-10-01..2026-10-07": at most a year. Days since 1970-01-01. */
bool dates_parse(struct str text, int64_t *first, int64_t *last, struct error *err);

/* Appends to `hours`, whose shifts are in an array with room for CALENDAR_SHIFTS_MAX: shifts with
 * commas between them, an end that is not after its begin being past midnight; "off" is none.
 * Whether they are in order is hours_check's business. */
bool shifts_parse(struct str text, struct shift shifts[CALENDAR_SHIFTS_MAX], size_t *count,
                  struct error *err);
/* "09:00-12:00,13:00-18:00", "off". Appends. */
void hours_format(struct hours hours, struct buf *out);

/* Members of the object that is open: "zone", "hours", "dates" (days that follow each other and are
 * alike as one), "valid_until". */
void calendar_write(struct json_writer *json, const struct calendar *calendar);
/* The same and "name". */
struct calendar *calendar_read(const cJSON *object, struct error *err);

/* A hash of its name and all that it says. */
uint64_t calendar_version(const struct calendar *calendar);
