#include "calendar/expiry.h"

time_ms calendar_expiry(const struct calendar *calendar)
{
    int64_t last = calendar_valid_until(calendar);
    return last == INT64_MAX ? TIME_NEVER : calendar_midnight(calendar, last + 1);
}

bool calendar_expires(const struct calendar *calendar, time_ms now, struct buf *sentence)
{
    time_ms expiry = calendar_expiry(calendar), left = expiry - now;
    char last[DATE_TEXT_SIZE];
    if (expiry == TIME_NEVER || left >= EXPIRY_WARNING_DAYS * TIME_DAY)
        return false;
    buf_printf(sentence, "the calendar '%.*s' knows its dates until %s, ",
               STR_ARG(calendar_name(calendar)),
               date_format(calendar_valid_until(calendar), last).data);
    if (left <= 0)
        buf_printf(sentence, "which is past: promises count with its weekly hours");
    else
        buf_printf(sentence, "%lld days from now: promises that reach past it are provisional",
                   (long long)(left / TIME_DAY));
    return true;
}
