/* Does a phrase say that something is so, deny it, or only imagine it? Private to this folder. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/str.h"
#include "text/lexicon.h"
#include "text/normalise.h"
#include "text/parts.h"

/* A modifier found in the normalised text. */
struct word {
    uint32_t from, to;
    enum modifier kind;
    bool spent; /* part of a phrase (没人管), so it says nothing about others */
};

/* The clause around a phrase, in the normalised text. */
struct clause {
    uint32_t from, to;
    unsigned marks; /* question marks at its end; a ! among them counts as a second */
    bool cut;       /* it is longer than any modifier reaches: known around one phrase only */
};

struct words {
    struct word *items; /* ascending, none overlapping */
    size_t count, capacity;
};

/* One normalised text and what was found in it. All borrowed. */
struct context {
    const struct normal *normal;
    const struct parts *parts;
    struct str original[2];      /* by enum hit_field */
    struct words words, matters; /* modifiers; those from MODIFIER_HEARSAY on */
    bool matters_known;
    uint32_t matter_kinds;       /* which kinds there are among them, once known */
    bool marks_known, has_marks; /* quotation marks or brackets of titles, anywhere */
    enum hit_field quotes_field; /* the field in which quotation marks were counted, how far, and */
    uint32_t quotes_to, quotes;  /* how many there are */
    struct clause clause;        /* the last one; zero at first */
};

/* The first word of `kind` that lies in [from, to); NULL: there is none. */
const struct word *words_find(const struct words *words, enum modifier kind, size_t from,
                              size_t to);
#define MODIFIER_BIT(name) (UINT32_C(1) << MODIFIER_##name)
/* Is there any of them at all among the matters? A bit for each kind. */
bool context_may_have(struct context *context, uint32_t kinds);
/* Is there one, among all modifiers? */
bool context_has(const struct context *context, enum modifier kind, size_t from, size_t to);

/* A phrase found at [from, to) of the normalised text. */
struct finding {
    uint32_t from, to;
    enum hit_field field;
    bool open; /* a regular expression whose gaps may hold a negation of it */
    bool floored;
    bool grave;                          /* so heavy that it matters whose it is and when it was */
    uint32_t original_from, original_to; /* in the field itself */
};

/* Findings of one text in order, so that a clause is looked for once. */
enum hit_mood mood_of(struct context *context, const struct finding *finding, bool *intensified);
