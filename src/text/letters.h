/* Where words and clauses begin and end in a normalised text. Private to this folder. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include "base/str.h"

static inline bool is_word(char c)
{
    return (unsigned char)((c | 0x20) - 'a') < 26 || (unsigned char)(c - '0') < 10;
}

/* Not the first byte of a character. */
static inline bool is_continuation(char c)
{
    return ((unsigned char)c & 0xc0) == 0x80;
}

/* Does a word go on before `from`, or after `to`? Letters of two bytes (Latin, Greek, Cyrillic)
 * belong to a word, Han do not; "can" is not in "can't", "smoke" is not in "smoke-free". */
bool word_goes_on_before(struct str text, size_t from);
bool word_goes_on_after(struct str text, size_t to);

/* Does a clause end with the character that begins at `at`? Not with the dot of 3.5 or v2.1. */
bool is_clause_end(struct str text, size_t at);

/* What ends a sentence. A comma does not, nor does the dot of 3.5. */
bool is_sentence_end(struct str text, size_t at);
