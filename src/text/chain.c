#include "chain.h"

#include <string.h>
#include "chain_branch.h"

enum { GAP = 100 };

struct reader {
    const char *at, *end;
};

static bool take(struct reader *reader, const char *text)
{
    size_t size = strlen(text);
    if ((size_t)(reader->end - reader->at) < size || memcmp(reader->at, text, size) != 0)
        return false;
    reader->at += size;
    return true;
}

static bool read_number(struct reader *reader, unsigned *out)
{
    const char *start = reader->at;
    unsigned value = 0;
    while (reader->at < reader->end && *reader->at >= '0' && *reader->at <= '9' && value <= GAP)
        value = value * 10 + (unsigned)(*reader->at++ - '0');
    *out = value;
    return reader->at > start && value <= GAP;
}

/* {m,n} or {n}, lazy or not. */
static bool read_bounds(struct reader *reader, unsigned *least, unsigned *most)
{
    if (!take(reader, "{") || !read_number(reader, least))
        return false;
    *most = *least;
    if ((take(reader, ",") && !read_number(reader, most)) || !take(reader, "}"))
        return false;
    take(reader, "?");
    return *most >= *least && (reader->at == reader->end || !strchr("?*+{", *reader->at));
}

static void set_range(uint64_t ascii[2], unsigned low, unsigned high)
{
    for (unsigned c = low; c <= high; c++)
        ascii[c / 64] |= UINT64_C(1) << c % 64;
}

/* What [...] lists, opened already: ASCII as bits, the rest as it stands in the expression. */
static bool read_listed(struct reader *reader, uint64_t ascii[2], struct str *rest,
                        struct arena *arena)
{
    char *others = arena_alloc_raw(arena, (size_t)(reader->end - reader->at) + 1);
    size_t size = 0;
    while (!take(reader, "]")) {
        if (reader->at == reader->end)
            return false;
        bool escaped = take(reader, "\\");
        if (reader->at == reader->end)
            return false;
        unsigned char low = (unsigned char)*reader->at++;
        bool letter = (low | 0x20) >= 'a' && (low | 0x20) <= 'z';
        if ((escaped && (letter || low < ' ')) || (!escaped && low == '['))
            return false; /* \w and the like */
        if (low >= 0x80) {
            others[size++] = (char)low;
            continue;
        }
        unsigned char high = low;
        if (reader->end - reader->at > 2 && *reader->at == '-' && reader->at[1] != ']') {
            high = (unsigned char)reader->at[1];
            reader->at += 2;
        }
        if (high < low || high >= 0x80 || high == '\\')
            return false;
        set_range(ascii, low, high);
    }
    *rest = (struct str){ others, size };
    return true;
}

/* A dot or a class of which only the wide ones make a gap. Lower case stands for both. */
static bool read_kind(struct reader *reader, struct chain_gap *gap, struct arena *arena)
{
    uint64_t listed[2] = { 0, 0 };
    *gap = (struct chain_gap){ .beyond = true };
    if (take(reader, ".")) {
        set_range(gap->ascii, 0, 0x7f);
    } else if (take(reader, "[^")) {
        if (!read_listed(reader, listed, &gap->except, arena))
            return false;
        gap->ascii[0] = ~listed[0];
        gap->ascii[1] = ~listed[1];
    } else {
        gap->beyond = false;
        if (!take(reader, "[") || !read_listed(reader, gap->ascii, &gap->except, arena) ||
            gap->except.size > 0)
            return false;
    }
    gap->ascii[0] &= ~(UINT64_C(1) << '\n');
    return true;
}

/* (?: [a-z]{1,10}){0,3} */
static bool read_words(struct reader *reader, struct chain_gap *gap, struct arena *arena)
{
    unsigned least = 0, most = 0;
    if (!take(reader, "(?: ") || !read_kind(reader, gap, arena) || gap->beyond ||
        !read_bounds(reader, &least, &most) || least != 1 || (gap->ascii[0] >> ' ' & 1) ||
        !take(reader, ")"))
        return false;
    gap->word = most;
    return read_bounds(reader, &gap->least, &gap->most);
}

static bool read_characters(struct reader *reader, struct chain_gap *gap, struct arena *arena)
{
    return read_kind(reader, gap, arena) && read_bounds(reader, &gap->least, &gap->most) &&
           (gap->beyond || gap->most > CHAIN_REPEAT);
}

/* The reader stays where it was when there is none. */
static bool take_gap(struct reader *reader, struct chain_gap *gap, struct arena *arena)
{
    struct reader start = *reader;
    if (reader->at < reader->end && strchr(".[(", *reader->at)) {
        if (read_characters(reader, gap, arena))
            return true;
        *reader = start;
        if (read_words(reader, gap, arena))
            return true;
    }
    *reader = start;
    return false;
}

/* Over one character, escape, class or opening or closing bracket. */
static void skip(struct reader *reader, int *depth)
{
    if (*reader->at == '\\' && reader->end - reader->at > 1) {
        reader->at += 2;
    } else if (*reader->at == '[') {
        reader->at++;
        while (reader->at < reader->end && *reader->at != ']')
            reader->at += *reader->at == '\\' && reader->end - reader->at > 1 ? 2 : 1;
        reader->at += reader->at < reader->end;
    } else {
        *depth += (*reader->at == '(') - (*reader->at == ')');
        reader->at++;
    }
}

/* The end of the alternative that begins at the reader. */
static const char *alternative_end(struct reader reader)
{
    int depth = 0;
    while (reader.at < reader.end && (depth > 0 || *reader.at != '|'))
        skip(&reader, &depth);
    return reader.at;
}

static struct chain_part *part_add(struct chain *chain, struct str text, struct arena *arena)
{
    struct chain_part *parts = arena_alloc(arena, (chain->part_count + 1) * sizeof(*parts));
    if (chain->part_count > 0)
        memcpy(parts, chain->parts, chain->part_count * sizeof(*parts));
    chain->parts = parts;
    struct chain_part *part = &parts[chain->part_count++];
    part->expression = text;
    return part;
}

/* False: it begins or ends with a gap, or doubles one, and is better left whole. */
static bool split(struct str text, struct arena *arena, struct chain *chain)
{
    struct reader reader = { text.data, text.data + text.size };
    const char *start = reader.at;
    struct chain_gap before = { 0 }, next = { 0 };
    int depth = 0;
    for (;;) {
        const char *end = reader.at;
        bool gap = depth == 0 && take_gap(&reader, &next, arena);
        if (!gap && reader.at < reader.end) {
            skip(&reader, &depth);
            continue;
        }
        if (end == start)
            return false;
        struct str piece = { start, (size_t)(end - start) };
        struct chain_part *part = part_add(chain, piece, arena);
        part->gap = before;
        if (!gap)
            return true;
        before = next;
        start = reader.at;
    }
}

static struct chain chain_of(struct str text, struct arena *arena)
{
    struct chain chain = { 0 };
    if (!split(text, arena, &chain)) {
        chain.part_count = 0;
        part_add(&chain, text, arena);
    }
    for (size_t i = 0; i < chain.part_count; i++) {
        struct chain_part *part = &chain.parts[i];
        part->branches = chain_branches(part->expression, arena, &part->branch_count);
    }
    return chain;
}

/* Flags, quoting and unusual classes reach over what taking apart would separate. */
static bool is_separable(struct str text)
{
    static const char *const far[] = { "(?i", "(?s", "(?m", "(?x", "(?-",
                                       "(*",  "\\Q", "[]",  "[^]", "[[" };
    for (size_t i = 0; i < sizeof(far) / sizeof(far[0]); i++)
        if (memmem(text.data, text.size, far[i], strlen(far[i])))
            return false;
    return true;
}

struct chain *chain_split(struct str expression, struct arena *arena, size_t *count)
{
    struct reader reader = { expression.data, expression.data + expression.size };
    struct chain *chains = NULL;
    *count = 0;
    if (!is_separable(expression)) {
        chains = arena_alloc(arena, sizeof(*chains));
        part_add(chains, expression, arena);
        *count = 1;
        return chains;
    }
    do {
        const char *end = alternative_end(reader);
        struct chain *more = arena_alloc(arena, (*count + 1) * sizeof(*more));
        if (*count > 0)
            memcpy(more, chains, *count * sizeof(*more));
        chains = more;
        chains[(*count)++] = chain_of((struct str){ reader.at, (size_t)(end - reader.at) }, arena);
        reader.at = end;
    } while (take(&reader, "|"));
    return chains;
}

static bool is_allowed(const struct chain_gap *gap, struct str text, size_t at, size_t size)
{
    unsigned char c = (unsigned char)text.data[at];
    if (c < 0x80)
        return gap->ascii[c / 64] >> c % 64 & 1;
    return gap->beyond && (gap->except.size == 0 ||
                           !memmem(gap->except.data, gap->except.size, text.data + at, size));
}

bool chain_gap_fits(const struct chain_gap *gap, struct str text, size_t from, size_t to)
{
    unsigned count = 0, letters = 1;
    if (to < from || to - from > 4 * (size_t)gap->most * (gap->word + 1))
        return false;
    for (size_t at = from, size; at < to; at += size) {
        size = 1;
        while (at + size < to && ((unsigned char)text.data[at + size] & 0xc0) == 0x80)
            size++;
        if (gap->word > 0 && text.data[at] == ' ') {
            if (letters == 0)
                return false;
            letters = 0;
            count++;
            continue;
        }
        if (!is_allowed(gap, text, at, size) || (gap->word > 0 && count == 0))
            return false;
        if (gap->word == 0)
            count++;
        else if (++letters > gap->word)
            return false;
    }
    return letters > 0 && count >= gap->least && count <= gap->most;
}

static bool is_word_at(struct str text, size_t at)
{
    char c = at < text.size ? text.data[at] : ' ';
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

static bool is_edge(struct str text, size_t at)
{
    return (at > 0 && is_word_at(text, at - 1)) != is_word_at(text, at);
}

/* Places in a text, each once; what is beyond a few is given up. */
enum { PLACES = 32 };
struct places {
    size_t at[PLACES];
    size_t count;
};

static void place_add(struct places *places, size_t at)
{
    for (size_t i = 0; i < places->count; i++)
        if (places->at[i] == at)
            return;
    if (places->count < PLACES)
        places->at[places->count++] = at;
}

/* Does `string` stand at `at`: behind it with `step` 1, before it with -1? */
static inline bool is_there(struct str text, size_t at, struct str string, int step)
{
    size_t room = step > 0 ? text.size - at : at;
    if (room < string.size)
        return false;
    if (string.size == 0)
        return true;
    const char *start = text.data + at - (step > 0 ? 0 : string.size);
    return *start == *string.data && memcmp(start, string.data, string.size) == 0;
}

/* Where the strings of an item lead from every place, once. */
static void places_step(const struct places *from, const struct chain_item *item, struct str text,
                        int step, struct places *to)
{
    to->count = 0;
    for (size_t i = 0; i < from->count; i++)
        for (size_t k = 0; k < item->count; k++)
            if (is_there(text, from->at[i], item->strings[k], step))
                place_add(to, step > 0 ? from->at[i] + item->strings[k].size
                                       : from->at[i] - item->strings[k].size);
}

static void places_copy(struct places *to, const struct places *from)
{
    to->count = from->count;
    memcpy(to->at, from->at, from->count * sizeof(from->at[0]));
}

static void places_keep_edges(struct places *places, struct str text)
{
    size_t kept = 0;
    for (size_t i = 0; i < places->count; i++)
        if (is_edge(text, places->at[i]))
            places->at[kept++] = places->at[i];
    places->count = kept;
}

/* Moves all places over one item. Place by place rather than way by way: "(?:a|aa){16}" has
 * thousands of ways and few places. */
static void places_pass(struct places *places, const struct chain_item *item, struct str text,
                        int step)
{
    struct places next, result;
    if (item->count == 0) {
        places_keep_edges(places, text);
        return;
    }
    if (item->least == 1 && item->most == 1) {
        places_step(places, item, text, step, &result);
        places_copy(places, &result);
        return;
    }
    result.count = 0;
    for (unsigned done = 0; places->count > 0; done++) {
        for (size_t i = 0; i < places->count && done >= item->least; i++)
            place_add(&result, places->at[i]);
        if (done == item->most)
            break;
        places_step(places, item, text, step, &next);
        places_copy(places, &next);
    }
    places_copy(places, &result);
}

/* Keeps the widest, in order. */
static void end_add(struct chain_ends *ends, size_t at, int step)
{
    size_t place = 0;
    while (place < ends->count && (step > 0 ? ends->at[place] > at : ends->at[place] < at))
        place++;
    if (place == CHAIN_ENDS)
        return;
    if (ends->count < CHAIN_ENDS)
        ends->count++;
    for (size_t i = ends->count - 1; i > place; i--)
        ends->at[i] = ends->at[i - 1];
    ends->at[place] = at;
}

bool chain_branch_matches(const struct chain_branch *branch, struct str text, size_t from,
                          size_t to, struct chain_ends *begins, struct chain_ends *ends)
{
    struct places before, after;
    before.count = after.count = 1;
    before.at[0] = from;
    after.at[0] = to;
    begins->count = ends->count = 0;
    for (size_t i = branch->anchor; i-- > 0 && before.count > 0;)
        places_pass(&before, &branch->items[i], text, -1);
    for (size_t i = branch->anchor + 1; i < branch->count && before.count > 0; i++)
        places_pass(&after, &branch->items[i], text, 1);
    for (size_t i = 0; i < before.count; i++)
        end_add(begins, before.at[i], -1);
    for (size_t i = 0; i < after.count; i++)
        end_add(ends, after.at[i], 1);
    return begins->count > 0 && ends->count > 0;
}
