/* A borrowed run of bytes. Not NUL-terminated; `data == NULL` means "absent", which differs from
 * empty (size 0). Whoever made it says what it points into and how long that lives. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct str {
    const char *data;
    size_t size;
};

#define STR(literal) ((struct str){ "" literal, sizeof(literal) - 1 })
#define STR_NONE ((struct str){ NULL, 0 })
/* printf("%.*s", STR_ARG(s)) */
#define STR_ARG(s) (int)(s).size, (s).data ? (s).data : ""

/* NULL gives STR_NONE. */
static inline struct str str_from(const char *text)
{
    return text ? (struct str){ text, strlen(text) } : STR_NONE;
}
static inline bool str_present(struct str s)
{
    return s.data != NULL;
}
static inline bool str_empty(struct str s)
{
    return s.size == 0;
}
/* Absent equals empty. Inline, because nearly all that is compared differs in size. */
static inline bool str_equal(struct str a, struct str b)
{
    return a.size == b.size && (a.size == 0 || memcmp(a.data, b.data, a.size) == 0);
}
static inline bool str_is(struct str s, const char *text)
{
    return str_equal(s, str_from(text));
}
bool str_starts(struct str s, struct str prefix);
bool str_equal_nocase(struct str a, struct str b); /* ASCII case only */
int str_compare(struct str a, struct str b);       /* bytewise, like memcmp then size */
struct str str_trim(struct str s);                 /* without the spaces around it */
/* Whole-string decimal integer; untouched `out` and false on anything else or overflow. */
bool str_to_int(struct str s, int64_t *out);

/* True when the bytes are well-formed UTF-8 (Unicode 15, table 3-7). Else `*at` (may be NULL) is
 * the offset of the first bad byte. */
bool utf8_valid(struct str s, size_t *at);
/* The longest prefix of at most `size` bytes that ends on a character boundary. `s` is valid. */
struct str utf8_prefix(struct str s, size_t size);
/* Puts a space for each control character, of C1 in UTF-8 two: what came from outside must neither
 * begin a line of its own nor move a terminal's cursor. In place. */
void utf8_tame(char *bytes, size_t size);

/* The nearest of `candidates` within an edit distance that a typo explains, else STR_NONE:
 * for "(did you mean …?)". */
struct str str_nearest(struct str word, const struct str *candidates, size_t count);
