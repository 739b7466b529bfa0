/* Parts of an expression as items in a row. Private to this folder; see chain.h. */
#pragma once

#include "chain.h"

/* The branches of `text`, which has no gap at its top, or NULL when it is not that simple. */
struct chain_branch *chain_branches(struct str text, struct arena *arena, size_t *count);
