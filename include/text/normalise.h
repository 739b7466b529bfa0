/* Text as it is matched: NFKC, case folded, full width narrowed, zero-width characters and
 * controls gone, Chinese simplified, runs of white space one space and none between Han, curly
 * quotes and dashes plain. With the way back to the original bytes, on character boundaries. */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include "base/buf.h"
#include "base/str.h"
#include "text/fold.h"

/* From byte `at` of the normalised text up to the next stretch: the original from `from` on, byte
 * for byte where `size` is 0, else as a whole the `size` bytes there. */
struct stretch {
    uint32_t at, from, size;
};

/* Zero-initialise; reuse for any number of texts. */
struct normal {
    struct buf text; /* what is matched; valid UTF-8 without '\n' */
    struct stretch *stretches;
    size_t stretch_count, stretch_capacity;
};
void normal_free(struct normal *normal);
void normal_clear(struct normal *normal); /* keeps the memory */

/* Appends the normal form of `text`, which is valid UTF-8 of less than 4 GiB. Linear in its size.
 * Offsets of the way back count from the start of this `text`. */
void normalise(const struct fold *fold, struct str text, struct normal *normal);

/* Where the character that begins at `at`, or the one that ends there, begins or ends in the
 * original. `at` is on a character boundary of the normalised text. */
uint32_t normal_from(const struct normal *normal, size_t at);
uint32_t normal_to(const struct normal *normal, size_t at);
