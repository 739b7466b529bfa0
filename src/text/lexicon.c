#include "text/lexicon.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include "base/mem.h"
#include "lexicon_parts.h"

static struct str class_key(const void *value)
{
    return ((const struct word_class *)value)->key;
}

static struct str literal_key(const void *value)
{
    return ((const struct pattern *)value)->text;
}

static struct str set_key(const void *value)
{
    return ((const struct word_set *)value)->key;
}

struct lexicon_builder *lexicon_builder_new(void)
{
    struct lexicon_builder *builder = mem_alloc(sizeof(*builder));
    builder->lexicon = mem_alloc(sizeof(*builder->lexicon));
    builder->lexicon->arena = arena_new(64 * 1024);
    builder->lexicon->fold = fold_new(&builder->fold_error);
    builder->arena = arena_new(64 * 1024);
    builder->classes = table_new(class_key);
    builder->sets = table_new(set_key);
    builder->literals = table_new(literal_key);
    return builder;
}

void lexicon_builder_free(struct lexicon_builder *builder)
{
    if (!builder)
        return;
    table_free(builder->classes);
    table_free(builder->sets);
    table_free(builder->literals);
    lexicon_free(builder->lexicon);
    free(builder->spellings);
    free(builder->variants);
    normal_free(&builder->normal);
    arena_free(builder->arena);
    free(builder);
}

struct str builder_normal(struct lexicon_builder *builder, struct str text)
{
    normal_clear(&builder->normal);
    normalise(builder->lexicon->fold, text, &builder->normal);
    return str_trim(buf_str(&builder->normal.text));
}

/* False + err when ICU failed: nothing can be added. */
static bool is_usable(const struct lexicon_builder *builder, struct error *err)
{
    return builder->lexicon->fold || error_set(err, "%s", builder->fold_error.text);
}

/* -- names ----------------------------------------------------------------------------------- */

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

static uint16_t concept_of(struct lexicon_builder *builder, struct str category, struct str name)
{
    struct lexicon *lexicon = builder->lexicon;
    for (size_t i = 0; i < lexicon->concept_count; i++)
        if (str_equal(lexicon->concepts[i].category, category) &&
            str_equal(lexicon->concepts[i].name, name))
            return (uint16_t)i;
    if (lexicon->concept_count == builder->concept_capacity) {
        builder->concept_capacity = builder->concept_capacity ? 2 * builder->concept_capacity : 64;
        lexicon->concepts =
            mem_resize(lexicon->concepts, builder->concept_capacity, sizeof(*lexicon->concepts));
    }
    assert(lexicon->concept_count < UINT16_MAX);
    lexicon->concepts[lexicon->concept_count] =
        (struct lexicon_concept){ .category = arena_copy(lexicon->arena, category),
                                  .name = arena_copy(lexicon->arena, name) };
    return (uint16_t)lexicon->concept_count++;
}

void lexicon_add_concept(struct lexicon_builder *builder, struct str category, struct str name)
{
    concept_of(builder, category, name);
}

/* -- classes, spellings ---------------------------------------------------------------------- */

bool lexicon_add_class(struct lexicon_builder *builder, struct str lang, struct str name,
                       const struct str *members, size_t count, struct error *err)
{
    if (!is_usable(builder, err))
        return false;
    struct arena *arena = builder->arena;
    struct word_class *class = arena_alloc(arena, sizeof(*class));
    class->key = arena_printf(arena, "%.*s/%.*s", STR_ARG(lang), STR_ARG(name));
    if (table_get(builder->classes, class->key))
        return error_set(err, "there are two classes '%.*s'", STR_ARG(name));
    class->lang = arena_copy(arena, lang);
    class->name = arena_copy(arena, name);
    class->members = arena_alloc_raw(arena, (count + 1) * sizeof(*class->members));
    class->count = count;
    for (size_t i = 0; i < count; i++)
        class->members[i] = arena_copy(arena, members[i]);
    table_put(builder->classes, class);
    return true;
}

bool lexicon_check_class(struct lexicon_builder *builder, struct str lang, struct str name,
                         struct error *err)
{
    return is_usable(builder, err) && class_words(builder, lang, name, err);
}

void lexicon_add_spelling(struct lexicon_builder *builder, struct str lang, struct str wrong,
                          struct str right)
{
    struct arena *arena = builder->arena;
    if (!is_usable(builder, NULL))
        return;
    if (builder->spelling_count == builder->spelling_capacity) {
        builder->spelling_capacity =
            builder->spelling_capacity ? 2 * builder->spelling_capacity : 16;
        builder->spellings =
            mem_resize(builder->spellings, builder->spelling_capacity, sizeof(*builder->spellings));
    }
    struct spelling *spelling = &builder->spellings[builder->spelling_count++];
    spelling->lang = arena_copy(arena, lang);
    spelling->right = arena_copy(arena, builder_normal(builder, right));
    spelling->wrong = arena_copy(arena, builder_normal(builder, wrong));
}

/* -- phrases --------------------------------------------------------------------------------- */

/* What a phrase means, at the pattern that it is found by. */
static void meaning_of(struct lexicon_builder *builder, struct pattern *pattern,
                       const struct lexicon_phrase *phrase, struct str rule, uint16_t category,
                       uint16_t concept)
{
    static const enum meaning_kind kinds[] = { [LEXICON_PHRASE] = MEANING_PHRASE,
                                               [LEXICON_FIGURE] = MEANING_COVER,
                                               [LEXICON_TERM] = MEANING_COVER,
                                               [LEXICON_EXCEPT] = MEANING_EXCEPT };
    struct meaning *meaning = meaning_add(builder, pattern, kinds[phrase->use]);
    meaning->mood = phrase->use == LEXICON_FIGURE ? HIT_FIGURE : HIT_TERM;
    meaning->category = category;
    meaning->concept = concept;
    meaning->points = phrase->points;
    meaning->floor = phrase->floor;
    meaning->lifts = phrase->floor > 0 || phrase->paired;
    meaning->rule = rule;
}

/* Words that every second letter has: what is looked for by them is looked for in vain too often.
 * In the order of strcmp. */
static const char *const common_words[] = {
    "a",       "about", "account", "after", "all",     "am",      "an",       "and",
    "another", "any",   "are",     "as",    "at",      "back",    "bank",     "be",
    "because", "been",  "before",  "but",   "by",      "call",    "called",   "came",
    "can",     "card",  "case",    "come",  "could",   "credit",  "customer", "day",
    "days",    "did",   "do",      "does",  "don't",   "done",    "down",     "even",
    "every",   "file",  "for",     "from",  "get",     "go",      "going",    "got",
    "had",     "has",   "have",    "he",    "her",     "him",     "his",      "how",
    "i",       "if",    "in",      "into",  "is",      "it",      "its",      "just",
    "know",    "left",  "letter",  "like",  "made",    "make",    "me",       "money",
    "more",    "my",    "never",   "new",   "no",      "not",     "nothing",  "now",
    "number",  "of",    "off",     "on",    "one",     "or",      "order",    "our",
    "out",     "over",  "paid",    "pay",   "payment", "put",     "received", "report",
    "said",    "same",  "see",     "send",  "sent",    "service", "she",      "since",
    "so",      "some",  "still",   "take",  "than",    "that",    "the",      "their",
    "them",    "then",  "there",   "they",  "this",    "through", "time",     "to",
    "told",    "took",  "two",     "up",    "us",      "was",     "we",       "went",
    "were",    "what",  "when",    "which", "who",     "will",    "with",     "without",
    "would",   "you",   "your"
};

static int compare_common(const void *key, const void *item)
{
    const char *word = *(const char *const *)item;
    return str_compare(*(const struct str *)key, (struct str){ word, strlen(word) });
}

static bool is_common(struct str word)
{
    return bsearch(&word, common_words, sizeof(common_words) / sizeof(*common_words),
                   sizeof(*common_words), compare_common);
}

/* How well the set serves to be looked for: the shortest of its words that are not common. */
static size_t set_rarity(const struct lexicon *lexicon, struct word_set *set)
{
    size_t shortest = SIZE_MAX;
    if (set->rarity > 0)
        return set->rarity;
    for (size_t i = 0; i < set->count && shortest > 1; i++) {
        struct str word = lexicon->patterns[set->ids[i]]->text;
        size_t size = is_common(word) ? 1 : word.size;
        shortest = size < shortest ? size : shortest;
    }
    return set->rarity = shortest;
}

/* 0: not at all. */
static size_t rarity(const struct lexicon *lexicon, const struct element *element)
{
    if (!element->words || element->numbers || element->optional)
        return 0;
    return set_rarity(lexicon, (struct word_set *)element->words);
}

/* The rarest of the elements but one; SIZE_MAX: there is none that is always there. */
static size_t rarest(const struct lexicon *lexicon, const struct element *elements, size_t count,
                     size_t but)
{
    size_t best = SIZE_MAX, highest = 0;
    for (size_t i = 0; i < count; i++) {
        size_t one = i == but ? 0 : rarity(lexicon, &elements[i]);
        if (one > highest) {
            highest = one;
            best = i;
        }
    }
    return best;
}

static void compose(struct lexicon_builder *builder, const struct element *elements, size_t count,
                    const struct pattern *pattern)
{
    struct lexicon *lexicon = builder->lexicon;
    struct composed *composed = arena_alloc(lexicon->arena, sizeof(*composed));
    composed->pattern = pattern;
    composed->count = count;
    composed->elements = arena_alloc_raw(lexicon->arena, count * sizeof(*composed->elements));
    memcpy(composed->elements, elements, count * sizeof(*composed->elements));
    composed->anchor = rarest(lexicon, elements, count, SIZE_MAX);
    struct word_set *anchor = (struct word_set *)elements[composed->anchor].words;
    composed->next = anchor->anchored;
    anchor->anchored = composed;
    size_t guard = rarest(lexicon, elements, count, composed->anchor);
    if (guard == SIZE_MAX)
        return;
    composed->guard = elements[guard].words;
    ((struct word_set *)elements[guard].words)->guards = true;
}

/* The elements behind & first. */
static void turn_round(const struct phrase *phrase, struct element *out)
{
    size_t behind = phrase->count - phrase->turn;
    memcpy(out, phrase->elements + phrase->turn, behind * sizeof(*out));
    memcpy(out + behind, phrase->elements, phrase->turn * sizeof(*out));
    out[behind].gap = out[0].gap;
    out[0].gap = 0;
}

/* A phrase as it is written, if there is something to find it by. */
static bool read_phrase(struct lexicon_builder *builder, struct str lang, struct str text,
                        struct phrase *parsed, struct error *err)
{
    bool found_by_words = false;
    if (!is_usable(builder, err) || !phrase_parse(builder, lang, text, parsed, err))
        return false;
    for (size_t i = 0; i < parsed->count; i++)
        found_by_words |= rarity(builder->lexicon, &parsed->elements[i]) > 0;
    return found_by_words || error_set(err, "it needs a word that is always there");
}

/* The pattern that a phrase of several elements is when complete. */
static struct pattern *compose_phrase(struct lexicon_builder *builder, const struct phrase *parsed)
{
    struct pattern *pattern = pattern_add(builder);
    compose(builder, parsed->elements, parsed->count, pattern);
    if (parsed->turn > 0) {
        struct element turned[PHRASE_ELEMENTS];
        turn_round(parsed, turned);
        compose(builder, turned, parsed->count, pattern);
    }
    return pattern;
}

bool lexicon_add(struct lexicon_builder *builder, const struct lexicon_phrase *phrase,
                 struct error *err)
{
    struct phrase parsed;
    if (!read_phrase(builder, phrase->lang, phrase->text, &parsed, err))
        return false;
    bool any = phrase->use != LEXICON_PHRASE && str_empty(phrase->category);
    uint16_t category = any ? (uint16_t)ANY_CATEGORY : category_of(builder, phrase->category);
    uint16_t concept = 0;
    struct str rule = arena_copy(builder->lexicon->arena, phrase->rule);
    if (phrase->use == LEXICON_PHRASE) {
        concept = concept_of(builder, phrase->category, phrase->concept);
        struct lexicon_concept *owner = &builder->lexicon->concepts[concept];
        owner->floor = phrase->floor > owner->floor ? phrase->floor : owner->floor;
        owner->phrase_count++;
        builder->lexicon->phrase_count++;
    }
    if (parsed.count > 1) {
        meaning_of(builder, compose_phrase(builder, &parsed), phrase, rule, category, concept);
        return true;
    }
    const struct word_set *words = parsed.elements[0].words;
    for (size_t i = 0; i < words->count; i++)
        meaning_of(builder, builder->lexicon->patterns[words->ids[i]], phrase, rule, category,
                   concept);
    return true;
}

void lexicon_add_word(struct lexicon_builder *builder, struct str text)
{
    if (!is_usable(builder, NULL))
        return;
    struct str normal = builder_normal(builder, text);
    if (normal.size == 0)
        return;
    meaning_add(builder, pattern_literal(builder, normal), MEANING_WORD);
}

/* Words and nothing else, as most modifiers are. */
static bool is_plain(struct str text)
{
    static const char *const special[] = { "{", "}", "(", ")", "|", "~", "&", "#", "…", "..." };
    bool plain = !str_empty(str_trim(text));
    for (size_t i = 0; i < sizeof(special) / sizeof(special[0]); i++)
        plain &= !memmem(text.data, text.size, special[i], strlen(special[i]));
    return plain;
}

static void modify(struct lexicon_builder *builder, enum modifier kind, struct pattern *pattern)
{
    meaning_add(builder, pattern, MEANING_MODIFIER)->modifier = kind;
}

bool lexicon_add_modifier(struct lexicon_builder *builder, enum modifier kind, struct str lang,
                          struct str text, struct error *err)
{
    struct phrase parsed;
    if (is_plain(text)) { /* without misspellings: "the neighbours" are not "the neighbour's" */
        if (!is_usable(builder, err))
            return false;
        struct str normal = builder_normal(builder, text);
        if (normal.size >= 2) /* a lone ASCII character tells nothing; mood reads '?' itself */
            modify(builder, kind, pattern_literal(builder, normal));
        return true;
    }
    if (!read_phrase(builder, lang, text, &parsed, err))
        return false;
    if (parsed.count > 1) {
        modify(builder, kind, compose_phrase(builder, &parsed));
        return true;
    }
    const struct word_set *words = parsed.elements[0].words;
    for (size_t i = 0; i < words->count; i++)
        modify(builder, kind, builder->lexicon->patterns[words->ids[i]]);
    return true;
}

struct lexicon *lexicon_build(struct lexicon_builder *builder, struct error *err)
{
    struct lexicon *lexicon = builder->lexicon;
    assert(lexicon);
    builder->lexicon = NULL;
    if (!lexicon->fold) {
        error_set(err, "%s", builder->fold_error.text);
        lexicon_free(lexicon);
        return NULL;
    }
    lexicon_compile(lexicon);
    return lexicon;
}

void lexicon_free(struct lexicon *lexicon)
{
    if (!lexicon)
        return;
    trie_free(lexicon->trie);
    fold_free(lexicon->fold);
    free(lexicon->patterns);
    free(lexicon->traits);
    roles_free(&lexicon->roles);
    free(lexicon->categories);
    free(lexicon->concepts);
    for (struct word_set *set = lexicon->sets, *next; set; set = next) {
        next = set->next;
        word_set_free(set);
    }
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

const struct lexicon_concept *lexicon_concepts(const struct lexicon *lexicon, size_t *count)
{
    *count = lexicon->concept_count;
    return lexicon->concepts;
}
