/* Floors that belong to two signals together. Private to this folder. */
#pragma once

#include "score/score.h"

struct pair_found {
    const struct config_pair *pair;
    struct evidence evidence[2]; /* by side */
};

/* How a hit is shown. */
struct evidence text_evidence(const struct hit *hit);

/* The pairs of which both sides are stated: in the text of `event`, or among the signals outside
 * the text that `score` has already. In the order of the configuration; memory from `arena`. */
struct pair_found *pairs_find(const struct config *config, const struct event *event,
                              const struct hit *hits, size_t hit_count, const struct score *score,
                              struct arena *arena, size_t *count);
