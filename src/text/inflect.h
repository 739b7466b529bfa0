/* The forms of English words, and how they are commonly misspelt. Private to this folder. */
#pragma once

#include <stddef.h>
#include "base/arena.h"
#include "base/str.h"

enum { WORD_FORMS = 16 };

/* The word and all its forms, as a verb and as a noun: by rule, or by a table of irregular ones.
 * A form too many (phoned, of a phone) does no harm. At most WORD_FORMS, without doubles. */
size_t word_forms(struct str word, struct arena *arena, struct str forms[WORD_FORMS]);

enum { WORD_MISSPELLINGS = 8 };
/* Ways to misspell a text of ASCII words, one mistake each: a double letter written once and ie
 * for ei (in words of six letters and more), an apostrophe left out. */
size_t word_misspellings(struct str text, struct arena *arena, struct str wrong[WORD_MISSPELLINGS]);

/* `text` with `other` in place of the `size` bytes at `at`, in `arena`. */
struct str word_replaced(struct str text, size_t at, size_t size, struct str other,
                         struct arena *arena);
