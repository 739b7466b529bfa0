/* What lexicon.c builds and scan.c reads. Private to this folder. */
#pragma once

#include <hs.h>
#include "base/arena.h"
#include "base/buf.h"
#include "base/table.h"
#include "chain.h"
#include "text/fold.h"
#include "text/lexicon.h"
#include "text/normalise.h"

#define EXPRESSION_FLAGS (HS_FLAG_UTF8 | HS_FLAG_SOM_LEFTMOST | HS_FLAG_MULTILINE)

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

/* A pattern as part of a sequence. */
struct use {
    const struct sequence *sequence;
    const struct chain_branch *branch; /* NULL: the part is the whole pattern */
    size_t part;
};

struct pattern {
    uint32_t id;
    struct str text;         /* normalised */
    struct str source, rule; /* of an expression, for errors: as written, and where */
    enum { PATTERN_LITERAL, PATTERN_EXPRESSION, PATTERN_SEQUENCE } kind;
    bool word_start, word_end; /* a literal that begins, ends with an ASCII letter or digit */
    bool whole;                /* a literal that nothing wants inside a word */
    bool limited;              /* its marks beyond the first PATTERN_MARKS tell nothing new */
    bool denies;               /* an expression that spells out its own negation */
    struct meaning *meanings;
    struct use *uses;
    size_t use_count, use_capacity;
};

/* Parts at a distance: an expression taken apart, see chain.h. */
struct sequence {
    const struct pattern *pattern; /* what it is when complete */
    struct chain_gap *gaps;        /* before each part */
    size_t part_count;
    size_t slot; /* of its first part, in the scratch; the last part needs none */
};

struct lexicon {
    struct arena *arena;
    struct fold *fold;
    hs_database_t *database;   /* NULL: no patterns */
    struct pattern **patterns; /* by id */
    size_t pattern_count, phrase_count, slot_count;
    struct str *categories;
    size_t category_count;
};

struct lexicon_builder {
    struct lexicon *lexicon; /* NULL: spent */
    struct error fold_error; /* when ICU failed: the lexicon has no fold */
    struct table *literals;  /* struct pattern by normalised text */
    size_t pattern_capacity, category_capacity;
    struct normal normal;
    struct buf folded;
};

static inline bool is_word(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

struct pattern *pattern_add(struct lexicon_builder *builder, struct str text, int kind);
/* The pattern of a literal that is normal already, made when there is none. */
struct pattern *pattern_literal(struct lexicon_builder *builder, struct str normal);
struct meaning *meaning_add(struct lexicon_builder *builder, struct pattern *pattern,
                            enum meaning_kind kind);
/* An expression, taken apart where that is possible; the meaning goes to the result. NULL + err
 * when Vectorscan refuses it. */
struct pattern *expression_add(struct lexicon_builder *builder, struct str text, struct str rule,
                               struct error *err);
unsigned expression_flags(struct str text);
bool expression_error(struct str text, struct str rule, const char *reason, struct error *err);
/* Makes the database and what patterns know of their meanings. */
bool lexicon_compile(struct lexicon *lexicon, struct error *err);
