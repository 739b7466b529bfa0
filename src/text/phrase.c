/* Phrases as they are written, taken apart into elements. */
#include <string.h>
#include "lexicon_parts.h"

/* Words that a gap has when it does not say how many, and the most that it may. */
enum { GAP_DEFAULT = 3, GAP_MOST = 12 };

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
    struct str name = str_trim((struct str){ left.data, (size_t)(end - left.data) });
    struct word_set *set = class_words(reader->builder, reader->lang, name, reader->err);
    reader->at = (size_t)(end + 1 - reader->text.data);
    return set && element_add(reader, element_of(set));
}

/* (a|b), opened already. Its alternatives may name classes and hold such groups themselves. */
static bool read_group(struct reader *reader)
{
    size_t from = reader->at, begin = from, depth = 0, count = 0;
    struct str *parts =
        arena_alloc_raw(reader->builder->arena, (reader->text.size - from + 1) * sizeof(*parts));
    bool closed = false;
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
        parts[count++] = (struct str){ reader->text.data + begin, reader->at - begin };
        begin = reader->at + 1;
    }
    if (!closed)
        return error_set(reader->err, "a '(' without a ')'");
    struct str text = { reader->text.data + from, reader->at - 1 - from };
    struct word_set *set =
        group_words(reader->builder, reader->lang, text, parts, count, reader->err);
    return set && element_add(reader, element_of(set));
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
    struct str run = str_trim((struct str){ reader->text.data + from, reader->at - from });
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
