/* The patterns of a lexicon under construction, and what each stands for. */
#include "base/mem.h"
#include "lexicon_parts.h"

struct pattern *pattern_add(struct lexicon_builder *builder, struct str text, int kind)
{
    struct lexicon *lexicon = builder->lexicon;
    if (lexicon->pattern_count == builder->pattern_capacity) {
        builder->pattern_capacity = builder->pattern_capacity ? 2 * builder->pattern_capacity : 256;
        lexicon->patterns =
            mem_resize(lexicon->patterns, builder->pattern_capacity, sizeof(struct pattern *));
    }
    struct pattern *pattern = arena_alloc(lexicon->arena, sizeof(*pattern));
    pattern->id = (uint32_t)lexicon->pattern_count;
    pattern->text = arena_copy(lexicon->arena, text);
    pattern->kind = kind;
    lexicon->patterns[lexicon->pattern_count++] = pattern;
    return pattern;
}

struct pattern *pattern_literal(struct lexicon_builder *builder, struct str normal)
{
    struct pattern *pattern = table_get(builder->literals, normal);
    if (pattern)
        return pattern;
    pattern = pattern_add(builder, normal, PATTERN_LITERAL);
    pattern->word_start = is_word(normal.data[0]);
    pattern->word_end = is_word(normal.data[normal.size - 1]);
    table_put(builder->literals, pattern);
    return pattern;
}

/* Exceptions stand first, so that a scan meets them before the phrases that they cover. */
struct meaning *meaning_add(struct lexicon_builder *builder, struct pattern *pattern,
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
