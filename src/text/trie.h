/* Texts by their tokens, to find all that begin at a place of another text: built once, laid out
 * for the caches. Private to this folder. */
#pragma once

#include "vocabulary.h"

enum { TRIE_NONE = UINT32_MAX };

/* A text that others begin with. The nodes behind it are a small hash table of their own: a step
 * reads one of its lines, or none where the mask says that it leads nowhere. */
struct trie_node {
    uint32_t step;  /* that leads to it; 0: the place is free */
    uint32_t value; /* what the text stands for; TRIE_NONE: nothing */
    uint32_t next; /* where the nodes behind it begin, shifted by 5, and the bits of their number */
    uint32_t mask; /* a bit for each step that leads on */
};

struct trie {
    struct vocabulary words;
    struct trie_node *nodes; /* first those of one token, by its word */
    size_t node_count, node_capacity;
};

/* Text i stands for i. Empty ones are left out, the others are all different by their tokens, and
 * outlive the trie. */
struct trie *trie_new(const struct str *texts, size_t count);
void trie_free(struct trie *trie); /* NULL is fine */

/* The number of a token of `text`, for the walks below. */
static inline uint32_t trie_word(const struct trie *trie, struct str text,
                                 const struct token *token)
{
    return vocabulary_find(&trie->words, text, token);
}

/* The node of one token, whether a space stands before it or not. */
static inline const struct trie_node *trie_begin(const struct trie *trie, uint32_t word)
{
    return &trie->nodes[word];
}

static inline uint32_t trie_step_of(uint32_t word, bool spaced)
{
    return 2 * word + spaced;
}

static inline uint32_t trie_mask_of(uint32_t step)
{
    return UINT32_C(1) << (step / 2 % 32);
}

/* Where among 2^bits nodes that of a step belongs. */
static inline uint32_t trie_place_of(uint32_t step, unsigned bits)
{
    return (uint32_t)((uint64_t)(step * UINT32_C(0x9e3779b1)) << bits >> 32);
}

/* The node behind `node` for a word; NULL: none is. */
static inline const struct trie_node *
trie_step(const struct trie *trie, const struct trie_node *node, uint32_t word, bool spaced)
{
    uint32_t step = trie_step_of(word, spaced);
    if (word == WORD_UNKNOWN || !(node->mask & trie_mask_of(step)))
        return NULL;
    const struct trie_node *nodes = &trie->nodes[node->next >> 5];
    uint32_t count = UINT32_C(1) << (node->next & 31);
    uint32_t at = trie_place_of(step, node->next & 31);
    for (uint32_t tried = 0; tried < count; tried++, at = (at + 1) & (count - 1)) {
        if (nodes[at].step == step)
            return &nodes[at];
        if (nodes[at].step == 0)
            return NULL;
    }
    return NULL;
}
