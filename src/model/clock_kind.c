#include "model/clock_kind.h"

const char *clock_kind_name(enum clock_kind kind)
{
    return kind == CLOCK_RESPONSE ? "response" : "unknown";
}
