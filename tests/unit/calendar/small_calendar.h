/* Calendars for tests, made from short texts: hours "09:00-12:00,13:00-18:00", an empty text being
 * a day off. An end before its begin is past midnight. */
#pragma once

#include <stdio.h>
#include <string.h>

#include "calendar/calendar.h"

struct small_rule {
    const char *first, *last; /* weekdays "mon", or dates "2026-10-01"; last NULL: one day */
    const char *hours;
};

enum { SMALL_RULES = 16, SMALL_DATES = 64 };

struct small_calendar {
    const char *zone;
    struct small_rule week[SMALL_RULES], dates[SMALL_RULES];
};

static inline struct hours small_hours(const char *text, struct shift *shifts)
{
    struct hours hours = { shifts, 0 };
    int from, from_minute, to, to_minute, taken = 0;
    while (sscanf(text, "%d:%d-%d:%d%n", &from, &from_minute, &to, &to_minute, &taken) == 4) {
        int begin = from * 60 + from_minute, end = to * 60 + to_minute;
        shifts[hours.count++] = (struct shift){ begin, end > begin ? end : end + 24 * 60 };
        text += taken + (text[taken] == ',');
    }
    return hours;
}

static inline int small_weekday(const char *name)
{
    static const char names[] = "montuewedthufrisatsun";
    return (int)(strstr(names, name) - names) / 3;
}

static inline int64_t small_date(const char *text)
{
    int64_t days = 0;
    if (!date_parse(str_from(text), &days, NULL))
        fail_msg("%s is no date", text);
    return days;
}

static inline struct calendar *small_calendar_make(const struct small_calendar *small,
                                                   int64_t valid_until, struct error *err)
{
    struct shift shifts[2 * SMALL_RULES][CALENDAR_SHIFTS_MAX];
    struct dated_hours dates[SMALL_DATES];
    struct calendar_terms terms = { .name = STR("small"),
                                    .zone = str_from(small->zone ? small->zone : "Asia/Shanghai"),
                                    .dates = dates,
                                    .valid_until = valid_until };
    for (int i = 0; i < SMALL_RULES && small->week[i].first; i++) {
        const struct small_rule *rule = &small->week[i];
        struct hours hours = small_hours(rule->hours, shifts[i]);
        int last = small_weekday(rule->last ? rule->last : rule->first);
        for (int day = small_weekday(rule->first); day <= last; day++)
            terms.week[day] = hours;
    }
    for (int i = 0; i < SMALL_RULES && small->dates[i].first; i++) {
        const struct small_rule *rule = &small->dates[i];
        struct hours hours = small_hours(rule->hours, shifts[SMALL_RULES + i]);
        int64_t last = small_date(rule->last ? rule->last : rule->first);
        for (int64_t day = small_date(rule->first); day <= last; day++)
            dates[terms.date_count++] = (struct dated_hours){ day, hours };
    }
    return calendar_new(&terms, err);
}
