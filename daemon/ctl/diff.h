/* Two configurations' fates of the same events, side by side: what diff.c prints. */
#pragma once

#include "base/buf.h"
#include "ctl/diff_side.h"

struct change {                   /* a ticket that fared differently */
    const struct fate *old, *new; /* NULL: that side has no such ticket */
};

struct move { /* tickets whose first department changed */
    struct str from, to;
    unsigned tickets;
};

struct load_change {
    struct str department;
    struct load old, new; /* zero where a side has none */
};

struct totals {
    size_t tickets;
    unsigned breached, internal, told, handed_on;
};

struct comparison {
    struct arena *arena;
    struct change *changes; /* by ticket */
    size_t change_count;
    struct move *moves; /* most tickets first */
    size_t move_count;
    struct load_change *loads; /* of all departments that got tickets; the largest change first */
    size_t load_count;
    unsigned moved, raised, lowered, relabelled;
    unsigned bands[BAND_COUNT][BAND_COUNT]; /* [old][new] of the highest band */
    struct totals old, new;
};

void compare_sides(const struct side *old, const struct side *new, struct comparison *comparison);
void comparison_free(struct comparison *comparison);
