/* Why supervisors are not told of a notice. Plain data; the name is borrowed. */
#pragma once

#include "base/str.h"
#include "base/time.h"

/* In the order in which they are asked. */
enum suppression {
    SUPPRESSED_BY_INHIBITION, /* something else is open that says more */
    SUPPRESSED_BY_SILENCE,    /* a person asked for quiet */
    SUPPRESSED_AS_DUPLICATE,  /* the level was told just that */
    SUPPRESSION_COUNT
};
const char *suppression_name(enum suppression kind); /* "silence" */

struct cause {
    enum suppression kind;
    struct str name; /* the inhibition's, or the silence's id; absent of a duplicate */
    time_ms until;   /* when a silence ends, else TIME_NEVER */
};
