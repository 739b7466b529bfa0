/* What the form of words tells, in any text: no list of a lexicon. Private to this folder. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include "base/str.h"

/* The next English word of [*at, to) of a normalised text, `*at` behind it; absent: none. */
struct str next_word(struct str text, size_t *at, size_t to);
/* The English word before *at, not before `from`, `*at` where it begins; absent: none. */
struct str word_before(struct str text, size_t *at, size_t from);
/* Is it one of them? The last of `words` is NULL. */
bool is_among(struct str word, const char *const *words);

/* Does the writer speak of himself or of what is his in [from, to)? */
bool names_writer(struct str text, size_t from, size_t to);

enum tense {
    TENSE_UNKNOWN, /* nothing tells */
    TENSE_PAST,    /* caught, exploded, burst: it has happened */
    TENSE_PRESENT, /* it falls, gets burned, can fall */
    TENSE_LASTING  /* is on fire, are leaking */
};
/* Of the first English verb in [from, to) whose form tells. */
enum tense tense_of(struct str text, size_t from, size_t to);

/* 了, 咗 in [from, to): it has happened. */
bool is_completed(struct str text, size_t from, size_t to);
/* 算不算, 会没会, 系唔系 in [from, to): a verb and its denial ask. */
bool asks_either(struct str text, size_t from, size_t to);
