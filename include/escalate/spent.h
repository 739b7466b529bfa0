/* The silences that were to last until all is resolved, and are over for that. Nobody but their
 * writer changes their rows, so the stage keeps this itself: changelog records "s/ID". */
#pragma once

#include "base/error.h"
#include "escalate/silences.h"
#include "model/actions.h"

struct spent;

struct spent *spent_new(void);
void spent_free(struct spent *spent); /* NULL is fine */

bool spent_has(const struct spent *spent, struct str id);
/* The silence is over. Appends its changelog record. */
void spent_add(struct spent *spent, struct str id, time_ms now, struct actions *actions);
/* Forgets those that are no silences any more. */
void spent_sweep(struct spent *spent, const struct silences *silences, struct actions *actions);

/* One record whose key begins with s/. */
bool spent_restore(struct spent *spent, struct str key, struct str value, struct error *err);
void spent_mark(struct spent *spent);
void spent_undo(struct spent *spent);
