/* Why a record cannot be an event. It goes to the dead-letter topic with these two headers. */
#pragma once

#include "base/str.h"

struct refusal {
    struct str reason; /* ombud-error: a sentence */
    struct str at;     /* ombud-at: JSON pointer ("/ticket") or "byte 17" */
};
