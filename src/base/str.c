#include "base/str.h"

#include <string.h>

bool str_starts(struct str s, struct str prefix)
{
    return s.size >= prefix.size && str_equal((struct str){ s.data, prefix.size }, prefix);
}

static unsigned char lower(char c)
{
    return (unsigned char)(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
}

bool str_equal_nocase(struct str a, struct str b)
{
    if (a.size != b.size)
        return false;
    for (size_t i = 0; i < a.size; i++) {
        if (lower(a.data[i]) != lower(b.data[i]))
            return false;
    }
    return true;
}

int str_compare(struct str a, struct str b)
{
    size_t common = a.size < b.size ? a.size : b.size;
    int order = common ? memcmp(a.data, b.data, common) : 0;

    if (order)
        return order;
    return (a.size > b.size) - (a.size < b.size);
}

struct str str_trim(struct str s)
{
    while (s.size > 0 && s.data[0] == ' ')
        s = (struct str){ s.data + 1, s.size - 1 };
    while (s.size > 0 && s.data[s.size - 1] == ' ')
        s.size--;
    return s;
}

bool str_to_int(struct str s, int64_t *out)
{
    bool negative = s.size > 0 && s.data[0] == '-';
    int64_t value = 0;

    if (s.size <= (size_t)negative)
        return false;
    for (size_t i = negative; i < s.size; i++) {
        if (s.data[i] < '0' || s.data[i] > '9')
            return false;
        /* Downwards, because INT64_MIN has no positive counterpart. */
        if (__builtin_mul_overflow(value, 10, &value) ||
            __builtin_sub_overflow(value, s.data[i] - '0', &value))
            return false;
    }
    if (!negative && __builtin_sub_overflow(0, value, &value))
        return false;
    *out = value;
    return true;
}

/* The size of the well-formed sequence at `p`, at most `left` bytes, or 0. */
static size_t utf8_size(const unsigned char *p, size_t left)
{
    /* Per lead byte range: how many bytes follow and what the first of them may be; this is
     * what refuses overlong forms, surrogates and what lies beyond U+10FFFF. */
    static const struct {
        unsigned char lead_first, lead_last, follow, second_first, second_last;
    } rows[] = {
        { 0x00, 0x7F, 0, 0, 0 },       { 0xC2, 0xDF, 1, 0x80, 0xBF }, { 0xE0, 0xE0, 2, 0xA0, 0xBF },
        { 0xE1, 0xEC, 2, 0x80, 0xBF }, { 0xED, 0xED, 2, 0x80, 0x9F }, { 0xEE, 0xEF, 2, 0x80, 0xBF },
        { 0xF0, 0xF0, 3, 0x90, 0xBF }, { 0xF1, 0xF3, 3, 0x80, 0xBF }, { 0xF4, 0xF4, 3, 0x80, 0x8F },
    };

    for (size_t row = 0; row < sizeof(rows) / sizeof(rows[0]); row++) {
        if (p[0] < rows[row].lead_first || p[0] > rows[row].lead_last)
            continue;
        size_t follow = rows[row].follow;
        if (follow == 0)
            return 1;
        if (left <= follow || p[1] < rows[row].second_first || p[1] > rows[row].second_last)
            return 0;
        for (size_t i = 2; i <= follow; i++) {
            if ((p[i] & 0xC0) != 0x80)
                return 0;
        }
        return follow + 1;
    }
    return 0;
}

bool utf8_valid(struct str s, size_t *at)
{
    const unsigned char *p = (const unsigned char *)s.data;
    size_t i = 0;

    while (i < s.size) {
        uint64_t word = 0;
        if (s.size - i >= sizeof(word)) {
            memcpy(&word, p + i, sizeof(word));
            if (!(word & UINT64_C(0x8080808080808080))) {
                i += sizeof(word);
                continue;
            }
        }
        size_t size = utf8_size(p + i, s.size - i);
        if (size == 0) {
            if (at)
                *at = i;
            return false;
        }
        i += size;
    }
    return true;
}

struct str utf8_prefix(struct str s, size_t size)
{
    if (s.size <= size)
        return s;
    while (size > 0 && ((unsigned char)s.data[size] & 0xC0) == 0x80)
        size--;
    return (struct str){ s.data, size };
}

enum { NEAREST_MAX = 64 };

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Damerau-Levenshtein distance (adjacent swaps count once), or `limit` where it is not less; both
 * at most NEAREST_MAX long. Words that differ more than that cost next to nothing: a producer of
 * nonsense must not be able to buy time. */
static size_t edit_distance(struct str a, struct str b, size_t limit)
{
    size_t rows[3][NEAREST_MAX + 1];
    size_t *before = rows[0], *last = rows[1], *row = rows[2];
    size_t furthest = 0;

    if ((a.size > b.size ? a.size - b.size : b.size - a.size) >= limit)
        return limit;
    for (size_t k = 0; k <= b.size; k++)
        last[k] = k;
    memcpy(before, last, sizeof(rows[0][0]) * (b.size + 1));
    for (size_t i = 1; i <= a.size; i++) {
        size_t reached = row[0] = i;
        for (size_t k = 1; k <= b.size; k++) {
            bool same = lower(a.data[i - 1]) == lower(b.data[k - 1]);
            row[k] = least(least(last[k], row[k - 1]) + 1, last[k - 1] + !same);
            if (i > 1 && k > 1 && a.data[i - 1] == b.data[k - 2] && a.data[i - 2] == b.data[k - 1])
                row[k] = least(row[k], before[k - 2] + 1);
            reached = least(reached, row[k]);
        }
        /* Every later row comes from these two and is no less. */
        if (reached >= limit && furthest >= limit)
            return limit;
        furthest = reached;
        size_t *recycled = before;
        before = last;
        last = row;
        row = recycled;
    }
    return last[b.size];
}

struct str str_nearest(struct str word, const struct str *candidates, size_t count)
{
    struct str nearest = STR_NONE;
    size_t best = word.size / 3 > 1 ? word.size / 3 + 1 : 2;

    if (word.size == 0 || word.size > NEAREST_MAX)
        return STR_NONE;
    for (size_t i = 0; i < count; i++) {
        if (candidates[i].size == 0 || candidates[i].size > NEAREST_MAX)
            continue;
        size_t distance = edit_distance(word, candidates[i], best);
        if (distance < best) {
            best = distance;
            nearest = candidates[i];
        }
    }
    return nearest;
}

void utf8_tame(char *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        unsigned char c = (unsigned char)bytes[i];
        unsigned char next = i + 1 < size ? (unsigned char)bytes[i + 1] : 0;
        if (c == 0xc2 && next >= 0x80 && next < 0xa0)
            bytes[i] = bytes[i + 1] = ' ';
        else if (c < 0x20 || c == 0x7f)
            bytes[i] = ' ';
    }
}
