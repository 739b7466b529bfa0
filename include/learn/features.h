/* What a routing model looks at: of the normalised text single Han characters and pairs of them,
 * words and word pairs of other scripts, and beside them the names of our signals and the category.
 * Each is hashed into one of LEARN_BUCKETS. Whole numbers are one and the same word, so that no
 * order, phone or card number is ever learned. Pairs end at the end of a sentence. */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include "base/str.h"
#include "text/fold.h"

enum {
    LEARN_BUCKETS = 1 << 15,
    LEARN_FEATURES_MAX = 2048, /* different ones of a ticket; further ones do not count */
    LEARN_TEXT_MAX = 4096,     /* bytes of subject and of body that are looked at */
    LEARN_COUNT_MAX = 16       /* more often is as often */
};

/* All borrowed. Of the signals only those of the text count; the first is the strongest. */
struct learn_input {
    struct str subject, body; /* valid UTF-8 */
    const struct str *signals;
    size_t signal_count;
    struct str category; /* absent: none */
};

struct feature {
    uint16_t bucket;
    uint8_t count; /* 1..LEARN_COUNT_MAX */
    uint8_t place; /* where it was met first, see feature_words */
    uint32_t from, to;
};

/* The memory of one ticket's features: one a thread, reused. */
struct features;
struct features *features_new(void);
void features_free(struct features *features); /* NULL is fine */

/* The features of `input`, in the order in which they were first met; valid until the next call.
 * The input must live as long as they are asked for their words. */
const struct feature *features_take(struct features *features, const struct fold *fold,
                                    const struct learn_input *input, size_t *count);
/* As it was written: the words where a feature was met first, or a signal's name. */
struct str feature_words(const struct features *features, const struct feature *feature);

/* 12 hex digits and NUL that change with what features_take makes of texts: a model of another
 * fingerprint would be read wrongly. */
void features_fingerprint(const struct fold *fold, char hex[13]);
