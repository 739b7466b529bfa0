/* The patterns of a lexicon under construction, and what each stands for. */
#include <string.h>
#include "base/mem.h"
#include "lexicon_parts.h"

struct pattern *pattern_add(struct lexicon_builder *builder)
{
    struct lexicon *lexicon = builder->lexicon;
    if (lexicon->pattern_count == builder->pattern_capacity) {
        size_t more = builder->pattern_capacity ? builder->pattern_capacity : 256;
        builder->pattern_capacity += more;
        builder->variants =
            mem_resize(builder->variants, builder->pattern_capacity, sizeof(*builder->variants));
        memset(builder->variants + lexicon->pattern_count, 0, more * sizeof(*builder->variants));
        lexicon->patterns =
            mem_resize(lexicon->patterns, builder->pattern_capacity, sizeof(struct pattern *));
    }
    struct pattern *pattern = arena_alloc(lexicon->arena, sizeof(*pattern));
    pattern->id = (uint32_t)lexicon->pattern_count;
    lexicon->patterns[lexicon->pattern_count++] = pattern;
    return pattern;
}

/* One space between words and none around them, where a misspelling left more. */
static struct str squeezed(struct lexicon_builder *builder, struct str text)
{
    text = str_trim(text);
    if (!memmem(text.data, text.size, "  ", 2))
        return text;
    char *out = arena_alloc_raw(builder->arena, text.size);
    size_t size = 0;
    for (size_t i = 0; i < text.size; i++)
        if (text.data[i] != ' ' || out[size - 1] != ' ')
            out[size++] = text.data[i];
    return (struct str){ out, size };
}

struct pattern *pattern_literal(struct lexicon_builder *builder, struct str normal)
{
    struct str text = squeezed(builder, normal);
    struct pattern *pattern = table_get(builder->literals, text);
    if (pattern)
        return pattern;
    pattern = pattern_add(builder);
    pattern->text = arena_copy(builder->lexicon->arena, text);
    table_put(builder->literals, pattern);
    return pattern;
}

bool meaning_covers(enum meaning_kind kind)
{
    return kind == MEANING_EXCEPT || kind == MEANING_COVER || kind == MEANING_WORD;
}

/* What covers phrases stands first, so that a scan meets it before the phrases. */
struct meaning *meaning_add(struct lexicon_builder *builder, struct pattern *pattern,
                            enum meaning_kind kind)
{
    struct meaning **place = &pattern->meanings;
    while (*place && !meaning_covers(kind))
        place = &(*place)->next;
    struct meaning *meaning = arena_alloc(builder->lexicon->arena, sizeof(*meaning));
    meaning->kind = kind;
    meaning->next = *place;
    *place = meaning;
    return meaning;
}
