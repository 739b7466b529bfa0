/* Phrases that tell something about a complaint, compiled into one multi-pattern matcher. Immutable
 * after lexicon_build; matching needs a scratch per thread, see lexicon_scan. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/arena.h"
#include "base/error.h"
#include "base/str.h"

struct lexicon;
struct lexicon_builder;
struct lexicon_scratch;

struct lexicon_phrase {
    struct str text;     /* literal, or a regular expression (Vectorscan syntax, no look-around) */
    bool regex;
    struct str category; /* "safety": the signal is "text.safety" */
    struct str lang;     /* "zh", "en" */
    struct str rule;     /* "zh/safety:12": where it stands */
    int points;          /* 1..60 */
    int floor;           /* 0, 60, 80 ... */
};
enum modifier { MODIFIER_NEGATION, MODIFIER_NEGATION_EXCEPTION, MODIFIER_QUESTION, MODIFIER_INTENSIFIER,
                MODIFIER_CONTRAST, MODIFIER_COUNT };

struct lexicon_builder *lexicon_builder_new(void);
void lexicon_builder_free(struct lexicon_builder *builder); /* NULL is fine */
/* Everything is copied. False + err when the phrase cannot be compiled (names phrase and reason). */
bool lexicon_add(struct lexicon_builder *builder, const struct lexicon_phrase *phrase,
                 struct error *err);
/* A name that merely contains a word of `category` (食品安全局): hits inside it do not count. */
void lexicon_add_except(struct lexicon_builder *builder, struct str category, struct str text,
                        struct str lang);
void lexicon_add_modifier(struct lexicon_builder *builder, enum modifier kind, struct str text,
                          struct str lang);
struct lexicon *lexicon_build(struct lexicon_builder *builder, struct error *err);
void lexicon_free(struct lexicon *lexicon); /* NULL is fine */
size_t lexicon_phrase_count(const struct lexicon *lexicon);
/* Category names in the order of their first phrase; hits refer to them by index. */
const struct str *lexicon_categories(const struct lexicon *lexicon, size_t *count);

struct lexicon_scratch *lexicon_scratch_new(const struct lexicon *lexicon);
void lexicon_scratch_free(struct lexicon_scratch *scratch); /* NULL is fine */

enum hit_field { HIT_SUBJECT, HIT_BODY };
enum hit_mood { HIT_STATED, HIT_NEGATED, HIT_QUESTION };

/* One phrase found. Offsets are bytes of the original field, on character boundaries. */
struct hit {
    uint16_t category;
    enum hit_field field;
    enum hit_mood mood;
    bool intensified;
    int points, floor;   /* the phrase's own, before diminishing */
    uint32_t from, to;
    struct str text;     /* original bytes [from, to) of the field */
    struct str rule;     /* the lexicon's */
};

/* Finds every phrase in subject and body in one pass each: normalised, longest hit wins among
 * overlapping ones of one category, exceptions removed, mood set. In order of field, then offset.
 * Hits live in `arena`. */
struct hit *lexicon_scan(const struct lexicon *lexicon, struct lexicon_scratch *scratch,
                         struct str subject, struct str body, struct arena *arena, size_t *count);
