/* One question to the routing model about one ticket. It is answered when somebody asks, once. */
#pragma once

#include "base/arena.h"
#include "learn/routing_model.h"

struct learned {
    const struct routing_model *model;
    struct features
        *features; /* the thread's memory: keeps the answer's words until it is reused */
    struct learn_input input;
    bool asked;
    const struct feature *heard; /* once asked: in `features` */
    size_t heard_count;
    struct model_guess guess;
};

/* The department's slug, in the model; absent where there is no question (NULL) or the model knows
 * nothing of what is said. */
struct str learned_department(struct learned *learned);
/* 0..100, see model_guess; -1 where no department is known. */
int learned_margin(struct learned *learned);

enum { LEARNED_REASONS = 2 };
/* The words that speak most for the department, the heaviest first, in `arena`; returns how many.
 * Before `features` is used for another ticket. */
size_t learned_reasons(struct learned *learned, struct arena *arena,
                       struct str reasons[LEARNED_REASONS]);
