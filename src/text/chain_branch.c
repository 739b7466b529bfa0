#include "chain_branch.h"

#include <stdint.h>
#include <string.h>

/* Beyond these an expression is better left to the automaton. */
enum { STRINGS = 256, MERGED = 128, ITEMS = 24, BRANCHES = 8, NESTING = 6, NUMBER = 100 };

struct reader {
    const char *at, *end;
    struct arena *arena;
    int nesting;
};

/* Strings under construction. */
struct set {
    struct str items[STRINGS];
    size_t count;
};

/* Branches under construction. */
struct row {
    struct chain_item items[ITEMS];
    size_t count;
};
struct rows {
    struct row rows[BRANCHES];
    size_t count;
};

static bool take(struct reader *reader, const char *text)
{
    size_t size = strlen(text);
    if ((size_t)(reader->end - reader->at) < size || memcmp(reader->at, text, size) != 0)
        return false;
    reader->at += size;
    return true;
}

static bool set_add(struct set *set, struct str item)
{
    if (set->count == STRINGS)
        return false;
    set->items[set->count++] = item;
    return true;
}

static bool set_add_range(struct set *set, char low, char high, struct arena *arena)
{
    for (int c = low; c <= high; c++) {
        char text = (char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
        if (!set_add(set, arena_copy(arena, (struct str){ &text, 1 })))
            return false;
    }
    return true;
}

/* \d \w \s and escaped punctuation; normalised text has no white space but ' '. */
static bool read_escape(struct reader *reader, struct set *set)
{
    if (take(reader, "\\d"))
        return set_add_range(set, '0', '9', reader->arena);
    if (take(reader, "\\s"))
        return set_add(set, STR(" "));
    if (take(reader, "\\w"))
        return set_add_range(set, 'a', 'z', reader->arena) &&
               set_add_range(set, '0', '9', reader->arena) && set_add(set, STR("_"));
    if (reader->end - reader->at < 2 || !strchr(".?*+()[]{}|^$\\/-\"'!,:;%&@#~ ", reader->at[1]))
        return false;
    reader->at += 2;
    return set_add_range(set, reader->at[-1], reader->at[-1], reader->arena);
}

/* One plain character or escape. */
static bool read_character(struct reader *reader, struct set *set)
{
    if (reader->at == reader->end)
        return false;
    if (*reader->at == '\\')
        return read_escape(reader, set);
    if (strchr(".?*+()[]{}|^$", *reader->at))
        return false;
    size_t size = 1;
    while (reader->at + size < reader->end && ((unsigned char)reader->at[size] & 0xc0) == 0x80)
        size++;
    const char *text = reader->at;
    reader->at += size;
    return size == 1 ? set_add_range(set, text[0], text[0], reader->arena)
                     : set_add(set, arena_copy(reader->arena, (struct str){ text, size }));
}

/* [abc0-9], opened already. Ranges of ASCII only. */
static bool read_class(struct reader *reader, struct set *set)
{
    if (reader->at < reader->end && *reader->at == '^')
        return false;
    while (!take(reader, "]")) {
        bool dash = reader->at < reader->end && *reader->at == '-';
        size_t before = set->count;
        if (!read_character(reader, set))
            return false;
        if (dash || reader->end - reader->at < 2 || *reader->at != '-' || reader->at[1] == ']')
            continue;
        char low = reader->at[-1], high = reader->at[1];
        if (set->count != before + 1 || (low | high) & 0x80 || high == '\\' || low > high)
            return false;
        reader->at += 2;
        if (!set_add_range(set, (char)(low + 1), high, reader->arena))
            return false;
    }
    return set->count > 0;
}

static struct chain_item item_of(const struct set *set, struct arena *arena)
{
    struct chain_item item = { NULL, set->count, 1, 1 };
    item.strings = arena_alloc_raw(arena, set->count * sizeof(*item.strings));
    memcpy(item.strings, set->items, set->count * sizeof(*item.strings));
    return item;
}

static bool is_simple(const struct chain_item *item)
{
    return item->count > 0 && item->least == 1 && item->most == 1;
}

/* Every string of `a` followed by every string of `b`. */
static struct chain_item product(const struct chain_item *a, const struct chain_item *b,
                                 struct arena *arena)
{
    struct chain_item item = { NULL, a->count * b->count, 1, 1 };
    item.strings = arena_alloc_raw(arena, item.count * sizeof(*item.strings));
    for (size_t i = 0; i < item.count; i++) {
        struct str head = a->strings[i / b->count], tail = b->strings[i % b->count];
        char *text = arena_alloc_raw(arena, head.size + tail.size + 1);
        memcpy(text, head.data, head.size);
        memcpy(text + head.size, tail.data, tail.size);
        item.strings[i] = (struct str){ text, head.size + tail.size };
    }
    return item;
}

/* Puts an item behind a row, as one with its last where that stays small. */
static bool row_add(struct row *row, const struct chain_item *item, struct arena *arena)
{
    if (row->count > 0) {
        struct chain_item *last = &row->items[row->count - 1];
        if (is_simple(last) && is_simple(item) && last->count * item->count <= MERGED) {
            *last = product(last, item, arena);
            return true;
        }
    }
    if (row->count == ITEMS)
        return false;
    row->items[row->count++] = *item;
    return true;
}

/* Every row of `rows` followed by every row of `more`. */
static bool rows_append(struct rows *rows, const struct rows *more, struct arena *arena)
{
    struct rows *result = arena_alloc_raw(arena, sizeof(*result));
    result->count = 0;
    if (rows->count * more->count > BRANCHES)
        return false;
    for (size_t i = 0; i < rows->count * more->count; i++) {
        struct row *row = &result->rows[result->count++];
        const struct row *tail = &more->rows[i % more->count];
        *row = rows->rows[i / more->count];
        for (size_t k = 0; k < tail->count; k++)
            if (!row_add(row, &tail->items[k], arena))
                return false;
    }
    *rows = *result;
    return true;
}

static bool read_number(struct reader *reader, unsigned *out)
{
    const char *start = reader->at;
    unsigned value = 0;
    while (reader->at < reader->end && *reader->at >= '0' && *reader->at <= '9' && value <= NUMBER)
        value = value * 10 + (unsigned)(*reader->at++ - '0');
    *out = value;
    return reader->at > start && value <= NUMBER;
}

/* ? + * {m} {m,n} behind an item; lazy or not, every end is found. */
static bool read_repeat(struct reader *reader, unsigned *least, unsigned *most)
{
    *least = *most = 1;
    if (take(reader, "?")) {
        *least = 0;
    } else if (take(reader, "+")) {
        *most = CHAIN_REPEAT;
    } else if (take(reader, "*")) {
        *least = 0;
        *most = CHAIN_REPEAT;
    } else if (take(reader, "{")) {
        if (!read_number(reader, least))
            return false;
        *most = *least;
        if (take(reader, ",") && !read_number(reader, most))
            return false;
        if (!take(reader, "}") || *most > CHAIN_REPEAT || *most < *least || *most == 0)
            return false;
    } else {
        return true;
    }
    take(reader, "?");
    return reader->at == reader->end || !strchr("?*+{", *reader->at);
}

/* Repeats what was read. Only one plain set can be repeated; anything can be optional. */
static bool rows_repeat(struct rows *rows, unsigned least, unsigned most)
{
    bool set = rows->count == 1 && rows->rows[0].count == 1 && is_simple(&rows->rows[0].items[0]);
    if (least == 1 && most == 1)
        return true;
    if (set) {
        rows->rows[0].items[0].least = least;
        rows->rows[0].items[0].most = most;
        return true;
    }
    if (least != 0 || most != 1 || rows->count == BRANCHES)
        return false;
    rows->rows[rows->count++].count = 0;
    return true;
}

/* An optional set is a set with the empty string: it merges with its neighbours. */
static void settle_optional(struct rows *rows, struct arena *arena)
{
    struct chain_item *item = &rows->rows[0].items[0];
    if (rows->count != 1 || rows->rows[0].count != 1 || item->least != 0 || item->most != 1)
        return;
    struct str *strings = arena_alloc_raw(arena, (item->count + 1) * sizeof(*strings));
    memcpy(strings, item->strings, item->count * sizeof(*strings));
    strings[item->count] = STR("");
    *item = (struct chain_item){ strings, item->count + 1, 1, 1 };
}

/* Alternatives that are plain sets become one set. */
static bool rows_add_alternative(struct rows *rows, const struct rows *alternative,
                                 struct arena *arena)
{
    for (size_t i = 0; i < alternative->count; i++) {
        const struct row *row = &alternative->rows[i];
        struct chain_item *first = rows->count > 0 ? &rows->rows[0].items[0] : NULL;
        if (first && row->count == 1 && rows->rows[0].count == 1 && is_simple(first) &&
            is_simple(&row->items[0]) && first->count + row->items[0].count <= STRINGS) {
            size_t count = first->count + row->items[0].count;
            struct str *strings = arena_alloc_raw(arena, count * sizeof(*strings));
            memcpy(strings, first->strings, first->count * sizeof(*strings));
            memcpy(strings + first->count, row->items[0].strings,
                   row->items[0].count * sizeof(*strings));
            *first = (struct chain_item){ strings, count, 1, 1 };
        } else if (rows->count == BRANCHES) {
            return false;
        } else {
            /* Plain sets first, where the next one looks for them. */
            bool plain = row->count == 1 && is_simple(&row->items[0]);
            if (plain && rows->count > 0)
                rows->rows[rows->count] = rows->rows[0];
            rows->rows[plain ? 0 : rows->count] = *row;
            rows->count++;
        }
    }
    return true;
}

static bool read_sequence(struct reader *reader, struct rows *rows);

/* (?:a|b), opened already. */
static bool read_group(struct reader *reader, struct rows *rows)
{
    struct rows *alternative = arena_alloc_raw(reader->arena, sizeof(*alternative));
    rows->count = 0;
    if (++reader->nesting > NESTING)
        return false;
    do {
        if (!read_sequence(reader, alternative) ||
            !rows_add_alternative(rows, alternative, reader->arena))
            return false;
    } while (take(reader, "|"));
    reader->nesting--;
    return take(reader, ")");
}

static bool take_opening(struct reader *reader)
{
    if (take(reader, "(?:"))
        return true;
    bool plain =
        reader->end - reader->at > 1 && reader->at[0] == '(' && !strchr("?*", reader->at[1]);
    return plain && take(reader, "(");
}

static bool read_item(struct reader *reader, struct rows *rows)
{
    if (take_opening(reader))
        return read_group(reader, rows);
    rows->count = 1;
    rows->rows[0].count = 1;
    if (take(reader, "\\b")) {
        rows->rows[0].items[0] = (struct chain_item){ 0 };
        return true;
    }
    struct set set;
    set.count = 0;
    if (!(take(reader, "[") ? read_class(reader, &set) : read_character(reader, &set)))
        return false;
    rows->rows[0].items[0] = item_of(&set, reader->arena);
    return true;
}

/* Up to the end, a '|' or a ')'. False: not that simple. */
static bool read_sequence(struct reader *reader, struct rows *rows)
{
    struct rows *item = arena_alloc_raw(reader->arena, sizeof(*item));
    rows->count = 1;
    rows->rows[0].count = 0;
    while (reader->at < reader->end && *reader->at != '|' && *reader->at != ')') {
        unsigned least, most;
        if (!read_item(reader, item) || !read_repeat(reader, &least, &most) ||
            !rows_repeat(item, least, most))
            return false;
        settle_optional(item, reader->arena);
        if (!rows_append(rows, item, reader->arena))
            return false;
    }
    return true;
}

/* The item whose shortest string is longest: a rare one. SIZE_MAX: none is worth looking for. */
static size_t anchor_of(const struct row *row)
{
    size_t best = SIZE_MAX, best_size = 1;
    for (size_t i = 0; i < row->count; i++) {
        const struct chain_item *item = &row->items[i];
        size_t shortest = item->count > 0 && is_simple(item) ? SIZE_MAX : 0;
        for (size_t k = 0; k < item->count && shortest > 0; k++)
            if (item->strings[k].size < shortest)
                shortest = item->strings[k].size;
        if (shortest > best_size) {
            best = i;
            best_size = shortest;
        }
    }
    return best;
}

struct chain_branch *chain_branches(struct str text, struct arena *arena, size_t *count)
{
    struct reader reader = { text.data, text.data + text.size, arena, 0 };
    struct rows *rows = arena_alloc_raw(arena, sizeof(*rows));
    if (!read_sequence(&reader, rows) || reader.at != reader.end)
        return NULL;
    struct chain_branch *branches = arena_alloc(arena, rows->count * sizeof(*branches));
    for (size_t i = 0; i < rows->count; i++) {
        const struct row *row = &rows->rows[i];
        struct chain_branch *branch = &branches[i];
        branch->anchor = anchor_of(row);
        if (branch->anchor == SIZE_MAX)
            return NULL;
        branch->count = row->count;
        branch->items = arena_alloc_raw(arena, row->count * sizeof(*branch->items));
        memcpy(branch->items, row->items, row->count * sizeof(*branch->items));
    }
    *count = rows->count;
    return branches;
}
