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

/* The literal's id; TRIE_NONE: there is none yet. */
static uint32_t find_literal(const struct trie *trie, struct str text, const struct tokens *tokens)
{
    uint32_t node = TRIE_ROOT;
    for (size_t i = 0; i < tokens->count && node != TRIE_NONE; i++)
        node = trie_step(trie, node, text, &tokens->items[i]);
    return node == TRIE_NONE ? TRIE_NONE : trie_value(trie, node);
}

struct pattern *pattern_literal(struct lexicon_builder *builder, struct str normal)
{
    struct lexicon *lexicon = builder->lexicon;
    uint32_t node = TRIE_ROOT;
    tokens_read(&builder->tokens, normal);
    uint32_t id = find_literal(lexicon->trie, normal, &builder->tokens);
    if (id != TRIE_NONE)
        return lexicon->patterns[id];
    struct pattern *pattern = pattern_add(builder);
    pattern->text = arena_copy(lexicon->arena, normal);
    for (size_t i = 0; i < builder->tokens.count; i++)
        node = trie_grow(lexicon->trie, node, pattern->text, &builder->tokens.items[i]);
    trie_set_value(lexicon->trie, node, pattern->id);
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
