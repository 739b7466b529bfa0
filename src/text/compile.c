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
    traits |= tokens_may_stop(pattern->text) ? TRAIT_STOPS : 0;
    for (const struct meaning *m = pattern->meanings; m; m = m->next) {
        traits |= meaning_covers(m->kind) ? TRAIT_COVERS : 0;
        traits |= m->kind == MEANING_WORD ? TRAIT_WHOLE : 0;
        traits &= m->kind == MEANING_MODIFIER ? ~(unsigned)TRAIT_LIMITED : ~0u;
    }
    return (uint8_t)traits;
}

/* The literals' trie. */
static void make_trie(struct lexicon *lexicon)
{
    struct str *texts = mem_array(lexicon->pattern_count + 1, sizeof(*texts));
    for (size_t i = 0; i < lexicon->pattern_count; i++)
        texts[i] = lexicon->patterns[i]->text;
    lexicon->trie = trie_new(texts, lexicon->pattern_count);
    free(texts);
}

void lexicon_compile(struct lexicon *lexicon)
{
    struct reading reading = { 0 };
    lexicon->traits = mem_array(lexicon->pattern_count + 1, sizeof(*lexicon->traits));
    for (size_t i = 0; i < lexicon->pattern_count; i++)
        lexicon->traits[i] = traits_of(lexicon->patterns[i]);
    make_trie(lexicon);
    roles_find(lexicon);
    for (struct word_set *set = lexicon->sets; set; set = set->next) {
        word_set_pack(set);
        set->denies = all_deny(lexicon, &reading, set);
    }
    reading_free(&reading);
    for (const struct word_set *set = lexicon->sets; set; set = set->next)
        for (const struct composed *composed = set->anchored; composed; composed = composed->next)
            learn_composed(composed);
}
