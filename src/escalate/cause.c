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

bool cause_equal(const struct cause *a, const struct cause *b)
{
    return a->kind == b->kind && str_equal(a->name, b->name) && a->until == b->until;
}
