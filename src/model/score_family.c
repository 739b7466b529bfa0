#include "model/score_family.h"

const char *score_family_name(enum score_family family)
{
    static const char *const names[FAMILY_COUNT] = {
        [FAMILY_TEXT] = "text",       [FAMILY_NEED] = "need",     [FAMILY_CUSTOMER] = "customer",
        [FAMILY_HISTORY] = "history", [FAMILY_STATED] = "stated", [FAMILY_ORIGIN] = "origin",
    };
    return names[family];
}
