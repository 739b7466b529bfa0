/* Counters that labels tell apart: one for each department, each reason. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include "base/str.h"

enum { SERIES_LABELS = 2 };

struct series_row {
    const char *name;                  /* "open" */
    bool gauge;                        /* how much there is now; else it only grows */
    const char *help;                  /* a sentence */
    const char *labels[SERIES_LABELS]; /* "department", "band"; NULL: no more */
};

/* One of a row's: what its labels say, absent where there is no label. */
typedef void series_fn(void *arg, int row, const struct str values[SERIES_LABELS], uint64_t value);
