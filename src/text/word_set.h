/* Words of one class: which of a lexicon's literals they are. Private to this folder. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/str.h"

struct composed;

struct word_set {
    struct str key; /* what it was made from; the builder's */
    uint32_t *ids;  /* of its words: literals in the order in which they were written */
    size_t count, capacity;
    uint32_t *slots; /* the same by a hash, plus one, 0: empty; once packed */
    unsigned shift;  /* 32 minus the bits of their number */
    bool optional;   /* "" is among the words as they were written */
    bool numbers;    /* so is a number in low..high */
    int64_t low, high;
    size_t rarity;  /* how well it serves to be looked for; 0: not asked yet */
    bool denies;    /* every word spells out a denial; known once a lexicon is compiled */
    bool guards;    /* phrases are looked for only where a word of it seems to be */
    uint32_t scent; /* if so: which bit of a clause's tells */
    struct composed *anchored; /* phrases that are looked for by these words */
    struct word_set *next;     /* of a lexicon's list */
};

struct word_set *word_set_new(struct str key);
void word_set_free(struct word_set *set); /* NULL is fine */
/* The caller sees to it that none is added twice. */
void word_set_add(struct word_set *set, uint32_t id);
/* Nothing is added any more: makes it ready to be asked. */
void word_set_pack(struct word_set *set);
bool word_set_has(const struct word_set *set, uint32_t id);
