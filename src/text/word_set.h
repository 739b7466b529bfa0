/* Words of one class, all normalised, for asking which of them stand at a place of a text. Private
 * to this folder. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/str.h"

struct composed;

enum { WORD_SET_FILTER = 2048 };

struct word_set {
    struct str key; /* what it was made from: owner's */
    struct str *words;
    size_t count, capacity;
    uint32_t *slots; /* by hash: index of a word plus one, 0: empty */
    size_t slot_count;
    uint16_t *sizes; /* that words have, descending */
    size_t size_count;
    uint64_t starts[WORD_SET_FILTER / 64]; /* which first three bytes occur, by a hash of them */
    uint64_t ends[WORD_SET_FILTER / 64];   /* and last three */
    bool optional;                         /* "" is among the words as they were written */
    bool numbers;                          /* so is a number in low..high */
    int64_t low, high;
    size_t rarity; /* how well it serves to be looked for; 0: not asked yet */
    bool denies;   /* every word spells out a denial; known once a lexicon is compiled */
    struct composed *anchored; /* phrases that are looked for by these words */
    struct word_set *next;     /* of a lexicon's list */
};

struct word_set *word_set_new(struct str key);
void word_set_free(struct word_set *set); /* NULL is fine */
/* `word` is borrowed and must live as long as the set; what is there already is not added. */
void word_set_add(struct word_set *set, struct str word);

/* The sizes of the words that begin at `from`, or end at `to`, longest first: calls back with each
 * until told to stop. */
typedef bool word_found_fn(void *arg, size_t from, size_t to);
void word_set_begin_at(const struct word_set *set, struct str text, size_t from,
                       word_found_fn *found, void *arg);
void word_set_end_at(const struct word_set *set, struct str text, size_t to, word_found_fn *found,
                     void *arg);
