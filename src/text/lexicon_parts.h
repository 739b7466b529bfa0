/* What lexicon.c builds and scan.c reads. Private to this folder. */
#pragma once

#include <hs.h>
#include "base/arena.h"
#include "text/fold.h"
#include "text/lexicon.h"

enum meaning_kind { MEANING_EXCEPT, MEANING_PHRASE, MEANING_MODIFIER };

/* What one pattern stands for; a literal may stand for several things. */
struct meaning {
    enum meaning_kind kind;
    enum modifier modifier;
    uint16_t category;
    int points, floor;
    struct str rule;
    struct meaning *next; /* exceptions first */
};

struct pattern {
    struct str text; /* normalised */
    struct str rule; /* of its first phrase, for errors; may be absent */
    bool regex;
    bool word_start, word_end; /* begins or ends with an ASCII letter or digit */
    bool denies;               /* a regular expression that spells out its own negation */
    struct meaning *meanings;
};

struct lexicon {
    struct arena *arena;
    struct fold *fold;
    hs_database_t *database; /* NULL: no patterns */
    struct pattern **patterns;
    size_t pattern_count, phrase_count;
    struct str *categories;
    size_t category_count;
};
