/* Completes phrases of several elements around the one that was found. Private to this folder. */
#pragma once

#include "lexicon_parts.h"

/* The anchor's words stand at text[from, to). True and the extent of the whole phrase, the nearest
 * words that complete it, when all other elements are there. Bounded by the phrase's gaps. */
bool composed_match(const struct composed *composed, struct str text, uint32_t *from, uint32_t *to);
