/* Every rule that a configuration has, numbered, and how often each was taken: a rule that is never
 * taken is one that somebody believes in. */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include "base/str.h"
#include "model/series.h"

struct config;

/* Which stages take a rule, a bit each: what dead letters set off is taken wherever they are
 * written. */
enum { RULE_OF_TICKETS = 1, RULE_OF_ESCALATIONS = 2, RULE_OF_INTAKE = 4 };

struct config_rule {
    const char *kind; /* "route", "escalation", as settings call them */
    struct str name;  /* "ombud.yaml:222 private data" */
    unsigned stages;  /* RULE_OF_ bits */
};

/* By number, which counts from 1; 0 is no rule's. Owned: rule_hits_free. */
struct rule_hits {
    uint64_t *counts;
    size_t count;
};

/* NULL is fine. */
static inline void rule_hit(struct rule_hits *hits, unsigned rule)
{
    if (hits && rule > 0 && rule <= hits->count)
        hits->counts[rule - 1]++;
}

/* All none, for all rules of the configuration; frees those before. */
void rule_hits_reset(struct rule_hits *hits, const struct config *config);
/* Both are of one configuration. */
void rule_hits_copy(struct rule_hits *to, const struct rule_hits *from);
void rule_hits_free(struct rule_hits *hits);

/* The row that a stage makes of them, and what it has: of each rule that it takes, hit or not.
 * `stage` is its RULE_OF_. */
#define RULE_HITS "rule_hits"
#define RULE_HITS_SERIES                                                                           \
    {                                                                                              \
        RULE_HITS, false, "How often a rule of the configuration was taken.",                      \
        {                                                                                          \
            "kind", "rule"                                                                         \
        }                                                                                          \
    }
void rule_hits_series(const struct rule_hits *hits, const struct config *config, unsigned stage,
                      int row, series_fn *each, void *arg);
