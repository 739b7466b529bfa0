/* The weights of a routing model as the trainer finds them: for each department a linear machine
 * that tells its tickets from all others. */
#pragma once

#include "ctl/learn_train.h"

struct learn_solution {
    double *weights; /* for each department LEARN_BUCKETS of them and its bias; to be freed */
    bool *seen;      /* for each department: the tickets had some of its; to be freed */
    size_t seen_count;
};

/* `departments` are the `count` indices in the configuration that the columns stand for; `rarity`
 * has LEARN_BUCKETS bytes. The same tickets give the same weights. Frees with solution_free. */
void solution_find(const struct learn_set *set, const uint8_t *rarity, const int *departments,
                   size_t count, struct learn_solution *solution);
void solution_free(struct learn_solution *solution);
/* Of one department: LEARN_BUCKETS weights and the bias. */
const double *solution_weights(const struct learn_solution *solution, size_t department);
