/* Which words a run of words, a class or a group of alternatives stands for. */
#include <string.h>
#include "inflect.h"
#include "lexicon_parts.h"

/* Words that one of them may stand for. */
enum { STRINGS = 8192 };

/* Strings under construction. */
struct strings {
    struct str *items;
    size_t count, capacity;
    bool numbers; /* a number in low..high is one of them */
    int64_t low, high;
};

static bool strings_add(struct strings *strings, struct str text, struct arena *arena)
{
    if (strings->count == STRINGS)
        return false;
    strings->items = arena_grow(arena, strings->items, strings->count, &strings->capacity,
                                sizeof(*strings->items));
    strings->items[strings->count++] = text;
    return true;
}

static struct str joint(struct str head, struct str tail, bool space, struct arena *arena)
{
    char *text = arena_alloc_raw(arena, head.size + space + tail.size);
    memcpy(text, head.data, head.size);
    if (space)
        text[head.size] = ' ';
    memcpy(text + head.size + space, tail.data, tail.size);
    return (struct str){ text, head.size + space + tail.size };
}

/* Every string of `a` followed by every string of `b`, apart by a space where two words meet. */
static bool strings_append(struct strings *a, const struct str *tails, size_t count, bool optional,
                           struct arena *arena)
{
    struct strings joined = { 0 };
    for (size_t i = 0; i < a->count; i++) {
        struct str head = a->items[i];
        if (optional && !strings_add(&joined, head, arena))
            return false;
        for (size_t k = 0; k < count; k++) {
            struct str tail = tails[k];
            bool space = head.size > 0 && tail.size > 0 && is_word(head.data[head.size - 1]) &&
                         is_word(tail.data[0]);
            struct str text = head.size == 0 ? tail : joint(head, tail, space, arena);
            if (!strings_add(&joined, text, arena))
                return false;
        }
    }
    *a = joined;
    return true;
}

/* -- plain words ----------------------------------------------------------------------------- */

/* A run of words, some with ~: every combination of their forms. */
static bool run_expand(struct lexicon_builder *builder, struct str run, struct strings *out,
                       struct error *err)
{
    struct arena *arena = builder->arena;
    strings_add(out, STR(""), arena);
    while (run.size > 0) {
        const char *mark = memchr(run.data, '~', run.size);
        size_t size = mark ? (size_t)(mark - run.data) : run.size, begin = size;
        while (mark && begin > 0 && is_word(run.data[begin - 1]))
            begin--;
        if (mark && begin == size)
            return error_set(err, "'~' stands behind an English word: '%.*s'", STR_ARG(run));
        struct str plain =
            arena_copy(arena, builder_normal(builder, (struct str){ run.data, begin }));
        if (plain.size > 0 && !strings_append(out, &plain, 1, false, arena))
            return error_set(err, "it stands for more than %d phrases", STRINGS);
        if (mark) {
            struct str forms[WORD_FORMS];
            struct str word = arena_copy(
                arena, builder_normal(builder, (struct str){ run.data + begin, size - begin }));
            size_t count = word_forms(word, arena, forms);
            if (!strings_append(out, forms, count, false, arena))
                return error_set(err, "it stands for more than %d phrases", STRINGS);
            size++;
        }
        run = (struct str){ run.data + size, run.size - size };
    }
    return true;
}

/* Where `word` stands in `text` as a whole word, or NULL. */
static const char *find_word(struct str text, struct str word)
{
    const char *end = text.data + text.size;
    for (const char *at = text.data; (size_t)(end - at) >= word.size; at++) {
        const char *behind = at + word.size;
        if (*at == *word.data && memcmp(at, word.data, word.size) == 0 &&
            !(at > text.data && is_word(at[-1])) && !(behind < end && is_word(*behind)))
            return at;
    }
    return NULL;
}

/* All misspellings of a literal; known from the first time on, for most words occur in many sets.
 */
static const struct variants *variants_of(struct lexicon_builder *builder,
                                          const struct pattern *pattern, struct str lang)
{
    struct arena *arena = builder->arena;
    struct str wrong[WORD_MISSPELLINGS], text = pattern->text;
    if (str_equal(builder->variants[pattern->id].lang, lang))
        return &builder->variants[pattern->id];
    struct variants found = { .lang = lang };
    size_t count = word_misspellings(text, arena, wrong);
    found.ids = arena_alloc_raw(arena, (count + builder->spelling_count) * sizeof(uint32_t) + 1);
    for (size_t i = 0; i < count; i++)
        found.ids[found.count++] = pattern_literal(builder, wrong[i])->id;
    for (size_t i = 0; i < builder->spelling_count; i++) {
        const struct spelling *spelling = &builder->spellings[i];
        const char *at = str_equal(spelling->lang, lang) ? find_word(text, spelling->right) : NULL;
        if (!at)
            continue;
        struct str respelling = word_replaced(text, (size_t)(at - text.data), spelling->right.size,
                                              spelling->wrong, arena);
        found.ids[found.count++] = pattern_literal(builder, respelling)->id;
    }
    builder->variants[pattern->id] = found;
    return &builder->variants[pattern->id];
}

static void add_word(struct lexicon_builder *builder, struct word_set *set, uint32_t id)
{
    struct pattern *pattern = builder->lexicon->patterns[id];
    if (pattern->taken_by != set)
        word_set_add(set, id);
    pattern->taken_by = set;
}

/* The set of these strings and of their misspellings. */
static void set_fill(struct lexicon_builder *builder, struct word_set *set, struct str lang,
                     const struct strings *strings)
{
    set->numbers = strings->numbers;
    set->low = strings->low;
    set->high = strings->high;
    for (size_t i = 0; i < strings->count; i++) {
        set->optional |= strings->items[i].size == 0;
        if (strings->items[i].size == 0)
            continue;
        const struct pattern *pattern = pattern_literal(builder, strings->items[i]);
        const struct variants *wrong = variants_of(builder, pattern, lang);
        add_word(builder, set, pattern->id);
        for (size_t k = 0; k < wrong->count; k++)
            add_word(builder, set, wrong->ids[k]);
    }
}

static struct word_set *set_add(struct lexicon_builder *builder, struct str key)
{
    struct word_set *set = word_set_new(key);
    set->next = builder->lexicon->sets;
    builder->lexicon->sets = set;
    table_put(builder->sets, set);
    return set;
}

/* What is made of the same words is one set. */
static struct str set_key(struct lexicon_builder *builder, const char *kind, struct str lang,
                          struct str text)
{
    struct str parts[] = { str_from(kind), STR(" "), lang, STR(" "), text };
    return arena_join(builder->arena, parts, 5);
}

struct word_set *run_words(struct lexicon_builder *builder, struct str lang, struct str run,
                           struct error *err)
{
    struct strings strings = { 0 };
    struct str key = set_key(builder, "words", lang, run);
    struct word_set *set = table_get(builder->sets, key);
    if (!set) {
        if (!run_expand(builder, run, &strings, err))
            return NULL;
        set = set_add(builder, key);
        set_fill(builder, set, lang, &strings);
    }
    if (set->count == 0) {
        error_set(err, "'%.*s' is empty once normalised", STR_ARG(run));
        return NULL;
    }
    return set;
}

/* -- classes --------------------------------------------------------------------------------- */

static const struct str *set_texts(struct lexicon_builder *builder, const struct word_set *set)
{
    struct str *texts = arena_alloc_raw(builder->arena, (set->count + 1) * sizeof(*texts));
    for (size_t i = 0; i < set->count; i++)
        texts[i] = builder->lexicon->patterns[set->ids[i]]->text;
    return texts;
}

/* A member, which may itself be made of classes: every combination. */
static bool member_expand(struct lexicon_builder *builder, struct str lang, struct str member,
                          struct strings *out, struct error *err)
{
    struct phrase phrase;
    struct strings strings = { 0 };
    struct arena *arena = builder->arena;
    if (str_trim(member).size == 0)
        return strings_add(out, STR(""), arena);
    if (!phrase_parse(builder, lang, member, &phrase, err))
        return false;
    if (phrase.count == 1 && !phrase.elements[0].words) {
        out->low = phrase.elements[0].low;
        out->high = phrase.elements[0].high;
        return out->numbers = true;
    }
    strings_add(&strings, STR(""), arena);
    for (size_t i = 0; i < phrase.count; i++) {
        const struct element *element = &phrase.elements[i];
        if (phrase.turn > 0 || element->gap > 0 || !element->words || element->words->numbers)
            return error_set(err, "'%.*s': a class has words, without '…' and '&', or a lone '#'",
                             STR_ARG(member));
        if (!strings_append(&strings, set_texts(builder, element->words), element->words->count,
                            element->optional, arena))
            return error_set(err, "'%.*s' stands for more than %d phrases", STR_ARG(member),
                             STRINGS);
    }
    for (size_t i = 0; i < strings.count; i++)
        if (!strings_add(out, strings.items[i], arena))
            return error_set(err, "the class has more than %d words", STRINGS);
    return true;
}

/* The words of all members; NULL + err when one is malformed. The set may be empty. */
static struct word_set *member_words(struct lexicon_builder *builder, const char *kind,
                                     struct str lang, struct str name, const struct str *members,
                                     size_t count, struct error *err)
{
    struct strings strings = { 0 };
    struct str key = set_key(builder, kind, lang, name);
    struct word_set *set = table_get(builder->sets, key);
    if (set)
        return set;
    for (size_t i = 0; i < count; i++)
        if (!member_expand(builder, lang, members[i], &strings, err))
            return NULL;
    set = set_add(builder, key);
    set_fill(builder, set, lang, &strings);
    return set;
}

struct word_set *class_words(struct lexicon_builder *builder, struct str lang, struct str name,
                             struct error *err)
{
    struct str parts[] = { lang, STR("/"), name };
    struct str key = arena_join(builder->arena, parts, 3);
    struct word_class *class = table_get(builder->classes, key);
    if (class && class->set)
        return class->set;
    if (!class)
        error_set(err, "there is no class '%.*s' of the language '%.*s'", STR_ARG(name),
                  STR_ARG(lang));
    else if (class->busy)
        error_set(err, "the class '%.*s' names itself", STR_ARG(name));
    if (!class || class->busy)
        return NULL;
    class->busy = true;
    struct word_set *set =
        member_words(builder, "class", lang, name, class->members, class->count, err);
    class->busy = false;
    if (set && set->count == 0) {
        error_set(err, "the class '%.*s' has no words", STR_ARG(name));
        return NULL;
    }
    return class->set = set;
}

struct word_set *group_words(struct lexicon_builder *builder, struct str lang, struct str text,
                             const struct str *alternatives, size_t count, struct error *err)
{
    struct word_set *set = member_words(builder, "group", lang, text, alternatives, count, err);
    if (set && set->count == 0 && !set->numbers) {
        error_set(err, "'()' is empty");
        return NULL;
    }
    return set;
}
