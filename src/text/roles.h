/* What the literals of a lexicon do for its composed phrases: which they guard, and which are
 * looked for by them. Many literals do the same, and share a role. Private to this folder. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct composed;
struct lexicon;

/* What guards stand in a clause, a bit for several of them: false is certain. */
enum { SCENT_WORDS = 16, SCENT_BITS = 64 * SCENT_WORDS };
struct scent {
    uint64_t bits[SCENT_WORDS];
};

/* A phrase that may be completed where its anchor stands. */
struct attempt {
    uint32_t guard;    /* a bit of the clause's scent; SCENT_BITS: it needs none */
    uint32_t composed; /* of struct roles */
};

struct role {
    struct scent scent;
    uint32_t from, to; /* its attempts */
};

struct roles {
    uint32_t *by_literal; /* of items */
    struct role *items;
    struct attempt *attempts;
    const struct composed **composed;
};

/* Once nothing is added to the lexicon any more. Marks literals that anchor with their trait. */
void roles_find(struct lexicon *lexicon);
void roles_free(struct roles *roles);

static inline void scent_add(struct scent *scent, const struct scent *more)
{
    for (size_t i = 0; i < SCENT_WORDS; i++)
        scent->bits[i] |= more->bits[i];
}

static inline bool scent_has(const struct scent *scent, uint32_t bit)
{
    return bit == SCENT_BITS || scent->bits[bit / 64] >> (bit % 64) & 1;
}
