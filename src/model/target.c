#include "model/target.h"

#include <stddef.h>

static const char *const names[TARGET_UNIT_COUNT] = {
    [TARGET_NONE] = NULL,          [TARGET_TIME] = "ms", [TARGET_WORKING_DAYS] = "wd",
    [TARGET_CALENDAR_DAYS] = "cd", [TARGET_WEEKS] = "w", [TARGET_MONTHS] = "mo",
};

const char *target_unit_name(enum target_unit unit)
{
    return names[unit];
}
