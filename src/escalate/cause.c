#include "escalate/cause.h"

static const char *const names[SUPPRESSION_COUNT] = {
    [SUPPRESSED_BY_INHIBITION] = "inhibition",
    [SUPPRESSED_BY_SILENCE] = "silence",
    [SUPPRESSED_AS_DUPLICATE] = "duplicate",
};

const char *suppression_name(enum suppression kind)
{
    return names[kind];
}
