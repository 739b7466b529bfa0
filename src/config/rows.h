/* What files of rows share. */
#pragma once

#include "config/setting.h"

#define YEAR (366 * TIME_DAY)
#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))
#define AT(type, field) .offset = offsetof(type, field)
#define EXTRA(type, field) .extra = offsetof(type, field)
#define PLACE(type) (ptrdiff_t) offsetof(type, place)

extern const struct setting_table score_settings;    /* rows_score.c */
extern const struct setting_table calendar_settings; /* rows_calendar.c */
extern const struct setting_table clock_settings;    /* rows_clock.c */
extern const struct setting_table regulation_settings, regulation_version_settings;
