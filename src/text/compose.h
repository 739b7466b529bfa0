/* Completes phrases of several elements around the one that was found. Private to this folder. */
#pragma once

#include "reading.h"

/* The anchor's words stand at the tokens of `anchor`. True and the tokens of the whole phrase, with
 * the nearest words that complete it, when all other elements are there. Bounded by the gaps. */
bool composed_match(const struct composed *composed, const struct reading *reading,
                    const struct sighting *anchor, size_t *first, size_t *last);
