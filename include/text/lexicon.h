/* Words that tell something about a complaint, all looked for in one pass. Immutable after
 * lexicon_build; matching needs a scratch per thread, see lexicon_scan. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/arena.h"
#include "base/error.h"
#include "base/str.h"

struct fold;
struct lexicon;
struct lexicon_builder;
struct lexicon_scratch;

/* What can be heard: a fire, a filed complaint. Its phrases may stand in files of several
 * languages. */
struct lexicon_concept {
    struct str category; /* "safety": the signal is "text.safety" */
    struct str name;     /* "fire"; empty: it has none */
    int floor;           /* the highest of its phrases */
    size_t phrase_count;
};

enum lexicon_use {
    LEXICON_PHRASE,
    LEXICON_FIGURE, /* a figure of speech: no phrase of its category counts inside it */
    LEXICON_TERM,   /* a title, a product, a term: likewise */
    LEXICON_EXCEPT  /* an accident of letters (着火锅): inside it nothing is found at all */
};

/* One line of a lexicon. `text` is words and, between them,
 *   {class}  any member of a class         (a|b|)  a, b or nothing
 *   ~        behind an English word: all its forms
 *   …        up to 3 words or 6 Han characters of one clause; …5: up to 5 or 10
 *   A & B    both in either order, as with … between
 *   #        a number; #70-99: one in that range
 * What stands side by side, or apart by a space, must stand side by side in a text. */
struct lexicon_phrase {
    enum lexicon_use use;
    struct str text;
    struct str category, concept; /* both may be empty: of what hides phrases, any category */
    struct str lang;              /* "zh", "en" */
    struct str rule;              /* "zh/safety:12": where it stands */
    int points;                   /* 1..60; of a LEXICON_PHRASE; 0: only pairs ask for it */
    int floor;                    /* 0, 60, 80 ... */
    bool paired; /* a floor belongs to it and something else together: it is asked as strictly
                    whether it is stated as one with a floor */
};
/* Words that change what a phrase near them means. Among overlapping ones the longest counts
 * (会不会 is a question, not the negation 不会). */
enum modifier {
    MODIFIER_NEGATION,           /* shortly before a phrase, in its clause: it is denied */
    MODIFIER_NEGATION_EXCEPTION, /* 不得不, not only: contains a negation and denies nothing */
    MODIFIER_QUESTION,           /* 会不会, 如果, could it: the phrase is only imagined */
    MODIFIER_INTENSIFIER,        /* next to a phrase: it weighs more */
    MODIFIER_CONTRAST,  /* 但是, 导致, but, that: what stands before reaches no further */
    MODIFIER_PRESUMING, /* 为什么, why: a question that takes the phrase as given */
    /* Whose matter it is, when it was, whether it is real. They and those above do not hide one
     * another. */
    MODIFIER_HEARSAY, /* 网上看到, I read that: before a phrase in its sentence */
    MODIFIER_OTHERS,  /* 邻居的, my neighbour's: before a phrase in its clause */
    MODIFIER_PAST,    /* 去年, years ago: in the clause of a phrase, it is long past */
    MODIFIER_SINCE, /* 买的, bought: the time is when the thing was got, not what happened to it */
    MODIFIER_SETTLED,  /* 处理好了, has been fixed: behind a phrase, or right before it */
    MODIFIER_IMAGINED, /* 演习, dreamt: before a phrase in its sentence, or behind it in its clause
                        */
    MODIFIER_PRESENT,  /* 还在, 真的, still, right now: the matter is of now, and real */
    MODIFIER_SUPPOSED, /* 的隐患, waiting to happen: behind a phrase in its clause, it only might be
                        */
    MODIFIER_CONFIRMED, /* 果然, it did: behind a phrase that is asked or feared, it came about */
    MODIFIER_WORK,      /* 电影, film: beside quotation marks, what they hold is a title */
    MODIFIER_COUNT
};

struct lexicon_builder *lexicon_builder_new(void);
void lexicon_builder_free(struct lexicon_builder *builder); /* NULL is fine */
/* All that is given is copied. */

/* A word class: `members` are written like phrases without … and &, and may name classes. To be
 * added before the phrases that use it. False + err when a member is malformed. */
bool lexicon_add_class(struct lexicon_builder *builder, struct str lang, struct str name,
                       const struct str *members, size_t count, struct error *err);
/* False + err when the class names itself, by others too, or one that does not exist. */
bool lexicon_check_class(struct lexicon_builder *builder, struct str lang, struct str name,
                         struct error *err);
/* A common misspelling: whatever is added later with the word `right` is found with `wrong` too. */
void lexicon_add_spelling(struct lexicon_builder *builder, struct str lang, struct str wrong,
                          struct str right);
/* Makes a concept known before its phrases; without any it is never heard. */
void lexicon_add_concept(struct lexicon_builder *builder, struct str category, struct str name);
/* False + err when the phrase can never match or is malformed (names the reason). */
bool lexicon_add(struct lexicon_builder *builder, const struct lexicon_phrase *phrase,
                 struct error *err);
/* A word that is read as one (死活): no phrase begins or ends within it (打死). */
void lexicon_add_word(struct lexicon_builder *builder, struct str text);
/* `text` is written like a phrase. False + err as of lexicon_add. */
bool lexicon_add_modifier(struct lexicon_builder *builder, enum modifier kind, struct str lang,
                          struct str text, struct error *err);
/* NULL + err when ICU failed. The builder is spent either way: only
 * lexicon_builder_free may follow. */
struct lexicon *lexicon_build(struct lexicon_builder *builder, struct error *err);
void lexicon_free(struct lexicon *lexicon); /* NULL is fine */
size_t lexicon_phrase_count(const struct lexicon *lexicon);
/* How its texts are normalised; lives as long as the lexicon. */
const struct fold *lexicon_fold(const struct lexicon *lexicon);
/* Category names in the order of their first phrase; hits refer to them by index. */
const struct str *lexicon_categories(const struct lexicon *lexicon, size_t *count);

/* Hits refer to them by index. */
const struct lexicon_concept *lexicon_concepts(const struct lexicon *lexicon, size_t *count);

struct lexicon_scratch *lexicon_scratch_new(const struct lexicon *lexicon);
void lexicon_scratch_free(struct lexicon_scratch *scratch); /* NULL is fine */

enum hit_field { HIT_SUBJECT, HIT_BODY };
/* How a phrase is meant. Only what is stated lifts a score to its floor. */
enum hit_mood {
    HIT_STATED,
    HIT_NEGATED,   /* denied */
    HIT_QUESTION,  /* asked, feared or a condition */
    HIT_OTHERS,    /* another's matter */
    HIT_PAST,      /* long past, or settled */
    HIT_IMAGINED,  /* a dream, a drill, the plot of a film */
    HIT_FIGURE,    /* a figure of speech */
    HIT_TERM,      /* part of a title, a product's name or a technical term */
    HIT_QUOTED,    /* in the history that a message quotes */
    HIT_SIGNATURE, /* in a signature or a legal footer */
    HIT_MOOD_COUNT
};
/* "stated", "negated" ... as in decisions. */
const char *hit_mood_name(enum hit_mood mood);
/* Does such a hit count, in full or in part? A denied, quoted, signed one does not, nor does a
 * figure of speech or a term: they are understood, but no reason. */
bool hit_mood_counts(enum hit_mood mood);

/* One phrase found. Offsets are bytes of the original field, on character boundaries. */
struct hit {
    uint16_t category, concept;
    enum hit_field field;
    enum hit_mood mood;
    bool intensified;
    bool beside; /* a side of a pair, without points or within what says more: only pairs ask for it
                  */
    int points, floor; /* the phrase's own, before diminishing */
    uint32_t from, to;
    struct str text; /* original bytes [from, to) of the field */
    struct str rule; /* the lexicon's */
};

enum { LEXICON_KEPT = 64 };

/* Finds every phrase in subject and body (valid UTF-8) in one pass: normalised, longest hit wins
 * among overlapping ones of one category (sides of pairs are found beside them), exceptions
 * removed, mood set. In order of field, then offset. The first LEXICON_KEPT hits of a category in a
 * field are kept, and as many that lift to one beside them, so that neither time nor memory of a
 * hostile text grows faster than its size. Hits live in `arena`; their text points into subject and
 * body, their rule into the lexicon. */
struct hit *lexicon_scan(const struct lexicon *lexicon, struct lexicon_scratch *scratch,
                         struct str subject, struct str body, struct arena *arena, size_t *count);
