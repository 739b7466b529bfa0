#include "text/lexicon.h"

#include <assert.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include "base/buf.h"
#include "base/mem.h"
#include "base/table.h"
#include "lexicon_parts.h"
#include "text/normalise.h"

#define REGEX_FLAGS (HS_FLAG_UTF8 | HS_FLAG_SOM_LEFTMOST)

struct lexicon_builder {
    struct lexicon *lexicon; /* NULL: spent */
    struct error fold_error; /* when ICU failed: the lexicon has no fold */
    struct table *literals;  /* struct pattern by normalised text */
    size_t pattern_capacity, category_capacity;
    struct normal normal;
    struct buf folded;
};

static struct str pattern_key(const void *value)
{
    return ((const struct pattern *)value)->text;
}

struct lexicon_builder *lexicon_builder_new(void)
{
    struct lexicon_builder *builder = mem_alloc(sizeof(*builder));
    builder->lexicon = mem_alloc(sizeof(*builder->lexicon));
    builder->lexicon->arena = arena_new(64 * 1024);
    builder->lexicon->fold = fold_new(&builder->fold_error);
    builder->literals = table_new(pattern_key);
    return builder;
}

void lexicon_builder_free(struct lexicon_builder *builder)
{
    if (!builder)
        return;
    lexicon_free(builder->lexicon);
    table_free(builder->literals);
    normal_free(&builder->normal);
    buf_free(&builder->folded);
    free(builder);
}

static bool is_word(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

static struct pattern *pattern_add(struct lexicon_builder *builder, struct str text, bool regex)
{
    struct lexicon *lexicon = builder->lexicon;
    if (lexicon->pattern_count == builder->pattern_capacity) {
        builder->pattern_capacity = builder->pattern_capacity ? 2 * builder->pattern_capacity : 256;
        lexicon->patterns =
            mem_resize(lexicon->patterns, builder->pattern_capacity, sizeof(struct pattern *));
    }
    struct pattern *pattern = arena_alloc(lexicon->arena, sizeof(*pattern));
    pattern->text = arena_copy(lexicon->arena, text);
    pattern->regex = regex;
    pattern->word_start = is_word(text.data[0]);
    pattern->word_end = !regex && is_word(text.data[text.size - 1]);
    lexicon->patterns[lexicon->pattern_count++] = pattern;
    return pattern;
}

/* The pattern of a literal as it reads after normalisation, or NULL when less than `least` bytes
 * are left of it. */
static struct pattern *literal(struct lexicon_builder *builder, struct str text, size_t least)
{
    normal_clear(&builder->normal);
    normalise(builder->lexicon->fold, text, &builder->normal);
    struct str normal = buf_str(&builder->normal.text);
    while (normal.size > 0 && normal.data[0] == ' ')
        normal = (struct str){ normal.data + 1, normal.size - 1 };
    while (normal.size > 0 && normal.data[normal.size - 1] == ' ')
        normal.size--;
    if (normal.size < least)
        return NULL;
    struct pattern *pattern = table_get(builder->literals, normal);
    if (pattern)
        return pattern;
    pattern = pattern_add(builder, normal, false);
    table_put(builder->literals, pattern);
    return pattern;
}

/* Exceptions stand first, so that a scan meets them before the phrases that they cover. */
static struct meaning *meaning_add(struct lexicon_builder *builder, struct pattern *pattern,
                                   enum meaning_kind kind)
{
    struct meaning **place = &pattern->meanings;
    while (*place && kind != MEANING_EXCEPT)
        place = &(*place)->next;
    struct meaning *meaning = arena_alloc(builder->lexicon->arena, sizeof(*meaning));
    meaning->kind = kind;
    meaning->next = *place;
    *place = meaning;
    return meaning;
}

static uint16_t category_of(struct lexicon_builder *builder, struct str name)
{
    struct lexicon *lexicon = builder->lexicon;
    for (size_t i = 0; i < lexicon->category_count; i++)
        if (str_equal(lexicon->categories[i], name))
            return (uint16_t)i;
    if (lexicon->category_count == builder->category_capacity) {
        builder->category_capacity =
            builder->category_capacity ? 2 * builder->category_capacity : 32;
        lexicon->categories = mem_resize(lexicon->categories, builder->category_capacity,
                                         sizeof(*lexicon->categories));
    }
    assert(lexicon->category_count < UINT16_MAX);
    lexicon->categories[lexicon->category_count] = arena_copy(lexicon->arena, name);
    return (uint16_t)lexicon->category_count++;
}

/* A regular expression as it must read to match normalised text: its letters folded one by one,
 * its syntax untouched, what became punctuation (？) escaped. */
static void fold_regex(struct lexicon_builder *builder, struct str text)
{
    struct buf *out = &builder->folded;
    buf_clear(out);
    for (size_t at = 0; at < text.size;) {
        size_t size = 1;
        while (at + size < text.size && ((unsigned char)text.data[at + size] & 0xc0) == 0x80)
            size++;
        if (size == 1) {
            buf_add_char(out, text.data[at++]);
            continue;
        }
        normal_clear(&builder->normal);
        normalise(builder->lexicon->fold, (struct str){ text.data + at, size }, &builder->normal);
        struct str normal = buf_str(&builder->normal.text);
        for (size_t i = 0; i < normal.size; i++) {
            if ((unsigned char)normal.data[i] < 0x80 && !is_word(normal.data[i]))
                buf_add_char(out, '\\');
            buf_add_char(out, normal.data[i]);
        }
        at += size;
    }
}

static unsigned regex_flags(struct str text)
{
    for (size_t at = 0; at < text.size; at++) {
        if (text.data[at] == '\\')
            at++;
        else if (text.data[at] >= 'A' && text.data[at] <= 'Z')
            return REGEX_FLAGS | HS_FLAG_CASELESS;
    }
    return REGEX_FLAGS;
}

static bool regex_error(struct str text, struct str rule, const char *reason, struct error *err)
{
    return error_set(err, "%.*s: the regular expression '%.*s' cannot be used: %s", STR_ARG(rule),
                     STR_ARG(text), reason);
}

static struct pattern *regex(struct lexicon_builder *builder, struct str text, struct str rule,
                             struct error *err)
{
    if (text.size == 0 || memchr(text.data, '\0', text.size)) {
        regex_error(text, rule, "it is empty or contains a NUL", err);
        return NULL;
    }
    fold_regex(builder, text);
    hs_expr_info_t *info = NULL;
    hs_compile_error_t *reason = NULL;
    struct pattern *pattern = NULL;
    if (hs_expression_info(buf_text(&builder->folded), regex_flags(text), &info, &reason) !=
        HS_SUCCESS) {
        regex_error(text, rule, reason->message, err);
        goto out;
    }
    if (info->min_width == 0) {
        regex_error(text, rule, "it matches the empty text", err);
        goto out;
    }
    pattern = pattern_add(builder, buf_str(&builder->folded), true);
    pattern->rule = arena_copy(builder->lexicon->arena, rule);
out:
    hs_free_compile_error(reason);
    free(info);
    return pattern;
}

bool lexicon_add(struct lexicon_builder *builder, const struct lexicon_phrase *phrase,
                 struct error *err)
{
    if (!builder->lexicon->fold)
        return error_set(err, "%s", builder->fold_error.text);
    struct pattern *pattern = phrase->regex ? regex(builder, phrase->text, phrase->rule, err)
                                            : literal(builder, phrase->text, 1);
    if (!pattern && phrase->regex)
        return false;
    if (!pattern)
        return error_set(err, "%.*s: the phrase '%.*s' is empty once normalised",
                         STR_ARG(phrase->rule), STR_ARG(phrase->text));
    struct meaning *meaning = meaning_add(builder, pattern, MEANING_PHRASE);
    meaning->category = category_of(builder, phrase->category);
    meaning->points = phrase->points;
    meaning->floor = phrase->floor;
    meaning->rule = arena_copy(builder->lexicon->arena, phrase->rule);
    builder->lexicon->phrase_count++;
    return true;
}

void lexicon_add_except(struct lexicon_builder *builder, struct str category, struct str text,
                        struct str lang)
{
    (void)lang;
    if (!builder->lexicon->fold)
        return;
    struct pattern *pattern = literal(builder, text, 1);
    if (pattern)
        meaning_add(builder, pattern, MEANING_EXCEPT)->category = category_of(builder, category);
}

void lexicon_add_modifier(struct lexicon_builder *builder, enum modifier kind, struct str text,
                          struct str lang)
{
    (void)lang;
    if (!builder->lexicon->fold)
        return;
    /* A lone ASCII character costs the matcher more than it tells; mood reads '?' itself. */
    struct pattern *pattern = literal(builder, text, 2);
    if (pattern)
        meaning_add(builder, pattern, MEANING_MODIFIER)->modifier = kind;
}

/* Does the expression spell out a negation itself, as in 还没.{0,6}退? Then that one is part of
 * the phrase. Looks for the words in its source, which is right unless a class hides them. */
static bool spells_negation(const struct lexicon *lexicon, struct str source)
{
    for (size_t i = 0; i < lexicon->pattern_count; i++) {
        const struct pattern *word = lexicon->patterns[i];
        bool negation = false;
        for (const struct meaning *m = word->meanings; m; m = m->next)
            negation |= m->kind == MEANING_MODIFIER && m->modifier == MODIFIER_NEGATION;
        if (!negation)
            continue;
        const char *at = source.data;
        size_t left = source.size;
        while ((at = memmem(at, left, word->text.data, word->text.size))) {
            const char *end = at + word->text.size;
            bool inside = (word->word_start && at > source.data && is_word(at[-1])) ||
                          (word->word_end && end < source.data + source.size && is_word(*end));
            if (!inside)
                return true;
            left = source.size - (size_t)(++at - source.data);
        }
    }
    return false;
}

static void escape(struct str text, struct buf *out)
{
    for (size_t i = 0; i < text.size; i++) {
        if ((unsigned char)text.data[i] < 0x80 && !is_word(text.data[i]))
            buf_printf(out, "\\x%02x", (unsigned char)text.data[i]);
        else
            buf_add_char(out, text.data[i]);
    }
}

/* One database of literals (matched as bytes) and regular expressions (as UTF-8). */
static bool compile(struct lexicon *lexicon, struct error *err)
{
    size_t count = lexicon->pattern_count;
    const char **texts = mem_array(count, sizeof(*texts));
    unsigned *flags = mem_array(count, sizeof(*flags));
    unsigned *ids = mem_array(count, sizeof(*ids));
    struct arena *arena = arena_new(64 * 1024);
    struct buf escaped = { 0 };
    hs_compile_error_t *reason = NULL;
    for (size_t i = 0; i < count; i++) {
        const struct pattern *pattern = lexicon->patterns[i];
        ids[i] = (unsigned)i;
        flags[i] = pattern->regex ? regex_flags(pattern->text) : 0;
        buf_clear(&escaped);
        if (pattern->regex)
            buf_add_str(&escaped, pattern->text);
        else
            escape(pattern->text, &escaped);
        texts[i] = arena_copy(arena, buf_str(&escaped)).data;
    }
    bool done = hs_compile_multi(texts, flags, ids, (unsigned)count, HS_MODE_BLOCK, NULL,
                                 &lexicon->database, &reason) == HS_SUCCESS;
    if (!done && reason->expression >= 0) {
        const struct pattern *pattern = lexicon->patterns[reason->expression];
        regex_error(pattern->text, pattern->rule, reason->message, err);
    } else if (!done) {
        error_set(err, "the lexicons cannot be compiled: %s", reason->message);
    }
    hs_free_compile_error(reason);
    buf_free(&escaped);
    arena_free(arena);
    free(ids);
    free(flags);
    free(texts);
    return done;
}

struct lexicon *lexicon_build(struct lexicon_builder *builder, struct error *err)
{
    struct lexicon *lexicon = builder->lexicon;
    assert(lexicon);
    builder->lexicon = NULL;
    if (!lexicon->fold) {
        error_set(err, "%s", builder->fold_error.text);
        goto fail;
    }
    for (size_t i = 0; i < lexicon->pattern_count; i++)
        if (lexicon->patterns[i]->regex)
            lexicon->patterns[i]->denies = spells_negation(lexicon, lexicon->patterns[i]->text);
    if (lexicon->pattern_count > 0 && !compile(lexicon, err))
        goto fail;
    return lexicon;
fail:
    lexicon_free(lexicon);
    return NULL;
}

void lexicon_free(struct lexicon *lexicon)
{
    if (!lexicon)
        return;
    hs_free_database(lexicon->database);
    fold_free(lexicon->fold);
    free(lexicon->patterns);
    free(lexicon->categories);
    arena_free(lexicon->arena);
    free(lexicon);
}

size_t lexicon_phrase_count(const struct lexicon *lexicon)
{
    return lexicon->phrase_count;
}

const struct str *lexicon_categories(const struct lexicon *lexicon, size_t *count)
{
    *count = lexicon->category_count;
    return lexicon->categories;
}
