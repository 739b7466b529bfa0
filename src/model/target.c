#include "model/target.h"

#include <stddef.h>

#include "model/band.h"

static const char *const names[TARGET_UNIT_COUNT] = {
    [TARGET_NONE] = NULL,          [TARGET_TIME] = "ms", [TARGET_WORKING_DAYS] = "wd",
    [TARGET_CALENDAR_DAYS] = "cd", [TARGET_WEEKS] = "w", [TARGET_MONTHS] = "mo",
};

const char *target_unit_name(enum target_unit unit)
{
    return names[unit];
}

bool targets_given(const struct target *targets)
{
    for (int band = 0; band < BAND_COUNT; band++) {
        if (target_given(&targets[band]))
            return true;
    }
    return false;
}
