/* What model_file.c reads and routing_model.c asks. Private to this folder. */
#pragma once

#include "base/arena.h"
#include "learn/routing_model.h"

enum { MODEL_LANES = 8 }; /* weights that are added at once */

struct routing_model {
    struct arena *arena; /* of the facts */
    const struct fold *fold;
    struct model_facts facts;
    char checksum[32];
    uint8_t *rarity; /* by bucket; 0: never learned, does not count */
    int8_t *weights; /* by bucket, then by department: rows of `stride`, filled up with 0 */
    size_t stride;
};
