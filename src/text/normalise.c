#include "text/normalise.h"

#include <assert.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include "base/mem.h"

#define NO_SEGMENT SIZE_MAX

/* One walk over one text. */
struct walk {
    const struct fold *fold;
    const uint32_t *entries;
    const uint8_t *text;
    size_t size, at; /* of the original */
    struct normal *normal;
    char *out; /* the normal text's memory and size, kept at hand */
    size_t out_size;
    size_t segment, segment_out; /* where the last character began, for what may join it */
    bool aligned;                /* the last stretch goes on byte for byte here */
    bool space;                  /* white space waits to see what follows */
    size_t space_from, space_to;
    bool han; /* the last character that counts was Han */
};

void normal_free(struct normal *normal)
{
    buf_free(&normal->text);
    free(normal->stretches);
    *normal = (struct normal){ 0 };
}

void normal_clear(struct normal *normal)
{
    buf_clear(&normal->text);
    normal->stretch_count = 0;
}

/* A stretch of no length is replaced: it says nothing. */
static void stretch_add(struct walk *walk, size_t from, size_t size)
{
    struct normal *normal = walk->normal;
    size_t last = normal->stretch_count;
    if (last > 0 && normal->stretches[last - 1].at == walk->out_size)
        last--;
    if (last == normal->stretch_capacity) {
        normal->stretch_capacity = last ? 2 * last : 64;
        normal->stretches =
            mem_resize(normal->stretches, normal->stretch_capacity, sizeof(*normal->stretches));
    }
    normal->stretches[last] =
        (struct stretch){ (uint32_t)walk->out_size, (uint32_t)from, (uint32_t)size };
    normal->stretch_count = last + 1;
}

/* Room for `more` bytes and for the rest of the original byte for byte. */
static void reserve(struct walk *walk, size_t more)
{
    walk->normal->text.size = walk->out_size;
    buf_reserve(&walk->normal->text, more + walk->size - walk->at + 8);
    walk->out = walk->normal->text.data;
}

/* What follows is byte for byte the original from `from` on. */
static inline void align(struct walk *walk, size_t from)
{
    if (!walk->aligned)
        stretch_add(walk, from, 0);
    walk->aligned = true;
}

/* `size` bytes of `bytes` stand for the original [from, to). */
static void put_whole(struct walk *walk, const char *bytes, size_t size, size_t from, size_t to)
{
    walk->aligned = false;
    if (size == 0)
        return;
    stretch_add(walk, from, to - from);
    memcpy(walk->out + walk->out_size, bytes, size);
    walk->out_size += size;
}

/* The white space that waited: one space, unless it stands between Han. */
static void settle_space(struct walk *walk, bool before_han)
{
    if (!walk->space)
        return;
    walk->space = false;
    if (walk->han && before_han) {
        walk->aligned = false;
        return;
    }
    if (walk->space_to - walk->space_from == 1) {
        align(walk, walk->space_from);
        walk->out[walk->out_size++] = ' ';
        walk->aligned = walk->at == walk->space_to; /* else something vanished behind it */
        return;
    }
    put_whole(walk, " ", 1, walk->space_from, walk->space_to);
}

static void take_space(struct walk *walk, size_t size)
{
    if (!walk->space)
        walk->space_from = walk->at;
    walk->space = true;
    walk->at += size;
    walk->space_to = walk->at;
    walk->segment = NO_SEGMENT;
}

static inline size_t put_code(char *out, uint32_t code)
{
    if (code < 0x80) {
        out[0] = (char)code;
        return 1;
    }
    if (code < 0x800) {
        out[0] = (char)(0xc0 | code >> 6);
        out[1] = (char)(0x80 | (code & 0x3f));
        return 2;
    }
    out[0] = (char)(0xe0 | code >> 12);
    out[1] = (char)(0x80 | (code >> 6 & 0x3f));
    out[2] = (char)(0x80 | (code & 0x3f));
    return 3;
}

static size_t get_code(const uint8_t *at, uint32_t *code)
{
    if (at[0] < 0x80) {
        *code = at[0];
        return 1;
    }
    if (at[0] < 0xe0) {
        *code = (at[0] & 0x1fu) << 6 | (at[1] & 0x3fu);
        return 2;
    }
    if (at[0] < 0xf0) {
        *code = (at[0] & 0x0fu) << 12 | (at[1] & 0x3fu) << 6 | (at[2] & 0x3fu);
        return 3;
    }
    *code = (at[0] & 0x07u) << 18 | (at[1] & 0x3fu) << 12 | (at[2] & 0x3fu) << 6 | (at[3] & 0x3fu);
    return 4;
}

/* Takes back what the last character became, because the next one joins it. */
static void take_back(struct walk *walk)
{
    struct normal *normal = walk->normal;
    walk->at = walk->segment;
    walk->out_size = walk->segment_out;
    while (normal->stretch_count > 0 &&
           normal->stretches[normal->stretch_count - 1].at > walk->out_size)
        normal->stretch_count--;
    walk->aligned = false;
}

/* The slow way: what belongs together from here on, through ICU. Cut after FOLD_SEGMENT code
 * points, as Unicode's stream-safe format does: a megabyte of accents must stay linear. */
static void take_segment(struct walk *walk)
{
    uint32_t codes[FOLD_SEGMENT];
    size_t count = 0;
    size_t end = walk->at;
    bool han = false;
    while (end < walk->size && count < FOLD_SEGMENT) {
        uint32_t code;
        size_t size = get_code(walk->text + end, &code);
        uint32_t flags = fold_flags(walk->fold, code);
        if (count > 0 && !(flags & (FOLD_JOINS | FOLD_GONE)))
            break;
        if (count == 0)
            han = flags & FOLD_HAN;
        end += size;
        codes[count++] = code;
    }
    char folded[FOLD_RESULT];
    size_t size = fold_segment(walk->fold, codes, count, folded);
    size_t from = walk->at;
    walk->at = end;
    reserve(walk, size);
    if (size > 0)
        settle_space(walk, han);
    put_whole(walk, folded, size, from, end);
    if (size > 0)
        walk->han = han;
    walk->segment = NO_SEGMENT;
}

static inline void begin_segment(struct walk *walk)
{
    walk->segment = walk->at;
    walk->segment_out = walk->out_size;
}

/* Eight bytes of printable ASCII, lowered, where no space is followed by another and the last is
 * none: the common case of English. False: look at them one by one. */
static inline bool lower_eight(const uint8_t *text, char *out)
{
    const uint64_t ones = UINT64_C(0x0101010101010101), tops = ones * 0x80;
    uint64_t word;
    memcpy(&word, text, 8);
    uint64_t low = word & ~tops;
    uint64_t printable = (low + ones * (0x80 - 0x20)) & ~(low + ones) & ~word; /* 0x20..0x7e */
    if ((printable & tops) != tops)
        return false;
    uint64_t spaces = ~(((word ^ ones * ' ') & ~tops) + ~tops) & tops;
    if (spaces & (spaces << 8 | UINT64_C(1) << 63))
        return false;
    uint64_t upper = (word + ones * (0x80 - 'A')) & ~(word + ones * (0x7f - 'Z')) & tops;
    word |= upper >> 2;
    memcpy(out, &word, 8);
    return true;
}

/* ASCII as far as it goes: nothing in it changes its size. */
static void take_ascii(struct walk *walk)
{
    const uint8_t *text = walk->text;
    size_t at = walk->at;
    uint32_t entry = walk->entries[text[at]];
    if (!(entry & FOLD_PLAIN)) {
        if (entry & FOLD_SPACE) {
            take_space(walk, 1);
            return;
        }
        walk->at++;
        walk->aligned = false;
        return;
    }
    settle_space(walk, false);
    align(walk, at);
    char *out = walk->out + walk->out_size;
    for (;;) {
        while (walk->size - at > 8 && lower_eight(text + at, out)) {
            at += 8;
            out += 8;
        }
        if (text[at] >= 0x80)
            break;
        entry = walk->entries[text[at]];
        /* A single space between ASCII is the common case of white space. */
        if (!(entry & FOLD_PLAIN) && (text[at] != ' ' || at + 1 == walk->size ||
                                      text[at + 1] <= ' ' || text[at + 1] >= 0x7f))
            break;
        *out++ = (char)entry;
        if (++at == walk->size)
            break;
    }
    walk->at = at;
    walk->out_size = (size_t)(out - walk->out);
    walk->segment = at - 1;
    walk->segment_out = walk->out_size - 1;
    walk->han = false;
}

/* Characters of three bytes that stay three bytes, most of Chinese, as far as they go. */
static void take_three(struct walk *walk)
{
    const uint8_t *text = walk->text;
    size_t at = walk->at;
    char *out = walk->out + walk->out_size;
    uint32_t last = 0;
    align(walk, at);
    while (at < walk->size && text[at] >= 0xe0 && text[at] < 0xf0) {
        uint32_t code =
            (text[at] & 0x0fu) << 12 | (text[at + 1] & 0x3fu) << 6 | (text[at + 2] & 0x3fu);
        uint32_t entry = walk->entries[code];
        if (!(entry & FOLD_SAME_SIZE))
            break;
        put_code(out, entry & FOLD_CODE);
        out += 3;
        at += 3;
        last = entry;
    }
    walk->at = at;
    walk->out_size = (size_t)(out - walk->out);
    walk->segment = at - 3;
    walk->segment_out = walk->out_size - 3;
    walk->han = last & FOLD_HAN;
}

static void take_plain(struct walk *walk, uint32_t entry, size_t size)
{
    bool han = entry & FOLD_HAN;
    if (walk->space)
        settle_space(walk, han);
    if (size == 3 && (entry & FOLD_SAME_SIZE)) {
        take_three(walk);
        return;
    }
    begin_segment(walk);
    if (entry & FOLD_SAME_SIZE) {
        align(walk, walk->at);
        walk->out_size += put_code(walk->out + walk->out_size, entry & FOLD_CODE);
    } else {
        char folded[4];
        size_t folded_size = put_code(folded, entry & FOLD_CODE);
        if (folded_size > size)
            reserve(walk, folded_size);
        put_whole(walk, folded, folded_size, walk->at, walk->at + size);
    }
    walk->at += size;
    walk->han = han;
}

static void take_other(struct walk *walk)
{
    uint32_t code;
    size_t size = get_code(walk->text + walk->at, &code);
    uint32_t entry = size < 4 ? walk->entries[code] : fold_flags(walk->fold, code);
    if (size < 4 && (entry & FOLD_PLAIN)) {
        take_plain(walk, entry, size);
    } else if (entry & FOLD_SPACE) {
        take_space(walk, size);
    } else if (entry & FOLD_GONE) {
        walk->at += size;
        walk->aligned = false;
    } else if (entry & FOLD_PLAIN) {
        settle_space(walk, entry & FOLD_HAN);
        begin_segment(walk);
        align(walk, walk->at);
        memcpy(walk->out + walk->out_size, walk->text + walk->at, size);
        walk->out_size += size;
        walk->at += size;
        walk->han = entry & FOLD_HAN;
    } else {
        if ((entry & FOLD_JOINS) && walk->segment != NO_SEGMENT)
            take_back(walk);
        take_segment(walk);
    }
}

void normalise(const struct fold *fold, struct str text, struct normal *normal)
{
    assert(text.size < UINT32_MAX);
    struct walk walk = { .fold = fold,
                         .entries = fold_entries(fold),
                         .text = (const uint8_t *)text.data,
                         .size = text.size,
                         .normal = normal,
                         .out_size = normal->text.size,
                         .segment = NO_SEGMENT };
    reserve(&walk, 0);
    while (walk.at < walk.size) {
        if (walk.text[walk.at] < 0x80)
            take_ascii(&walk);
        else
            take_other(&walk);
    }
    settle_space(&walk, false);
    normal->text.size = walk.out_size;
}

/* The last stretch that begins at or before `at`. */
static const struct stretch *stretch_at(const struct normal *normal, size_t at)
{
    size_t low = 0, high = normal->stretch_count;
    assert(high > 0);
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (normal->stretches[middle].at <= at)
            low = middle;
        else
            high = middle;
    }
    return &normal->stretches[low];
}

uint32_t normal_from(const struct normal *normal, size_t at)
{
    const struct stretch *stretch = stretch_at(normal, at);
    return stretch->size > 0 ? stretch->from : stretch->from + (uint32_t)at - stretch->at;
}

uint32_t normal_to(const struct normal *normal, size_t at)
{
    assert(at > 0);
    const struct stretch *stretch = stretch_at(normal, at - 1);
    return stretch->size > 0 ? stretch->from + stretch->size
                             : stretch->from + (uint32_t)at - stretch->at;
}
