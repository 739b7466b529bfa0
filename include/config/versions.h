/* Up to which version the records of each changelog may be written: what `ombudctl upgrade
 * finalize` says, in a compacted topic, by the key of the output ("state"). Until then a release
 * writes on in the version that it found, so that the one before can take over again. */
#pragma once

#include "base/arena.h"
#include "base/error.h"
#include "model/actions.h"

struct versions {
    int of[OUTPUT_COUNT]; /* 0: nothing was said of it */
};

/* One record; an absent value takes it back. What names no changelog of this release is left
 * alone. False + err: `versions` is unchanged. */
bool versions_put(struct versions *versions, struct str key, struct str value, struct error *err);
/* The record's value; its key is that of the output's row. */
struct str versions_encode(int version, struct str by, time_ms now, struct arena *arena);
