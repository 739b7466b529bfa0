/* What lexicon.c builds and scan.c reads. Private to this folder. */
#pragma once

#include <hs.h>
#include "base/arena.h"
#include "base/buf.h"
#include "base/table.h"
#include "letters.h"
#include "text/fold.h"
#include "text/lexicon.h"
#include "text/normalise.h"
#include "word_set.h"

enum meaning_kind { MEANING_EXCEPT, MEANING_COVER, MEANING_WORD, MEANING_PHRASE, MEANING_MODIFIER };

/* What one pattern stands for; a literal may stand for several things. */
struct meaning {
    enum meaning_kind kind;
    enum modifier modifier;
    enum hit_mood mood; /* of a cover: why nothing inside it counts */
    uint16_t category, concept;
    int points, floor;
    bool lifts; /* it has a floor, alone or as one of a pair */
    struct str rule;
    struct meaning *next; /* what covers phrases first */
};

/* One place of a phrase: a word of a set, a number, or either. */
struct element {
    const struct word_set *words; /* NULL: only a number */
    bool numbers;                 /* a number in low..high */
    int64_t low, high;
    unsigned gap; /* words that may stand between it and the element before, or twice as many Han */
    bool optional; /* may be missing */
};

/* A phrase of several elements. It is looked for by the words of one of them. */
struct composed {
    const struct pattern *pattern; /* what it is when complete */
    struct element *elements;
    size_t count, anchor;
    struct composed *next; /* of those with the same words for an anchor */
};

/* The word sets that a literal is looked for on behalf of. */
struct membership {
    const struct word_set *set;
    struct membership *next;
};

struct pattern {
    uint32_t id;
    struct str text;           /* of a literal: normalised */
    bool composed;             /* found by its elements, not by its text */
    bool word_start, word_end; /* a literal that begins, ends with an ASCII letter or digit */
    bool covers;               /* it hides phrases: it is looked at before others of its place */
    bool limited;              /* its marks beyond the first PATTERN_MARKS tell nothing new */
    bool denies;               /* composed: it spells out its own negation */
    bool open;                 /* composed: it has a gap that may hold a negation */
    struct meaning *meanings;
    struct membership *memberships;
};

struct lexicon {
    struct arena *arena;
    struct fold *fold;
    hs_database_t *database;   /* NULL: no patterns */
    struct pattern **patterns; /* by id */
    size_t pattern_count, phrase_count;
    struct str *categories;
    size_t category_count;
    struct lexicon_concept *concepts;
    size_t concept_count;
    struct word_set *sets; /* a list, to be freed */
    bool has_words;        /* MEANING_WORD occurs */
};

/* A class as it was given; its set is made when it is first asked for. */
struct word_class {
    struct str key; /* language, a slash, the name */
    struct str lang, name;
    struct str *members;
    size_t count;
    struct word_set *set;
    bool busy; /* its set is being made */
};

struct spelling {
    struct str lang, right, wrong;
};

struct lexicon_builder {
    struct lexicon *lexicon; /* NULL: spent */
    struct error fold_error; /* when ICU failed: the lexicon has no fold */
    struct table *literals;  /* struct pattern by normalised text */
    struct table *classes;   /* struct word_class by key */
    struct table *sets;      /* struct word_set by key: what is written twice is one set */
    struct spelling *spellings;
    size_t spelling_count, spelling_capacity;
    size_t pattern_capacity, category_capacity, concept_capacity;
    struct normal normal;
};

struct pattern *pattern_add(struct lexicon_builder *builder, struct str text, bool composed);
/* The pattern of a literal that is normal already, made when there is none. */
struct pattern *pattern_literal(struct lexicon_builder *builder, struct str normal);
/* Has every word of the set looked for, and what is composed around it found. */
void pattern_anchor(struct lexicon_builder *builder, struct word_set *set,
                    struct composed *composed);
struct meaning *meaning_add(struct lexicon_builder *builder, struct pattern *pattern,
                            enum meaning_kind kind);

/* `text` as it is matched, without spaces around it; valid until the next call. */
struct str builder_normal(struct lexicon_builder *builder, struct str text);

enum { PHRASE_ELEMENTS = 16 };
/* A phrase taken apart. */
struct phrase {
    struct element elements[PHRASE_ELEMENTS];
    size_t count;
    size_t turn; /* where & stands: the elements from here on may come first; 0: nowhere */
};
/* False + err when it is malformed, or names a class that is not there. */
bool phrase_parse(struct lexicon_builder *builder, struct str lang, struct str text,
                  struct phrase *phrase, struct error *err);
/* The words of a class; NULL + err when there is none, or it names itself. */
struct word_set *class_words(struct lexicon_builder *builder, struct str lang, struct str name,
                             struct error *err);

/* Makes the database and what patterns know of their meanings. */
bool lexicon_compile(struct lexicon *lexicon, struct error *err);
