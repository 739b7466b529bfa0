#include <stdlib.h>
#include "base/mem.h"
#include "reading.h"

static bool is_negation(const struct pattern *pattern)
{
    for (const struct meaning *m = pattern->meanings; m; m = m->next)
        if (m->kind == MEANING_MODIFIER && m->modifier == MODIFIER_NEGATION)
            return true;
    return false;
}

static bool contains_denial(const struct lexicon *lexicon, struct reading *reading, struct str text)
{
    reading_find(reading, lexicon, text);
    for (size_t i = 0; i < reading->count; i++)
        if (reading->sightings[i].pattern != TRIE_NONE &&
            is_negation(lexicon->patterns[reading->sightings[i].pattern]))
            return true;
    return false;
}

static bool all_deny(const struct lexicon *lexicon, struct reading *reading,
                     const struct word_set *set)
{
    for (size_t i = 0; i < set->count; i++)
        if (!contains_denial(lexicon, reading, lexicon->patterns[set->ids[i]]->text))
            return false;
    return set->count > 0;
}

/* Does the phrase spell out a negation itself, as in 一直{没}…处理? Then that one is part of it. */
static void learn_composed(const struct composed *composed)
{
    struct pattern *pattern = (struct pattern *)composed->pattern;
    pattern->open = pattern->denies = false;
    for (size_t i = 0; i < composed->count; i++) {
        const struct element *element = &composed->elements[i];
        pattern->open |= i > 0 && element->gap > 0;
        pattern->denies |= element->words && element->words->denies;
    }
}

static uint8_t traits_of(const struct pattern *pattern)
{
    unsigned traits = TRAIT_LIMITED | (pattern->meanings ? TRAIT_MEANS : 0);
    for (const struct meaning *m = pattern->meanings; m; m = m->next) {
        traits |= meaning_covers(m->kind) ? TRAIT_COVERS : 0;
        traits |= m->kind == MEANING_WORD ? TRAIT_WHOLE : 0;
        traits &= m->kind == MEANING_MODIFIER ? ~(unsigned)TRAIT_LIMITED : ~0u;
    }
    return (uint8_t)traits;
}

static uint32_t guard_of(const struct word_set *set)
{
    return set->guard;
}

static uint32_t anchor_of(const struct word_set *set)
{
    return set->anchor;
}

/* By literal, the numbers of the sets that it is in; what is in any gets the trait. */
static struct index index_sets(struct lexicon *lexicon, uint32_t (*number)(const struct word_set *),
                               enum trait trait)
{
    size_t count = lexicon->pattern_count;
    struct index index = { mem_array(count + 1, sizeof(uint32_t)), NULL };
    uint32_t *next = mem_array(count + 1, sizeof(*next)), total = 0;
    for (const struct word_set *set = lexicon->sets; set; set = set->next)
        for (size_t i = 0; number(set) > 0 && i < set->count; i++)
            next[set->ids[i]]++;
    for (size_t i = 0; i <= count; i++) {
        lexicon->traits[i] |= next[i] > 0 ? (uint8_t)trait : 0;
        index.from[i] = total;
        total += next[i];
        next[i] = index.from[i];
    }
    index.items = mem_array(total + 1, sizeof(*index.items));
    for (const struct word_set *set = lexicon->sets; set; set = set->next)
        for (size_t i = 0; number(set) > 0 && i < set->count; i++)
            index.items[next[set->ids[i]]++] = number(set) - 1;
    free(next);
    return index;
}

void index_free(struct index *index)
{
    free(index->from);
    free(index->items);
}

/* The phrases of each anchor side by side. */
static void list_attempts(struct lexicon *lexicon)
{
    const struct word_set **anchors = mem_array(lexicon->anchor_count + 1, sizeof(*anchors));
    size_t count = 0;
    for (const struct word_set *set = lexicon->sets; set; set = set->next) {
        if (set->anchor > 0)
            anchors[set->anchor - 1] = set;
        for (const struct composed *c = set->anchored; c; c = c->next)
            count++;
    }
    lexicon->attempts = mem_array(count + 1, sizeof(*lexicon->attempts));
    lexicon->attempts_from = mem_array(lexicon->anchor_count + 1, sizeof(uint32_t));
    count = 0;
    for (size_t i = 0; i < lexicon->anchor_count; i++) {
        lexicon->attempts_from[i] = (uint32_t)count;
        for (const struct composed *c = anchors[i]->anchored; c; c = c->next)
            lexicon->attempts[count++] = (struct attempt){ c->guard, c };
    }
    lexicon->attempts_from[lexicon->anchor_count] = (uint32_t)count;
    free(anchors);
}

void lexicon_compile(struct lexicon *lexicon)
{
    struct reading reading = { 0 };
    lexicon->traits = mem_array(lexicon->pattern_count + 1, sizeof(*lexicon->traits));
    for (size_t i = 0; i < lexicon->pattern_count; i++)
        lexicon->traits[i] = traits_of(lexicon->patterns[i]);
    lexicon->guards = index_sets(lexicon, guard_of, TRAIT_GUARDS);
    lexicon->anchors = index_sets(lexicon, anchor_of, TRAIT_ANCHORS);
    list_attempts(lexicon);
    for (struct word_set *set = lexicon->sets; set; set = set->next) {
        word_set_pack(set);
        set->denies = all_deny(lexicon, &reading, set);
    }
    reading_free(&reading);
    for (const struct word_set *set = lexicon->sets; set; set = set->next)
        for (const struct composed *composed = set->anchored; composed; composed = composed->next)
            learn_composed(composed);
}
