#include <stdlib.h>
#include <string.h>
#include "base/mem.h"
#include "lexicon_parts.h"

/* The words that deny, for phrases that spell one out. */
struct denials {
    struct str *items;
    size_t count;
};

static struct denials denials_of(const struct lexicon *lexicon, struct arena *arena)
{
    struct denials denials = {
        arena_alloc_raw(arena, (lexicon->pattern_count + 1) * sizeof(struct str)), 0
    };
    for (size_t i = 0; i < lexicon->pattern_count; i++)
        for (const struct meaning *m = lexicon->patterns[i]->meanings; m; m = m->next)
            if (m->kind == MEANING_MODIFIER && m->modifier == MODIFIER_NEGATION)
                denials.items[denials.count++] = lexicon->patterns[i]->text;
    return denials;
}

static bool contains_denial(struct str text, const struct denials *denials)
{
    for (size_t i = 0; i < denials->count; i++) {
        struct str word = denials->items[i];
        const char *at = text.data, *end = text.data + text.size;
        while ((at = memmem(at, (size_t)(end - at), word.data, word.size))) {
            const char *behind = at + word.size;
            if (!(is_word(word.data[0]) && at > text.data && is_word(at[-1])) &&
                !(is_word(behind[-1]) && behind < end && is_word(*behind)))
                return true;
            at++;
        }
    }
    return false;
}

static bool all_deny(const struct word_set *set, const struct denials *denials)
{
    for (size_t i = 0; i < set->count; i++)
        if (!contains_denial(set->words[i], denials))
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

static void learn(const struct lexicon *lexicon, struct arena *arena)
{
    struct denials denials = denials_of(lexicon, arena);
    for (struct word_set *set = lexicon->sets; set; set = set->next)
        set->denies = all_deny(set, &denials);
    for (const struct word_set *set = lexicon->sets; set; set = set->next)
        for (const struct composed *composed = set->anchored; composed; composed = composed->next)
            learn_composed(composed);
    for (size_t i = 0; i < lexicon->pattern_count; i++) {
        struct pattern *pattern = lexicon->patterns[i];
        pattern->limited = true;
        for (const struct meaning *m = pattern->meanings; m; m = m->next)
            pattern->limited &= m->kind != MEANING_MODIFIER;
    }
}

/* What Vectorscan is given: four columns. */
struct request {
    const char **texts;
    size_t *sizes;
    unsigned *flags, *ids;
    unsigned count;
};

/* One database of literals, matched as bytes. */
bool lexicon_compile(struct lexicon *lexicon, struct error *err)
{
    size_t count = lexicon->pattern_count;
    struct request request = { mem_array(count + 1, sizeof(char *)),
                               mem_array(count + 1, sizeof(size_t)),
                               mem_array(count + 1, sizeof(unsigned)),
                               mem_array(count + 1, sizeof(unsigned)), 0 };
    struct arena *arena = arena_new(64 * 1024);
    hs_compile_error_t *reason = NULL;
    learn(lexicon, arena);
    for (size_t i = 0; i < count; i++) {
        if (lexicon->patterns[i]->composed)
            continue;
        request.texts[request.count] = lexicon->patterns[i]->text.data;
        request.sizes[request.count] = lexicon->patterns[i]->text.size;
        request.ids[request.count++] = (unsigned)i;
    }
    bool done =
        request.count == 0 || hs_compile_lit_multi(request.texts, request.flags, request.ids,
                                                   request.sizes, request.count, HS_MODE_BLOCK,
                                                   NULL, &lexicon->database, &reason) == HS_SUCCESS;
    if (!done)
        error_set(err, "the lexicons cannot be compiled: %s", reason->message);
    hs_free_compile_error(reason);
    arena_free(arena);
    free(request.ids);
    free(request.flags);
    free(request.sizes);
    free(request.texts);
    return done;
}
