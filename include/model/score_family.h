/* The families of signals; each has a cap on what it adds to a score. */
#pragma once

enum score_family {
    FAMILY_TEXT,
    FAMILY_NEED,
    FAMILY_CUSTOMER,
    FAMILY_HISTORY,
    FAMILY_STATED,
    FAMILY_CAPPED, /* those below have no cap */
    FAMILY_ORIGIN = FAMILY_CAPPED,
    FAMILY_COUNT
};

const char *score_family_name(enum score_family family); /* "text" */
