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
    bool matters_known, turns;   /* does any of them turn phrases away? */
    bool marks_known, has_marks; /* quotation marks or brackets of titles, anywhere */
    enum hit_field quotes_field; /* the field in which quotation marks were counted, how far, and */
    uint32_t quotes_to, quotes;  /* how many there are */
    struct clause clause;        /* the last one; zero at first */
};

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
