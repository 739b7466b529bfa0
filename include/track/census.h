/* How many open tickets each department holds, by band, and how many are overdue; and what each was
 * given, handed back and broke. The first follow every change of a ticket's state, an undo and a
 * restore included; the others only grow, and an undo takes them back to the last mark. */
#pragma once

#include <stdint.h>
#include "track/turn.h"

struct census;

struct census *census_new(void);
void census_free(struct census *census); /* NULL is fine */

/* What it counts as, as it stands. */
struct standing standing_of(const struct ticket *ticket);
/* The ticket counted as `before` and counts as `after` from now on. */
void census_move(struct census *census, const struct standing *before,
                 const struct standing *after);

/* Another number whenever a department has more or fewer open tickets than before. */
uint64_t census_moves(const struct census *census);

/* Counts what came of a turn. */
void census_turn(struct census *census, const struct turn *turn);
void census_mark(struct census *census);
void census_undo(struct census *census);

/* One department that ever had a ticket here; it may have left the configuration since. */
struct census_row {
    struct str department;
    int64_t open[BAND_COUNT], overdue;
    struct census_counts {
        uint64_t dispatches[ROLE_COUNT], returns, breaches;
    } counts; /* as of the last mark */
};
/* The rows in the order in which their departments first came; false: there is no such. */
bool census_row(const struct census *census, size_t index, struct census_row *row);
