/* The erasures of accounts that were seen. A ticket knows the events that it has seen; of an
 * account nothing is left that could. Without this a copy that comes again would take the tickets
 * of a customer who came back. Changelog records `e/IDENTITY`, forgotten after the retention. */
#pragma once

#include "base/error.h"
#include "model/actions.h"

struct erasures;

struct erasures *erasures_new(int32_t partition);
void erasures_free(struct erasures *erasures); /* NULL is fine */

bool erasures_has(const struct erasures *erasures, uint64_t identity);
/* Seen at `now`; those seen before `oldest` are forgotten. Appends the changelog records. */
void erasures_add(struct erasures *erasures, uint64_t identity, time_ms now, time_ms oldest,
                  struct actions *actions);

/* One record whose key begins with e/. */
bool erasures_restore(struct erasures *erasures, struct str key, struct str value,
                      struct error *err);
void erasures_mark(struct erasures *erasures);
void erasures_undo(struct erasures *erasures);
