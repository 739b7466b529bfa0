#include "model/target.h"

#include <stddef.h>

static const char *const names[TARGET_UNIT_COUNT] = { [TARGET_NONE] = NULL, [TARGET_TIME] = "ms" };

const char *target_unit_name(enum target_unit unit)
{
    return names[unit];
}
