/* Phrases and classes as they are written, taken apart into elements. */
#include <stdlib.h>
#include <string.h>
#include "inflect.h"
#include "lexicon_parts.h"

/* Words that one phrase or class may stand for, and the widest gap that may be asked for. */
enum { STRINGS = 8192, RUN_WORDS = 12, GAP_DEFAULT = 3, GAP_MOST = 12 };

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
    if (strings->count == strings->capacity) {
        size_t capacity = strings->capacity ? 2 * strings->capacity : 8;
        struct str *items = arena_alloc_raw(arena, capacity * sizeof(*items));
        if (strings->count > 0)
            memcpy(items, strings->items, strings->count * sizeof(*items));
        strings->items = items;
        strings->capacity = capacity;
    }
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

static struct str trimmed(struct str text)
{
    while (text.size > 0 && text.data[0] == ' ')
        text = (struct str){ text.data + 1, text.size - 1 };
    while (text.size > 0 && text.data[text.size - 1] == ' ')
        text.size--;
    return text;
}

/* -- plain words ----------------------------------------------------------------------------- */

/* A run of words, some with ~: every combination of their forms. */
static bool run_expand(struct lexicon_builder *builder, struct str run, struct strings *out,
                       struct error *err)
{
    struct arena *arena = builder->lexicon->arena;
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

/* `text` with the wrong word for the right one at `at`. */
static struct str respelt(struct str text, size_t at, const struct spelling *spelling,
                          struct arena *arena)
{
    size_t behind = at + spelling->right.size;
    return arena_printf(arena, "%.*s%.*s%.*s", (int)at, text.data, STR_ARG(spelling->wrong),
                        (int)(text.size - behind), text.data + behind);
}

/* The set of these strings and of their misspellings. */
static void set_fill(struct lexicon_builder *builder, struct word_set *set, struct str lang,
                     const struct strings *strings)
{
    struct arena *arena = builder->lexicon->arena;
    set->numbers = strings->numbers;
    set->low = strings->low;
    set->high = strings->high;
    for (size_t i = 0; i < strings->count; i++) {
        struct str text = strings->items[i], wrong[WORD_MISSPELLINGS];
        set->optional |= text.size == 0;
        word_set_add(set, text);
        size_t count = word_misspellings(text, arena, wrong);
        for (size_t k = 0; k < count; k++)
            word_set_add(set, wrong[k]);
        for (size_t k = 0; k < builder->spelling_count; k++) {
            const struct spelling *spelling = &builder->spellings[k];
            const char *at =
                str_equal(spelling->lang, lang) ? find_word(text, spelling->right) : NULL;
            if (at)
                word_set_add(set, respelt(text, (size_t)(at - text.data), spelling, arena));
        }
    }
}

/* The set that was made of the same words before, or a new one (`*is_new`). */
static struct word_set *set_named(struct lexicon_builder *builder, struct str key, bool *is_new)
{
    struct word_set *set = table_get(builder->sets, key);
    *is_new = !set;
    if (set)
        return set;
    set = word_set_new(arena_copy(builder->lexicon->arena, key));
    set->next = builder->lexicon->sets;
    builder->lexicon->sets = set;
    table_put(builder->sets, set);
    return set;
}

static struct str set_key(struct lexicon_builder *builder, const char *kind, struct str lang,
                          struct str text)
{
    return arena_printf(builder->lexicon->arena, "%s %.*s %.*s", kind, STR_ARG(lang),
                        STR_ARG(text));
}

static struct word_set *run_words(struct lexicon_builder *builder, struct str lang, struct str run,
                                  struct error *err)
{
    bool is_new;
    struct word_set *set = set_named(builder, set_key(builder, "words", lang, run), &is_new);
    struct strings strings = { 0 };
    if (!is_new)
        return set;
    if (!run_expand(builder, run, &strings, err))
        return NULL;
    set_fill(builder, set, lang, &strings);
    if (set->count == 0) {
        error_set(err, "'%.*s' is empty once normalised", STR_ARG(run));
        return NULL;
    }
    return set;
}

/* -- classes --------------------------------------------------------------------------------- */

/* A member, which may itself be made of classes: every combination. */
static bool member_expand(struct lexicon_builder *builder, struct str lang, struct str member,
                          struct strings *out, struct error *err)
{
    struct phrase phrase;
    struct strings strings = { 0 };
    struct arena *arena = builder->lexicon->arena;
    if (trimmed(member).size == 0)
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
        if (!strings_append(&strings, element->words->words, element->words->count,
                            element->optional, arena))
            return error_set(err, "'%.*s' stands for more than %d phrases", STR_ARG(member),
                             STRINGS);
    }
    for (size_t i = 0; i < strings.count; i++)
        if (!strings_add(out, strings.items[i], arena))
            return error_set(err, "the class has more than %d words", STRINGS);
    return true;
}

struct word_set *class_words(struct lexicon_builder *builder, struct str lang, struct str name,
                             struct error *err)
{
    bool is_new;
    struct str key =
        arena_printf(builder->lexicon->arena, "%.*s/%.*s", STR_ARG(lang), STR_ARG(name));
    struct word_class *class = table_get(builder->classes, key);
    struct strings strings = { 0 };
    if (!class) {
        error_set(err, "there is no class '%.*s' of the language '%.*s'", STR_ARG(name),
                  STR_ARG(lang));
        return NULL;
    }
    if (class->set)
        return class->set;
    if (class->busy) {
        error_set(err, "the class '%.*s' names itself", STR_ARG(name));
        return NULL;
    }
    class->busy = true;
    bool fine = true;
    for (size_t i = 0; fine && i < class->count; i++)
        fine = member_expand(builder, lang, class->members[i], &strings, err);
    class->busy = false;
    if (!fine)
        return NULL;
    struct word_set *set = set_named(builder, set_key(builder, "class", lang, name), &is_new);
    set_fill(builder, set, lang, &strings);
    if (set->count == 0) {
        error_set(err, "the class '%.*s' has no words", STR_ARG(name));
        return NULL;
    }
    return class->set = set;
}

/* -- phrases --------------------------------------------------------------------------------- */

struct reader {
    struct lexicon_builder *builder;
    struct str lang, text;
    size_t at;
    struct phrase *phrase;
    unsigned gap; /* before the next element */
    bool gap_read;
    struct error *err;
};

static bool take(struct reader *reader, const char *text)
{
    size_t size = strlen(text);
    if (reader->text.size - reader->at < size ||
        memcmp(reader->text.data + reader->at, text, size) != 0)
        return false;
    reader->at += size;
    return true;
}

static struct str rest(const struct reader *reader)
{
    return (struct str){ reader->text.data + reader->at, reader->text.size - reader->at };
}

static bool number_at(struct reader *reader, int64_t *out)
{
    size_t from = reader->at;
    while (reader->at < reader->text.size && reader->text.data[reader->at] >= '0' &&
           reader->text.data[reader->at] <= '9')
        reader->at++;
    return str_to_int((struct str){ reader->text.data + from, reader->at - from }, out);
}

static bool element_add(struct reader *reader, struct element element)
{
    struct phrase *phrase = reader->phrase;
    if (phrase->count == PHRASE_ELEMENTS)
        return error_set(reader->err, "it has more than %d parts", PHRASE_ELEMENTS);
    element.gap = reader->gap;
    phrase->elements[phrase->count++] = element;
    reader->gap = 0;
    reader->gap_read = false;
    return true;
}

/* … and its number, read already up to the number. */
static bool read_gap(struct reader *reader)
{
    int64_t words = GAP_DEFAULT;
    size_t at = reader->at;
    if (!number_at(reader, &words))
        reader->at = at;
    if (words < 1 || words > GAP_MOST)
        return error_set(reader->err, "a gap has 1 to %d words", GAP_MOST);
    if (reader->phrase->count == 0 || reader->phrase->count == reader->phrase->turn)
        return error_set(reader->err, "'…' stands between words");
    reader->gap = (unsigned)words;
    reader->gap_read = true;
    return true;
}

static bool read_turn(struct reader *reader)
{
    if (reader->phrase->count == 0 || reader->phrase->turn > 0 || reader->gap_read)
        return error_set(reader->err, "'&' stands once, between two parts");
    reader->phrase->turn = reader->phrase->count;
    reader->gap = GAP_DEFAULT;
    return true;
}

static struct element element_of(const struct word_set *set)
{
    return (struct element){ .words = set,
                             .numbers = set->numbers,
                             .low = set->low,
                             .high = set->high,
                             .optional = set->optional };
}

static bool read_class(struct reader *reader)
{
    struct str left = rest(reader);
    const char *end = memchr(left.data, '}', left.size);
    if (!end)
        return error_set(reader->err, "a '{' without a '}'");
    struct str name = trimmed((struct str){ left.data, (size_t)(end - left.data) });
    struct word_set *set = class_words(reader->builder, reader->lang, name, reader->err);
    reader->at = (size_t)(end + 1 - reader->text.data);
    return set && element_add(reader, element_of(set));
}

/* (a|b), opened already. Its alternatives may name classes and hold such groups themselves. */
static bool read_group(struct reader *reader)
{
    struct strings strings = { 0 };
    size_t from = reader->at, begin = from, depth = 0;
    bool is_new, closed = false;
    for (; reader->at < reader->text.size && !closed; reader->at++) {
        char c = reader->text.data[reader->at];
        depth += c == '(';
        if (depth > 0) {
            depth -= c == ')';
            continue;
        }
        closed = c == ')';
        if (c != '|' && !closed)
            continue;
        struct str part = { reader->text.data + begin, reader->at - begin };
        if (!member_expand(reader->builder, reader->lang, part, &strings, reader->err))
            return false;
        begin = reader->at + 1;
    }
    if (!closed)
        return error_set(reader->err, "a '(' without a ')'");
    struct str text = { reader->text.data + from, reader->at - 1 - from };
    struct word_set *set =
        set_named(reader->builder, set_key(reader->builder, "group", reader->lang, text), &is_new);
    if (is_new)
        set_fill(reader->builder, set, reader->lang, &strings);
    if (set->count == 0 && !set->numbers)
        return error_set(reader->err, "'()' is empty");
    return element_add(reader, element_of(set));
}

static bool read_number(struct reader *reader)
{
    struct element element = { .numbers = true, .low = 0, .high = INT64_MAX };
    size_t at = reader->at;
    if (!number_at(reader, &element.low)) {
        reader->at = at;
        element.low = 0;
    } else if (!take(reader, "-") || !number_at(reader, &element.high) ||
               element.high < element.low) {
        return error_set(reader->err, "a range of numbers is written #70-99");
    }
    return element_add(reader, element);
}

/* Does anything but plain words begin here? */
static bool is_special(struct str text, size_t at)
{
    char c = text.data[at];
    if (c == '#') /* not in #hashtag */
        return at + 1 == text.size || !is_word(text.data[at + 1]) ||
               (text.data[at + 1] >= '0' && text.data[at + 1] <= '9');
    if (c == '&')
        return (at == 0 || text.data[at - 1] == ' ') &&
               (at + 1 == text.size || text.data[at + 1] == ' ');
    if (c == '.')
        return text.size - at >= 3 && memcmp(text.data + at, "...", 3) == 0;
    return c == '{' || c == '}' || c == '(' || c == ')' || c == '|' ||
           (text.size - at >= 3 && memcmp(text.data + at, "…", 3) == 0);
}

static bool read_words(struct reader *reader)
{
    size_t from = reader->at;
    while (reader->at < reader->text.size && !is_special(reader->text, reader->at))
        reader->at++;
    struct str run = trimmed((struct str){ reader->text.data + from, reader->at - from });
    struct word_set *set = run_words(reader->builder, reader->lang, run, reader->err);
    return set && element_add(reader, (struct element){ .words = set });
}

static bool read_element(struct reader *reader)
{
    if (take(reader, "…") || take(reader, "...")) {
        while (take(reader, "…"))
            continue;
        return read_gap(reader);
    }
    if (!is_special(reader->text, reader->at))
        return read_words(reader);
    switch (reader->text.data[reader->at++]) {
    case '{':
        return read_class(reader);
    case '(':
        return read_group(reader);
    case '&':
        return read_turn(reader);
    case '#':
        return read_number(reader);
    default:
        return error_set(reader->err, "a '%c' that nothing opened",
                         reader->text.data[reader->at - 1]);
    }
}

bool phrase_parse(struct lexicon_builder *builder, struct str lang, struct str text,
                  struct phrase *phrase, struct error *err)
{
    struct reader reader = {
        .builder = builder, .lang = lang, .text = text, .phrase = phrase, .err = err
    };
    phrase->count = phrase->turn = 0;
    for (;;) {
        while (take(&reader, " "))
            continue;
        if (reader.at == text.size)
            break;
        if (!read_element(&reader))
            return false;
    }
    if (phrase->count == 0)
        return error_set(err, "it is empty");
    if (reader.gap_read || phrase->turn == phrase->count)
        return error_set(err, "'%s' stands between words", reader.gap_read ? "…" : "&");
    return true;
}
