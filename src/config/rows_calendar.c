/* The rows of `calendars`. */
#include "rows.h"

/* clang-format off */

static const struct setting calendar_rows[] = {
    { .key = "", .type = SETTING_SLUG, AT(struct config_calendar, name), .help = "The name." },
    { .key = "base", .type = SETTING_TEXT, AT(struct config_calendar, base),
      .help = "Another calendar, whose zone, hours, dates and `valid_until` hold where this one says "
              "nothing: a country's, to which a company adds its hours and its own days off." },
    { .key = "zone", .type = SETTING_ZONE, AT(struct config_calendar, zone),
      .help = "The IANA time zone of its hours. Default: that of the base, or the configuration's." },
    { .key = "hours", .type = SETTING_HOURS, AT(struct config_calendar, week),
      .help = "When it is open, by weekday (`mon`, or several: `mon..fri`): shifts such as "
              "`09:00-18:00`, one text with commas or a list. An end that is not after its begin is "
              "past midnight; all day is `00:00-24:00`. Days that are not named are off." },
    { .key = "dates", .type = SETTING_DATES, AT(struct config_calendar, dates),
      EXTRA(struct config_calendar, date_count),
      .help = "What beats the weekly hours, by date (`2026-10-01`, or several: "
              "`2026-10-01..2026-10-07`): `off`, `workday` (a make-up day: the hours of the first "
              "weekday that has some), a weekday whose hours it has (`wed`), or shifts." },
    { .key = "valid_until", .type = SETTING_DATE, AT(struct config_calendar, valid_until),
      .help = "The last day for which the dates are known. A promise that reaches past it is "
              "provisional: it counts with the weekly hours." },
    { .key = "source", .type = SETTING_TEXT, AT(struct config_calendar, source),
      .help = "Where its dates are from, for people." },
};
const struct setting_table calendar_settings = {
    .name = "calendar", .size = sizeof(struct config_calendar), .place = PLACE(struct config_calendar),
    .example = "office:\n"
               "  base: cn\n"
               "  hours: { mon..fri: [\"09:00-12:00\", \"13:30-18:00\"], sat: \"10:00-14:00\" }\n"
               "  dates: { 2026-12-24: \"09:00-12:00\", 2026-12-25..2026-12-27: off }\n"
               "depot: calendars.d/depot.yaml",
    .rows = calendar_rows, .count = COUNT(calendar_rows),
};

