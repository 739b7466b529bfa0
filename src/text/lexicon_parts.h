/* What lexicon.c builds and scan.c reads. Private to this folder. */
#pragma once

#include "base/arena.h"
#include "base/buf.h"
#include "base/table.h"
#include "letters.h"
#include "roles.h"
#include "text/fold.h"
#include "text/lexicon.h"
#include "text/normalise.h"
#include "trie.h"
#include "word_set.h"

enum meaning_kind { MEANING_EXCEPT, MEANING_COVER, MEANING_WORD, MEANING_PHRASE, MEANING_MODIFIER };

/* In place of a category: all of them. */
enum { ANY_CATEGORY = UINT16_MAX };

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

/* A phrase of several elements. It is looked for by the words of one of them, its anchor, and only
 * where a word of another, its guard, seems to stand in the same clause. */
struct composed {
    const struct pattern *pattern; /* what it is when complete */
    struct element *elements;
    size_t count, anchor;
    const struct word_set *guard; /* NULL: no other element has to be there */
    struct composed *next;        /* of those with the same anchor */
};

struct pattern {
    uint32_t id;
    struct str text; /* of a literal: normalised; of a phrase that is composed: none */
    bool denies;     /* composed: it spells out its own negation */
    bool open;       /* composed: it has a gap that may hold a negation */
    struct meaning *meanings;
    const struct word_set *taken_by; /* the last set that it was added to; the builder's */
};

/* What is asked of every literal of a text lies close together, apart from the rest. */
enum trait {
    TRAIT_MEANS = 1,    /* it has meanings */
    TRAIT_COVERS = 2,   /* it hides phrases: it is looked at before others of its place */
    TRAIT_WHOLE = 4,    /* it is read as one: nothing else begins or ends within it */
    TRAIT_STOPS = 8,    /* it may hold the end of a clause */
    TRAIT_ANCHORS = 16, /* phrases are looked for by it */
    TRAIT_LIMITED = 32  /* its marks beyond the first PATTERN_MARKS tell nothing new */
};

struct lexicon {
    struct arena *arena;
    struct fold *fold;
    struct pattern **patterns; /* by id */
    struct trie *trie;         /* of literals: their ids; once compiled, like what follows */
    uint8_t *traits;           /* by id, of enum trait */
    struct roles roles;        /* of literals */
    size_t pattern_count, phrase_count;
    struct str *categories;
    size_t category_count;
    struct lexicon_concept *concepts;
    size_t concept_count;
    struct word_set *sets; /* a list, to be freed */
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

/* How a literal is misspelt in a language. */
struct variants {
    struct str lang; /* absent: not asked yet */
    uint32_t *ids;   /* of literals */
    size_t count;
};

struct spelling {
    struct str lang, right, wrong;
};

struct lexicon_builder {
    struct lexicon *lexicon; /* NULL: spent */
    struct error fold_error; /* when ICU failed: the lexicon has no fold */
    struct arena *arena;     /* for what only the building needs */
    struct table *classes;   /* struct word_class by key */
    struct table *sets;      /* struct word_set by key: what is written twice is one set */
    struct table *literals;  /* struct pattern by text */
    struct spelling *spellings;
    size_t spelling_count, spelling_capacity;
    struct variants *variants; /* by pattern, as many as pattern_capacity */
    size_t pattern_capacity, category_capacity, concept_capacity;
    struct normal normal;
};

/* A pattern without a text. */
struct pattern *pattern_add(struct lexicon_builder *builder);
/* The pattern of a literal that is normal already and not empty, made when there is none. */
struct pattern *pattern_literal(struct lexicon_builder *builder, struct str normal);
/* Does it hide phrases? */
bool meaning_covers(enum meaning_kind kind);
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
/* The words of a class, of plain words, or of (a|b) whose text is `text`. NULL + err when there is
 * no such class, it names itself, something is malformed, or stands for no word or for too many. */
struct word_set *class_words(struct lexicon_builder *builder, struct str lang, struct str name,
                             struct error *err);
struct word_set *run_words(struct lexicon_builder *builder, struct str lang, struct str run,
                           struct error *err);
struct word_set *group_words(struct lexicon_builder *builder, struct str lang, struct str text,
                             const struct str *alternatives, size_t count, struct error *err);

/* What sets and patterns know of their words and meanings, once all are there. */
void lexicon_compile(struct lexicon *lexicon);
