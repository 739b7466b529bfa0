#include "reference_row.h"

#include <stdio.h>

/* What a value of each type is called. SETTING_LATER has no values yet and is never shown. */
static const char *const type_names[SETTING_LATER] = {
    [SETTING_TEXT] = "text",
    [SETTING_SLUG] = "slug",
    [SETTING_TOPIC] = "topic name",
    [SETTING_INTEGER] = "whole number",
    [SETTING_BYTES] = "size",
    [SETTING_PERCENT] = "percentage",
    [SETTING_DURATION] = "duration",
    [SETTING_CHOICE] = "one of",
    [SETTING_FLAG] = "one of",
    [SETTING_START] = "time",
    [SETTING_TIME] = "time",
    [SETTING_FORMAT] = "format",
    [SETTING_ZONE] = "time zone",
    [SETTING_DATE] = "date",
    [SETTING_CALENDAR] = "calendar",
    [SETTING_MATCHER] = "matcher",
    [SETTING_DEPARTMENT] = "department",
    [SETTING_LEVEL] = "level",
    [SETTING_LADDER] = "ladder",
    [SETTING_BAND] = "band",
    [SETTING_UNLESS] = "`acknowledged`",
    [SETTING_NAME] = "text or {zh, en}",
    [SETTING_TEXTS] = "list of texts",
    [SETTING_PATHS] = "list of paths",
    [SETTING_DEPARTMENTS] = "list of departments",
    [SETTING_LEVELS] = "list of slugs",
    [SETTING_WARNINGS] = "list of percentages or durations",
    [SETTING_SET] = "list of",
    [SETTING_PEOPLE] = "map of levels to names",
    [SETTING_POINTS] = "map of names to points",
    [SETTING_NEEDS] = "map of categories to needs",
    [SETTING_BAND_SCORES] = "map of bands to scores",
    [SETTING_BAND_TIMES] = "duration, or map of bands to durations",
    [SETTING_BAND_TEXTS] = "text, or map of bands to texts",
    [SETTING_BAND_CALENDARS] = "calendar, or map of bands to calendars",
    [SETTING_HOURS] = "map of weekdays to shifts",
    [SETTING_DATES] = "map of dates to shifts",
    [SETTING_CALENDARS] = "map of calendars, or of paths",
    [SETTING_TARGETS] = "target, or map of bands to targets",
    [SETTING_TRIGGERS] = "list of triggers",
    [SETTING_PROPERTIES] = "map of librdkafka properties",
    [SETTING_TABLE] = "map",
    [SETTING_TABLES] = "list",
    [SETTING_MAP] = "map",
    [SETTING_ROOT] = "map",
};

bool setting_is_shown(const struct setting *row)
{
    return row->type != SETTING_LATER && row->key[0];
}

static bool has_bounds(const struct setting *row)
{
    return row->type == SETTING_INTEGER || row->type == SETTING_BYTES ||
           row->type == SETTING_PERCENT || row->type == SETTING_DURATION ||
           row->type == SETTING_BAND_TIMES || row->type == SETTING_POINTS;
}

void setting_describe(const struct setting *row, unsigned flags, bool markdown, struct buf *out)
{
    char low[SETTING_BOUND_SIZE], high[SETTING_BOUND_SIZE];
    const char *mark = markdown ? "`" : "";

    buf_printf(out, "%s", type_names[row->type]);
    for (const char *const *choice = row->choices; choice && *choice; choice++)
        buf_printf(out, "%s %s%s%s", choice == row->choices ? "" : ",", mark, *choice, mark);
    if (has_bounds(row))
        buf_printf(out, ", %s to %s", setting_bound(row, row->min, low),
                   setting_bound(row, row->max, high));
    if (row->flags & SETTING_REQUIRED)
        buf_printf(out, ", required");
    if (row->fallback)
        buf_printf(out, ", default %s%s%s", mark, row->fallback, mark);
    if ((row->flags | flags) & SETTING_FIXED)
        buf_printf(out, markdown ? ", *restart*" : ", restart");
}

void setting_child_path(const struct setting *row, const char *path, char *out, size_t size)
{
    snprintf(out, size, "%s%s%s", path, row->key,
             row->type == SETTING_TABLES                                  ? "[]."
             : row->type == SETTING_MAP || row->type == SETTING_CALENDARS ? ".NAME."
                                                                          : ".");
}
