#include <stdlib.h>
#include <string.h>
#include "chain.h"
#include "lexicon_parts.h"

/* An expression as it must read to match normalised text: its letters folded one by one, its
 * syntax untouched, what became punctuation (？) escaped. */
static struct str folded(struct lexicon_builder *builder, struct str text)
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
    return arena_copy(builder->lexicon->arena, buf_str(out));
}

unsigned expression_flags(struct str text)
{
    for (size_t at = 0; at < text.size; at++) {
        if (text.data[at] == '\\')
            at++;
        else if (text.data[at] >= 'A' && text.data[at] <= 'Z')
            return EXPRESSION_FLAGS | HS_FLAG_CASELESS;
    }
    return EXPRESSION_FLAGS;
}

bool expression_error(struct str text, struct str rule, const char *reason, struct error *err)
{
    return error_set(err, "%.*s: the regular expression '%.*s' cannot be used: %s", STR_ARG(rule),
                     STR_ARG(text), reason);
}

/* Would Vectorscan take it? `source` and `rule` are for the error. */
static bool is_usable(struct str text, struct arena *arena, struct str source, struct str rule,
                      struct error *err)
{
    hs_expr_info_t *info = NULL;
    hs_compile_error_t *reason = NULL;
    bool usable = hs_expression_info(arena_copy(arena, text).data, expression_flags(text), &info,
                                     &reason) == HS_SUCCESS;
    if (!usable)
        expression_error(source, rule, reason->message, err);
    else if (info->min_width == 0)
        usable = expression_error(source, rule, "it matches the empty text", err);
    hs_free_compile_error(reason);
    free(info);
    return usable;
}

/* A copy that lives as long as the lexicon. */
static struct chain_branch *branch_copy(const struct chain_branch *branch, struct arena *arena)
{
    struct chain_branch *copy = arena_alloc_raw(arena, sizeof(*copy));
    *copy = *branch;
    copy->items = arena_alloc_raw(arena, branch->count * sizeof(*copy->items));
    for (size_t i = 0; i < branch->count; i++) {
        struct chain_item *item = &copy->items[i];
        *item = branch->items[i];
        item->strings = arena_alloc_raw(arena, item->count * sizeof(*item->strings));
        for (size_t k = 0; k < item->count; k++)
            item->strings[k] = arena_copy(arena, branch->items[i].strings[k]);
    }
    return copy;
}

static void use_add(struct lexicon_builder *builder, struct pattern *pattern, struct use use)
{
    if (pattern->use_count == pattern->use_capacity) {
        size_t capacity = pattern->use_capacity ? 2 * pattern->use_capacity : 2;
        struct use *uses = arena_alloc_raw(builder->lexicon->arena, capacity * sizeof(*uses));
        if (pattern->use_count > 0)
            memcpy(uses, pattern->uses, pattern->use_count * sizeof(*uses));
        pattern->uses = uses;
        pattern->use_capacity = capacity;
    }
    pattern->uses[pattern->use_count++] = use;
}

static bool is_listed_before(const struct chain_item *item, size_t place)
{
    for (size_t i = 0; i < place; i++)
        if (str_equal(item->strings[i], item->strings[place]))
            return true;
    return false;
}

static void branch_add(struct lexicon_builder *builder, const struct sequence *sequence,
                       size_t place, const struct chain_branch *branch)
{
    const struct chain_branch *copy = branch_copy(branch, builder->lexicon->arena);
    const struct chain_item *anchor = &copy->items[copy->anchor];
    for (size_t i = 0; i < anchor->count; i++)
        if (!is_listed_before(anchor, i))
            use_add(builder, pattern_literal(builder, anchor->strings[i]),
                    (struct use){ sequence, copy, place });
}

static void sequence_add(struct lexicon_builder *builder, const struct pattern *whole,
                         const struct chain *chain)
{
    struct lexicon *lexicon = builder->lexicon;
    struct sequence *sequence = arena_alloc(lexicon->arena, sizeof(*sequence));
    sequence->pattern = whole;
    sequence->part_count = chain->part_count;
    sequence->gaps = arena_alloc(lexicon->arena, chain->part_count * sizeof(*sequence->gaps));
    sequence->slot = lexicon->slot_count;
    lexicon->slot_count += chain->part_count - 1;
    for (size_t i = 0; i < chain->part_count; i++) {
        const struct chain_part *part = &chain->parts[i];
        sequence->gaps[i] = part->gap;
        sequence->gaps[i].except = arena_copy(lexicon->arena, part->gap.except);
        for (size_t k = 0; k < part->branch_count; k++)
            branch_add(builder, sequence, i, &part->branches[k]);
        if (part->branch_count > 0)
            continue;
        struct pattern *pattern = pattern_add(builder, part->expression, PATTERN_EXPRESSION);
        pattern->source = whole->source;
        pattern->rule = whole->rule;
        use_add(builder, pattern, (struct use){ sequence, NULL, i });
    }
}

/* Can each part that stays an expression stand alone? */
static bool are_usable(const struct chain *chains, size_t count, struct arena *arena)
{
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < chains[i].part_count; k++)
            if (chains[i].parts[k].branch_count == 0 &&
                !is_usable(chains[i].parts[k].expression, arena, STR_NONE, STR_NONE, NULL))
                return false;
    return true;
}

struct pattern *expression_add(struct lexicon_builder *builder, struct str text, struct str rule,
                               struct error *err)
{
    if (text.size == 0 || memchr(text.data, '\0', text.size)) {
        expression_error(text, rule, "it is empty or contains a NUL", err);
        return NULL;
    }
    struct arena *arena = arena_new(16 * 1024);
    struct pattern *pattern = NULL;
    struct str normal = folded(builder, text);
    if (!is_usable(normal, arena, text, rule, err))
        goto out;
    pattern = pattern_add(builder, normal, PATTERN_SEQUENCE);
    pattern->source = arena_copy(builder->lexicon->arena, text);
    pattern->rule = arena_copy(builder->lexicon->arena, rule);
    struct chain_part part = { .expression = normal };
    struct chain whole = { &part, 1 };
    size_t count;
    const struct chain *chains = chain_split(normal, arena, &count);
    if (!are_usable(chains, count, arena)) {
        chains = &whole;
        count = 1;
    }
    for (size_t i = 0; i < count; i++)
        sequence_add(builder, pattern, &chains[i]);
out:
    arena_free(arena);
    return pattern;
}
