#include "text/lexicon.h"

#include <assert.h>
#include <stdlib.h>
#include "base/mem.h"
#include "lexicon_parts.h"

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
    return normal.size < least ? NULL : pattern_literal(builder, normal);
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

bool lexicon_add(struct lexicon_builder *builder, const struct lexicon_phrase *phrase,
                 struct error *err)
{
    if (!builder->lexicon->fold)
        return error_set(err, "%s", builder->fold_error.text);
    struct pattern *pattern = phrase->regex
                                  ? expression_add(builder, phrase->text, phrase->rule, err)
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

struct lexicon *lexicon_build(struct lexicon_builder *builder, struct error *err)
{
    struct lexicon *lexicon = builder->lexicon;
    assert(lexicon);
    builder->lexicon = NULL;
    if (!lexicon->fold) {
        error_set(err, "%s", builder->fold_error.text);
        goto fail;
    }
    if (!lexicon_compile(lexicon, err))
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

const struct fold *lexicon_fold(const struct lexicon *lexicon)
{
    return lexicon->fold;
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
