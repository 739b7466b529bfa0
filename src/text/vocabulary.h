/* The words of a lexicon, numbered from 1 on: texts are matched by these numbers. Private to this
 * folder. */
#pragma once

#include "tokens.h"

enum { WORD_UNKNOWN = 0 };

struct word_slot {
    uint64_t key;  /* the token's */
    uint32_t word; /* WORD_UNKNOWN: the slot is free */
};

struct vocabulary {
    struct word_slot *slots; /* by a hash */
    size_t slot_count;
    unsigned shift;     /* 64 minus the bits of slot_count */
    struct str *texts;  /* by word, of long ones; borrowed */
    uint32_t count;     /* the highest number given */
    uint32_t text_size; /* of `texts`, in items */
};
void vocabulary_init(struct vocabulary *vocabulary);
void vocabulary_free(struct vocabulary *vocabulary);

/* The number of a token of `text`, given when there is none; `text` must then outlive it. */
uint32_t vocabulary_add(struct vocabulary *vocabulary, struct str text, const struct token *token);

static inline size_t word_slot_of(const struct vocabulary *vocabulary, uint64_t key)
{
    return (size_t)(key * UINT64_C(0x9e3779b97f4a7c15) >> vocabulary->shift);
}

/* The slot of a token, or the free one where it belongs. */
static inline struct word_slot *word_slot_find(const struct vocabulary *vocabulary, struct str text,
                                               const struct token *token)
{
    size_t at = word_slot_of(vocabulary, token->key);
    for (;; at = (at + 1) & (vocabulary->slot_count - 1)) {
        struct word_slot *slot = &vocabulary->slots[at];
        if (slot->word == WORD_UNKNOWN)
            return slot;
        if (slot->key == token->key &&
            (!token_is_long(token) ||
             str_equal(vocabulary->texts[slot->word], token_text(text, token))))
            return slot;
    }
}

/* WORD_UNKNOWN: it is not among them. */
static inline uint32_t vocabulary_find(const struct vocabulary *vocabulary, struct str text,
                                       const struct token *token)
{
    return word_slot_find(vocabulary, text, token)->word;
}
