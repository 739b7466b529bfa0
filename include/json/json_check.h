/* Strict RFC 8259 in one pass over the bytes, before any parser builds anything from them: grammar,
 * UTF-8, depth, number of values, and no object with the same key twice. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include "base/error.h"
#include "base/str.h"

struct json_limits {
    size_t size;  /* bytes of text */
    size_t nodes; /* values, containers included */
    int depth;    /* nested containers, at most JSON_DEPTH_MAX */
};

enum { JSON_DEPTH_MAX = 64 };

/* What an event may be: 512 KiB, 64 deep, 65536 values. */
extern const struct json_limits json_event_limits;

/* What a parser must take care of. */
struct json_traits {
    bool replaced; /* has \u0000 or half a surrogate pair: allowed, but they mean U+FFFD here */
    bool wide;     /* may have a number that a double does not keep */
};

/* True when `text` is one JSON value and nothing else. Else `*at` is the offset of the byte where
 * it stops being one, and `err` says why without repeating the position. Time is
 * O(n log n) whatever the text. */
bool json_check(struct str text, const struct json_limits *limits, struct json_traits *traits,
                size_t *at, struct error *err);

/* The code point of the escape at `text` ("\n", "\u00e9", a pair of "\ud83d\ude00", ...), with
 * U+FFFD for U+0000 and for half a pair; `*size` is how many bytes of text it took. The text has
 * passed json_check. */
unsigned json_escape(const char *text, const char *end, size_t *size);
