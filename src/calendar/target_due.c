#include "calendar/target_due.h"

static bool is_working(const struct calendar *calendar, int64_t date)
{
    return calendar_hours(calendar, date).count > 0;
}

/* Every calendar opens again and again: calendar_new sees to that. */
static int64_t next_working(const struct calendar *calendar, int64_t date)
{
    while (!is_working(calendar, date))
        date++;
    return date;
}

static time_ms working_days_due(const struct calendar *calendar, time_ms start,
                                const struct target *target)
{
    int64_t date = calendar_date(calendar, start);
    bool counts = target->today_counts && is_working(calendar, date) &&
                  calendar_closing(calendar, date) > start;
    for (int64_t left = target->amount - counts; left > 0; left--)
        date = next_working(calendar, date + 1);
    return calendar_closing(calendar, date);
}

static int64_t add_months(int64_t days, int64_t months, bool today_counts)
{
    struct date date = date_from_days(days);
    int64_t month = date.year * 12 + date.month - 1 + months;
    date.year = month / 12;
    date.month = (int)(month % 12) + 1;
    int last = date_days_in_month(date.year, date.month), day = date.day - today_counts;
    date.day = 1;
    return date_to_days(date) + (day < last ? day : last) - 1;
}

static int64_t last_day(int64_t today, const struct target *target)
{
    switch (target->unit) {
    case TARGET_WEEKS:
        return today + 7 * target->amount - target->today_counts;
    case TARGET_MONTHS:
        return add_months(today, target->amount, target->today_counts);
    default:
        return today + target->amount - target->today_counts;
    }
}

time_ms target_due(const struct calendar *calendar, time_ms start, const struct target *target)
{
    if (!target_given(target) || start == TIME_NEVER)
        return TIME_NEVER;
    if (target->unit == TARGET_TIME)
        return calendar_due(calendar, start, target->amount);
    if (target->unit == TARGET_WORKING_DAYS)
        return working_days_due(calendar, start, target);
    int64_t date = last_day(calendar_date(calendar, start), target);
    if (target->working_end)
        date = next_working(calendar, date);
    return calendar_midnight(calendar, date + 1);
}
