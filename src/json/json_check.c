#include "json/json_check.h"

#include <endian.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "base/mem.h"

const struct json_limits json_event_limits = { 512 * 1024, 65536, JSON_DEPTH_MAX };

enum {
    FEW_KEYS = 32,      /* up to here each new key is compared with all before it */
    KEYS_AT_HAND = 96,  /* of all open objects; more go to the heap */
    DOUBLE_DIGITS = 15, /* any number of so many digits survives a double */
    REPLACEMENT = 0xFFFD,
};

struct key {
    uint64_t head; /* the first 8 bytes of the unescaped key: unequal keys rarely share it */
    const char *text;
    uint32_t size; /* of the text between the quotes */
    bool escaped;
};

struct check {
    const char *at, *begin, *end;
    const struct json_limits *limits;
    struct json_traits traits;
    size_t nodes;
    int depth;
    /* The keys of all open objects, the innermost's last. */
    struct key *keys;
    size_t key_count, key_capacity;
    struct key at_hand[KEYS_AT_HAND];
    struct error *err;
};

static bool refuse(struct check *check, const char *at, const char *why)
{
    check->at = at;
    return error_set(check->err, "%s", why);
}

static void skip_space(struct check *check)
{
    const char *p = check->at;

    while (p < check->end && (*p == ' ' || *p == '\n' || *p == '\r' || *p == '\t'))
        p++;
    check->at = p;
}

static bool is_digit(const char *p, const char *end)
{
    return p < end && *p >= '0' && *p <= '9';
}

static int hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* The 4 digits behind "\u", or -1. */
static int hex_quad(const char *p, const char *end)
{
    int value = 0;

    if (end - p < 6 || p[0] != '\\' || p[1] != 'u')
        return -1;
    for (int i = 2; i < 6; i++) {
        int digit = hex_value(p[i]);
        if (digit < 0)
            return -1;
        value = value * 16 + digit;
    }
    return value;
}

unsigned json_escape(const char *text, const char *end, size_t *size)
{
    static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";

    if (text[1] != 'u') {
        *size = 2;
        return (unsigned char)to[strchr(from, text[1]) - from];
    }
    int first = hex_quad(text, end);
    *size = 6;
    if (first >= 0xD800 && first <= 0xDBFF) {
        int second = hex_quad(text + 6, end);
        if (second < 0xDC00 || second > 0xDFFF)
            return REPLACEMENT;
        *size = 12;
        return 0x10000u + ((unsigned)(first - 0xD800) << 10) + (unsigned)(second - 0xDC00);
    }
    return first == 0 || (first >= 0xDC00 && first <= 0xDFFF) ? REPLACEMENT : (unsigned)first;
}

static bool check_escape(struct check *check, const char *p, size_t *size)
{
    if (check->end - p < 2)
        return refuse(check, check->end, "a string is not closed");
    if (p[1] != 'u') {
        *size = 2;
        if (!p[1] || !strchr("\"\\/bfnrt", p[1]))
            return refuse(check, p, "a string has an escape that JSON does not know");
        return true;
    }
    int quad = hex_quad(p, check->end);
    if (quad < 0)
        return refuse(check, p, "a \\u needs four hexadecimal digits");
    if (json_escape(p, check->end, size) == REPLACEMENT && quad != REPLACEMENT)
        check->traits.replaced = true;
    return true;
}

/* Over bytes that need no look: printable ASCII but quote and backslash. */
static const char *skip_plain(const char *p, const char *end)
{
    const uint64_t ones = UINT64_C(0x0101010101010101), highs = ones * 0x80;

    while (end - p >= 8) {
        uint64_t word;
        memcpy(&word, p, sizeof(word));
        word = le64toh(word);
        uint64_t quote = word ^ ones * '"', escape = word ^ ones * '\\';
        uint64_t found = ((word - ones * 0x20) & ~word) | ((quote - ones) & ~quote) |
                         ((escape - ones) & ~escape) | word;
        /* The subtractions may borrow, but never into a byte below the first one found. */
        found &= highs;
        if (found)
            return p + __builtin_ctzll(found) / 8;
        p += 8;
    }
    while (p < end && (unsigned char)*p >= 0x20 && *p != '"' && *p != '\\' &&
           (unsigned char)*p < 0x80)
        p++;
    return p;
}

/* Over a run of well-formed sequences of more than one byte; stops at what is not one. Nearly all
 * of them are the three bytes of a Chinese character, which so gets a loop of its own. */
static const char *skip_multibyte(const char *text, const char *end)
{
    const unsigned char *p = (const unsigned char *)text, *stop = (const unsigned char *)end;

    for (;;) {
        while (stop - p >= 3 && p[0] >= 0xE1 && p[0] <= 0xEF && p[0] != 0xED &&
               (p[1] & 0xC0) == 0x80 && (p[2] & 0xC0) == 0x80)
            p += 3;
        if (p == stop || *p < 0x80)
            return (const char *)p;
        size_t size = *p < 0xE0 ? 2 : *p < 0xF0 ? 3 : 4;
        if (size > (size_t)(stop - p) || !utf8_valid((struct str){ (const char *)p, size }, NULL))
            return (const char *)p;
        p += size;
    }
}

/* At a quote. `*text` is what is between the quotes. */
static bool check_string(struct check *check, struct str *text, bool *escaped)
{
    const char *begin = check->at + 1, *p = begin;

    *escaped = false;
    for (;;) {
        p = skip_plain(p, check->end);
        if (p == check->end)
            return refuse(check, p, "a string is not closed");
        if (*p == '"')
            break;
        if (*p == '\\') {
            size_t size = 0;
            *escaped = true;
            if (!check_escape(check, p, &size))
                return false;
            p += size;
        } else if ((unsigned char)*p < 0x20) {
            return refuse(check, p, "a string has a control character that is not escaped");
        } else {
            const char *next = skip_multibyte(p, check->end);
            if (next == check->end || (unsigned char)*next < 0x80)
                p = next;
            else
                return refuse(check, next, "a string is not valid UTF-8");
        }
    }
    *text = (struct str){ begin, (size_t)(p - begin) };
    check->at = p + 1;
    return true;
}

static const char *skip_digits(const char *p, const char *end, size_t *count)
{
    const char *begin = p;

    while (is_digit(p, end))
        p++;
    *count += (size_t)(p - begin);
    return p;
}

static bool check_number(struct check *check)
{
    static const char incomplete[] = "a number is incomplete";
    const char *p = check->at, *end = check->end;
    size_t digits = 0, exponent = 0;

    if (*p == '-')
        p++;
    if (!is_digit(p, end))
        return refuse(check, p, incomplete);
    if (*p == '0' && is_digit(p + 1, end))
        return refuse(check, p, "a number starts with a needless zero");
    p = skip_digits(p, end, &digits);
    if (p < end && *p == '.') {
        if (!is_digit(++p, end))
            return refuse(check, p, incomplete);
        p = skip_digits(p, end, &digits);
    }
    if (p < end && (*p == 'e' || *p == 'E')) {
        p++;
        if (p < end && (*p == '+' || *p == '-'))
            p++;
        if (!is_digit(p, end))
            return refuse(check, p, incomplete);
        p = skip_digits(p, end, &exponent);
    }
    if (digits + exponent > DOUBLE_DIGITS || exponent > 2)
        check->traits.wide = true;
    check->at = p;
    return true;
}

static bool check_word(struct check *check, struct str word)
{
    struct str rest = { check->at, (size_t)(check->end - check->at) };

    if (!str_starts(rest, word))
        return refuse(check, check->at, "there is no such value in JSON");
    check->at += word.size;
    return true;
}

/* Gives an escaped text byte by byte as what it means. */
struct unescape {
    const char *at, *end;
    unsigned char bytes[4]; /* of the escape being given, the last one first */
    size_t left;
};

static int next_byte(struct unescape *text)
{
    size_t size = 0;

    if (text->left > 0)
        return text->bytes[--text->left];
    if (text->at == text->end)
        return -1;
    if (*text->at != '\\')
        return (unsigned char)*text->at++;
    unsigned code = json_escape(text->at, text->end, &size);
    text->at += size;
    if (code < 0x80)
        return (int)code;
    size_t bytes = code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    for (; text->left < bytes - 1; code >>= 6)
        text->bytes[text->left++] = (unsigned char)(0x80 | (code & 0x3F));
    return (int)((0xF00u >> bytes & 0xFF) | code);
}

static uint64_t key_head(struct str text, bool escaped, const char *readable)
{
    uint64_t word = 0;

    if (!escaped && (size_t)(readable - text.data) >= sizeof(word)) {
        memcpy(&word, text.data, sizeof(word));
        word = le64toh(word);
        return text.size >= 8 ? word : word & ((UINT64_C(1) << 8 * text.size) - 1);
    }
    struct unescape bytes = { text.data, text.data + text.size, { 0 }, 0 };
    for (int i = 0, byte; i < 8 && (byte = next_byte(&bytes)) >= 0; i++)
        word |= (uint64_t)byte << 8 * i;
    return word;
}

static int compare_unescaped(const struct key *a, const struct key *b)
{
    struct unescape left = { a->text, a->text + a->size, { 0 }, 0 };
    struct unescape right = { b->text, b->text + b->size, { 0 }, 0 };

    for (;;) {
        int byte = next_byte(&left), other = next_byte(&right);
        if (byte != other)
            return byte < other ? -1 : 1;
        if (byte < 0)
            return 0;
    }
}

/* Any total order will do; equal means the same key. */
static int compare_keys(const void *left, const void *right)
{
    const struct key *a = left, *b = right;

    if (a->head != b->head)
        return a->head < b->head ? -1 : 1;
    if (a->escaped || b->escaped)
        return compare_unescaped(a, b);
    return str_compare((struct str){ a->text, a->size }, (struct str){ b->text, b->size });
}

static bool add_key(struct check *check, size_t base, struct str text, bool escaped)
{
    struct key key = { key_head(text, escaped, check->end), text.data, (uint32_t)text.size,
                       escaped };

    if (check->key_count - base < FEW_KEYS) {
        for (size_t i = base; i < check->key_count; i++) {
            if (check->keys[i].head == key.head && compare_keys(&check->keys[i], &key) == 0)
                return refuse(check, text.data - 1, "an object has the same key twice");
        }
    }
    if (check->key_count == check->key_capacity) {
        bool first = check->keys == check->at_hand;
        check->key_capacity *= 4;
        check->keys = mem_resize(first ? NULL : check->keys, check->key_capacity, sizeof(key));
        if (first)
            memcpy(check->keys, check->at_hand, sizeof(check->at_hand));
    }
    check->keys[check->key_count++] = key;
    return true;
}

/* Closes an object: if it has many keys they are compared now, sorted. */
static bool drop_keys(struct check *check, size_t base)
{
    struct key *keys = check->keys + base;
    size_t count = check->key_count - base;

    check->key_count = base;
    if (count <= FEW_KEYS)
        return true;
    qsort(keys, count, sizeof(*keys), compare_keys);
    for (size_t i = 1; i < count; i++) {
        if (compare_keys(&keys[i - 1], &keys[i]) == 0) {
            const char *later = keys[i].text > keys[i - 1].text ? keys[i].text : keys[i - 1].text;
            return refuse(check, later - 1, "an object has the same key twice");
        }
    }
    return true;
}

static bool check_value(struct check *check);

static bool check_member(struct check *check, size_t base)
{
    struct str key;
    bool escaped;

    skip_space(check);
    if (check->at == check->end || *check->at != '"')
        return refuse(check, check->at, "expected a key in double quotes");
    if (!check_string(check, &key, &escaped) || !add_key(check, base, key, escaped))
        return false;
    skip_space(check);
    if (check->at == check->end || *check->at != ':')
        return refuse(check, check->at, "expected ':' behind a key");
    check->at++;
    return check_value(check);
}

/* Behind the opening bracket. */
static bool check_members(struct check *check, char closing)
{
    size_t base = check->key_count;
    bool object = closing == '}';

    if (++check->depth > check->limits->depth)
        return refuse(check, check->at - 1, "nested too deeply");
    skip_space(check);
    if (check->at < check->end && *check->at == closing)
        goto close;
    for (;;) {
        if (!(object ? check_member(check, base) : check_value(check)))
            return false;
        skip_space(check);
        if (check->at < check->end && *check->at == closing)
            break;
        if (check->at == check->end || *check->at != ',')
            return refuse(check, check->at, object ? "expected ',' or '}'" : "expected ',' or ']'");
        check->at++;
    }
close:
    check->at++;
    check->depth--;
    return !object || drop_keys(check, base);
}

static bool check_value(struct check *check)
{
    struct str text;
    bool escaped;

    skip_space(check);
    if (check->at == check->end)
        return refuse(check, check->at, "the text ends where a value is expected");
    if (++check->nodes > check->limits->nodes)
        return refuse(check, check->at, "too many values");
    switch (*check->at) {
    case '"':
        return check_string(check, &text, &escaped);
    case '{':
        check->at++;
        return check_members(check, '}');
    case '[':
        check->at++;
        return check_members(check, ']');
    case 't':
        return check_word(check, STR("true"));
    case 'f':
        return check_word(check, STR("false"));
    case 'n':
        return check_word(check, STR("null"));
    default:
        if (*check->at == '-' || is_digit(check->at, check->end))
            return check_number(check);
        return refuse(check, check->at, "expected a value");
    }
}

bool json_check(struct str text, const struct json_limits *limits, struct json_traits *traits,
                size_t *at, struct error *err)
{
    struct check check;
    bool valid = false;

    *at = 0;
    if (text.size > limits->size) {
        *at = limits->size;
        return error_set(err, "%zu bytes are more than the %zu allowed", text.size, limits->size);
    }
    /* Member by member: clearing the keys at hand would cost as much as checking an event. */
    check.begin = check.at = text.data ? text.data : "";
    check.end = check.begin + text.size;
    check.limits = limits;
    check.traits = (struct json_traits){ false, false };
    check.nodes = 0;
    check.depth = 0;
    check.keys = check.at_hand;
    check.key_count = 0;
    check.key_capacity = KEYS_AT_HAND;
    check.err = err;
    if (!check_value(&check))
        goto out;
    skip_space(&check);
    if (check.at < check.end) {
        refuse(&check, check.at, "something follows the value");
        goto out;
    }
    *traits = check.traits;
    valid = true;
out:
    *at = (size_t)(check.at - check.begin);
    if (check.keys != check.at_hand)
        free(check.keys);
    return valid;
}
