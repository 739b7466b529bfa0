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

/* May a clause end with the character that begins with this byte? , ! ? ; : a line's end, a dot,
 * and the first byte of 。 */
static inline bool may_end_clause(char c)
{
    static const bool may[256] = { [','] = true, ['!'] = true, ['?'] = true,  [';'] = true,
                                   [':'] = true, ['.'] = true, ['\n'] = true, [0xe3] = true };
    return may[(unsigned char)c];
}

/* Does it, at one that may? */
bool is_clause_end_there(struct str text, size_t at);

/* Does a clause end with the character that begins at `at`? Not with the dot of 3.5 or v2.1. Every
 * byte of a text is asked. */
static inline bool is_clause_end(struct str text, size_t at)
{
    return may_end_clause(text.data[at]) && is_clause_end_there(text, at);
}

/* What ends a sentence. A comma does not, nor does the dot of 3.5. */
bool is_sentence_end(struct str text, size_t at);
