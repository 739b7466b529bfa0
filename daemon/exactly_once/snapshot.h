/* One state of a global table, which nobody writes any more: shared by all who look through it. */
#pragma once

#include <stdbool.h>
#include "globals.h"

struct snapshot;

/* The caller has the one reference. Owns `table`. */
struct snapshot *snapshot_new(enum global global, void *table);
struct snapshot *
snapshot_take(struct snapshot *snapshot); /* one reference more; the same pointer */
/* The last one frees it, which takes a while for a large table. NULL is fine. */
void snapshot_drop(struct snapshot *snapshot);
/* Whether the caller's reference is the last one: then nobody else can take one either. */
bool snapshot_is_mine(const struct snapshot *snapshot);

enum global snapshot_global(const struct snapshot *snapshot);
const void *snapshot_table(const struct snapshot *snapshot);
