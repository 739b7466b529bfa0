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

/* .{m,n} or .{n}, lazy or not; the reader stays where it was when there is none. */
static bool take_gap(struct reader *reader, unsigned *least, unsigned *most)
{
    const char *start = reader->at;
    if (take(reader, ".{") && read_number(reader, least)) {
        *most = *least;
        if ((!take(reader, ",") || read_number(reader, most)) && take(reader, "}")) {
            take(reader, "?");
            if (reader->at == reader->end || !strchr("?*+{", *reader->at))
                return true;
        }
    }
    reader->at = start;
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
    unsigned least = 0, most = 0;
    int depth = 0;
    for (;;) {
        const char *end = reader.at;
        unsigned next_least = 0, next_most = 0;
        bool gap = depth == 0 && take_gap(&reader, &next_least, &next_most);
        if (!gap && reader.at < reader.end) {
            skip(&reader, &depth);
            continue;
        }
        if (end == start)
            return false;
        struct str piece = { start, (size_t)(end - start) };
        struct chain_part *part = part_add(chain, piece, arena);
        part->gap_least = least;
        part->gap_most = most;
        if (!gap)
            return true;
        least = next_least;
        most = next_most;
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

static bool is_word_at(struct str text, size_t at)
{
    char c = at < text.size ? text.data[at] : ' ';
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

static bool is_edge(struct str text, size_t at)
{
    return (at > 0 && is_word_at(text, at - 1)) != is_word_at(text, at);
}

/* One walk from the anchor outward: `step` is 1 for what follows, -1 for what stands before. */
struct walk {
    const struct chain_branch *branch;
    struct str text;
    int step;
    size_t widest;
    bool found;
};

static bool stands(const struct walk *walk, struct str string, size_t at, size_t *next)
{
    if (walk->step > 0) {
        if (walk->text.size - at < string.size ||
            memcmp(walk->text.data + at, string.data, string.size) != 0)
            return false;
        *next = at + string.size;
        return true;
    }
    if (at < string.size ||
        memcmp(walk->text.data + at - string.size, string.data, string.size) != 0)
        return false;
    *next = at - string.size;
    return true;
}

/* `done` repetitions of item `place` lie behind; tries all ways on. Bounded by ITEMS and
 * CHAIN_REPEAT, and in practice by the first comparison. */
static void walk_on(struct walk *walk, size_t place, unsigned done, size_t at)
{
    if (place >= walk->branch->count) { /* also below 0 */
        if (!walk->found || (walk->step > 0 ? at > walk->widest : at < walk->widest))
            walk->widest = at;
        walk->found = true;
        return;
    }
    const struct chain_item *item = &walk->branch->items[place];
    size_t next_place = place + (size_t)walk->step;
    if (item->count == 0) {
        if (is_edge(walk->text, at))
            walk_on(walk, next_place, 0, at);
        return;
    }
    if (done >= item->least)
        walk_on(walk, next_place, 0, at);
    for (size_t i = 0; i < item->count && done < item->most; i++) {
        size_t next;
        if (stands(walk, item->strings[i], at, &next))
            walk_on(walk, place, done + 1, next);
    }
}

bool chain_branch_matches(const struct chain_branch *branch, struct str text, size_t *from,
                          size_t *to)
{
    struct walk before = { branch, text, -1, 0, false }, after = { branch, text, 1, 0, false };
    walk_on(&before, branch->anchor - 1, 0, *from);
    if (!before.found)
        return false;
    walk_on(&after, branch->anchor + 1, 0, *to);
    if (!after.found)
        return false;
    *from = before.widest;
    *to = after.widest;
    return true;
}
