/* Which dead letters of a partition are settled, requeued or discarded: all before an offset, and
 * runs of offsets behind it, where others were left for later. Kept by the broker as a committed
 * offset and its metadata, so it changes with the transaction that settles them. Pure. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/buf.h"
#include "base/error.h"
#include "base/str.h"

enum { SETTLED_TEXT_MOST = 3900 }; /* what brokers keep of it by default, less a little */

struct settled_run {
    int64_t from, to; /* to: behind the last */
};

struct settled {              /* zero-initialise it */
    int64_t base;             /* everything before it is settled */
    struct settled_run *runs; /* in order, apart from each other, behind `base` */
    size_t count, capacity;
};
void settled_free(struct settled *settled);

/* As the broker kept it; `offset` below zero: nothing is settled before `begin`, where the log
 * begins. False + err when the text is not ours. */
bool settled_read(struct settled *settled, int64_t offset, struct str text, int64_t begin,
                  struct error *err);
/* Appends the metadata to go with `base`. */
void settled_text(const struct settled *settled, struct buf *text);
bool settled_has(const struct settled *settled, int64_t offset);

/* A walk over a partition's letters in their order, which finds how it will be afterwards. Offsets
 * at which there is no letter belong to those before them. */
struct settling { /* zero-initialise it */
    struct settled next;
    bool left;     /* a letter was left */
    bool in_a_run; /* the last one was settled behind it */
};
void settling_begin(struct settling *settling, const struct settled *before);
/* The letter at `offset` is settled, by now or before, or is left. */
void settling_pass(struct settling *settling, int64_t offset, bool settled);
/* How it is when the walk ends here: what was settled behind stays so. */
void settling_end(const struct settling *settling, const struct settled *before, int64_t behind,
                  struct settled *next);
void settling_free(struct settling *settling);
