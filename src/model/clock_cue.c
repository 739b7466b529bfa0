#include "model/clock_kind.h"

static const char *const names[CUE_COUNT] = {
    [CUE_OPENED] = "opened", [CUE_REOPENED] = "reopened", [CUE_REPLIED] = "replied",
    [CUE_WROTE] = "wrote",   [CUE_ACCEPTED] = "accepted", [CUE_RESOLVED] = "resolved",
    [CUE_CLOSED] = "closed", [CUE_RATED] = "rated",       [CUE_MERGED] = "merged",
};

const char *clock_cue_name(enum clock_cue cue)
{
    return names[cue];
}
