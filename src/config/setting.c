#include "config/setting.h"

#include <stdio.h>

const char *setting_bound(const struct setting *row, int64_t value, char text[SETTING_BOUND_SIZE])
{
    static const struct {
        const char *name;
        int64_t size;
    } bytes[] = { { "GiB", 1 << 30 }, { "MiB", 1 << 20 }, { "KiB", 1 << 10 }, { "B", 1 } },
      times[] = { { "d", TIME_DAY },
                  { "h", TIME_HOUR },
                  { "m", TIME_MINUTE },
                  { "s", TIME_SECOND },
                  { "ms", 1 } };
    bool size = row->type == SETTING_BYTES;
    bool time = row->type == SETTING_DURATION || row->type == SETTING_BAND_TIMES;
    size_t unit = 0;

    if (value == 0 || (!size && !time)) {
        snprintf(text, SETTING_BOUND_SIZE, "%lld%s", (long long)value,
                 time                           ? "s"
                 : row->type == SETTING_PERCENT ? "%"
                                                : "");
        return text;
    }
    while (value % (size ? bytes[unit].size : times[unit].size) != 0)
        unit++;
    snprintf(text, SETTING_BOUND_SIZE, "%lld%s",
             (long long)(value / (size ? bytes[unit].size : times[unit].size)),
             size ? bytes[unit].name : times[unit].name);
    return text;
}
