#include "exactly_once/snapshot.h"

#include <stdatomic.h>
#include <stdlib.h>

#include "base/mem.h"

struct snapshot {
    enum global global;
    void *table;
    atomic_int references;
};

struct snapshot *snapshot_new(enum global global, void *table)
{
    struct snapshot *snapshot = mem_alloc(sizeof(*snapshot));
    snapshot->global = global;
    snapshot->table = table;
    atomic_init(&snapshot->references, 1);
    return snapshot;
}

struct snapshot *snapshot_take(struct snapshot *snapshot)
{
    atomic_fetch_add(&snapshot->references, 1);
    return snapshot;
}

void snapshot_drop(struct snapshot *snapshot)
{
    if (snapshot == NULL || atomic_fetch_sub(&snapshot->references, 1) > 1)
        return;
    global_rows[snapshot->global].free(snapshot->table);
    free(snapshot);
}

bool snapshot_is_mine(const struct snapshot *snapshot)
{
    return atomic_load(&snapshot->references) == 1;
}

enum global snapshot_global(const struct snapshot *snapshot)
{
    return snapshot->global;
}

const void *snapshot_table(const struct snapshot *snapshot)
{
    return snapshot->table;
}
