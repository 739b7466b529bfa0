/* Which one department must answer, who gets a copy, and why. */
#pragma once

#include "config/config.h"
#include "match/match.h"

struct verdict {
    int department;                   /* index; -1: nobody, see route_event_without */
    bool unrouted;                    /* only the root matched */
    bool by_learned;                  /* no route but the root matched, and the model knew one */
    const struct config_route **path; /* root first, the deepest match last */
    size_t path_count;
    int *informed; /* departments, without the responsible one, no duplicates */
    size_t informed_count;
    unsigned *rules; /* numbers of the routes and inform rules that were taken */
    size_t rule_count;
    /* Of the routes that were tried and would have changed this, the nearest: most conditions held,
     * then fewest failed, then the first. NULL: none was tried in vain. */
    const struct config_route *miss;
    struct near_miss miss_why;
    struct learned *learned; /* what the model said, where that made the path; else NULL */
};

/* Depth-first, left to right; the deepest first match is responsible, and the root always matches.
 * Where nothing else does and `learned.fallback` is set, the model's department is responsible, if
 * its margin is large enough.
 * `facts->department` is not used: the flat inform rules see the responsible one. Memory from
 * `arena`. */
void route_event(const struct config *config, const struct facts *facts, struct arena *arena,
                 struct verdict *verdict);
/* The same where some departments may not be responsible: the best match among the others. A route
 * below which only they are is passed over for the next that matches, then for its parent.
 * `department` is -1, with an empty path and nobody informed, where nobody is left. */
void route_event_without(const struct config *config, const struct facts *facts, const int *without,
                         size_t without_count, struct arena *arena, struct verdict *verdict);
/* The screening rule that labels the demand, or NULL. */
const struct config_screen *screen_event(const struct config *config, const struct facts *facts);
