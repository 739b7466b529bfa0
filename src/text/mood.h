/* Does a phrase say that something is so, deny it, or only imagine it? Private to this folder. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/str.h"
#include "text/lexicon.h"
#include "text/normalise.h"

/* A modifier found in the normalised text. */
struct word {
    uint32_t from, to;
    enum modifier kind;
    bool spent; /* part of a phrase (没人管), so it says nothing about others */
};

/* One normalised text and what was found in it. All borrowed. */
struct context {
    const struct normal *normal;
    struct str original[2];   /* by enum hit_field */
    const struct word *words; /* ascending, none overlapping */
    size_t word_count;
};

/* A phrase found at [from, to) of the normalised text. */
struct finding {
    uint32_t from, to;
    enum hit_field field;
    bool open; /* a regular expression whose gaps may hold a negation of it */
    bool floored;
};

enum hit_mood mood_of(const struct context *context, const struct finding *finding,
                      bool *intensified);
