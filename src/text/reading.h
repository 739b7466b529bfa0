/* Which words of a lexicon stand where in a normalised text. Private to this folder. */
#pragma once

#include "lexicon_parts.h"

/* A literal that stands at tokens first..last. */
struct sighting {
    uint32_t first, last;
    uint32_t pattern; /* TRIE_NONE: it cut a word that is read as one */
    uint32_t traits;  /* the pattern's, of enum trait; 0: likewise */
    uint32_t ending;  /* index plus one of the next one that ends there, a shorter one; 0: none */
};

/* Zero-initialise; reuse for any number of texts. */
struct reading {
    struct str text; /* borrowed */
    struct tokens tokens;
    struct sighting *sightings; /* those of one first token together, shortest first */
    size_t count, capacity;
    uint32_t
        *begins; /* by token: where its sightings begin; they go on to those of the token before */
    uint32_t *endings; /* by token: index plus one of the longest that ends there; 0: none */
    size_t token_capacity;
    bool joined; /* some token is */
};
void reading_free(struct reading *reading);

/* Finds every literal of the lexicon. Linear in the text, times the tokens of the longest literal.
 */
void reading_find(struct reading *reading, const struct lexicon *lexicon, struct str text);

/* The sightings that begin at a token: [*from, *to). */
static inline void reading_from(const struct reading *reading, size_t token, size_t *from,
                                size_t *to)
{
    *from = reading->begins[token];
    *to = token == 0 ? reading->count : reading->begins[token - 1];
}

/* Behind the token that ends the clause of `token`. A literal that holds an end of a clause makes
 * one of two: what is found, or composed of it, never lies in several. */
size_t reading_clause_end(const struct reading *reading, size_t token);

/* Would what stands at tokens first..last begin or end within a word that is read as one? */
static inline bool reading_cuts(const struct reading *reading, size_t first, size_t last)
{
    const struct tokens *tokens = &reading->tokens;
    return tokens->items[first].joined ||
           (last + 1 < tokens->count && tokens->items[last + 1].joined);
}
