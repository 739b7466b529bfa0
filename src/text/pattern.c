/* The patterns of a lexicon under construction, and what each stands for. */
#include "base/mem.h"
#include "lexicon_parts.h"

struct pattern *pattern_add(struct lexicon_builder *builder, struct str text, bool composed)
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
    pattern->composed = composed;
    lexicon->patterns[lexicon->pattern_count++] = pattern;
    return pattern;
}

struct pattern *pattern_literal(struct lexicon_builder *builder, struct str normal)
{
    struct pattern *pattern = table_get(builder->literals, normal);
    if (pattern)
        return pattern;
    pattern = pattern_add(builder, normal, false);
    pattern->word_start = is_word(normal.data[0]);
    pattern->word_end = is_word(normal.data[normal.size - 1]);
    table_put(builder->literals, pattern);
    return pattern;
}

void pattern_anchor(struct lexicon_builder *builder, struct word_set *set,
                    struct composed *composed)
{
    for (size_t i = 0; !set->anchored && i < set->count; i++) {
        struct pattern *pattern = pattern_literal(builder, set->words[i]);
        struct membership *membership = arena_alloc(builder->lexicon->arena, sizeof(*membership));
        *membership = (struct membership){ set, pattern->memberships };
        pattern->memberships = membership;
    }
    composed->next = set->anchored;
    set->anchored = composed;
}

static bool is_cover(enum meaning_kind kind)
{
    return kind == MEANING_EXCEPT || kind == MEANING_COVER || kind == MEANING_WORD;
}

/* What covers phrases stands first, so that a scan meets it before the phrases. */
struct meaning *meaning_add(struct lexicon_builder *builder, struct pattern *pattern,
                            enum meaning_kind kind)
{
    struct meaning **place = &pattern->meanings;
    while (*place && !is_cover(kind))
        place = &(*place)->next;
    struct meaning *meaning = arena_alloc(builder->lexicon->arena, sizeof(*meaning));
    meaning->kind = kind;
    meaning->next = *place;
    *place = meaning;
    pattern->covers |= is_cover(kind);
    return meaning;
}
