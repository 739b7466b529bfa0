/* Why a record cannot be an event. It goes to the dead-letter topic with these two headers, unless
 * its format knows that it is none. */
#pragma once

#include <stdbool.h>

#include "base/str.h"

struct refusal {
    struct str reason; /* ombud-error: a sentence */
    struct str at;     /* ombud-at: JSON pointer ("/ticket") or "byte 17" */
    bool skipped;      /* a ping, a marker: counted, and nothing else comes of it */
};
