#include "json/json_writer.h"

#include <string.h>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

static inline void put(struct json_writer *json, const void *data, size_t size)
{
    memcpy(json_room(json, size), data, size);
    json->out->size += size;
}

/* A comma when one is due, then the bytes; afterwards a comma is due. */
static inline void put_value(struct json_writer *json, const void *data, size_t size)
{
    char *at = json_room(json, size + 1);
    *at = ',';
    memcpy(at + json->comma, data, size);
    json->out->size += size + json->comma;
    json->comma = true;
}

void json_open_object(struct json_writer *json)
{
    put_value(json, "{", 1);
    json->comma = false;
}

void json_close_object(struct json_writer *json)
{
    put(json, "}", 1);
    json->comma = true;
}

void json_open_array(struct json_writer *json)
{
    put_value(json, "[", 1);
    json->comma = false;
}

void json_close_array(struct json_writer *json)
{
    put(json, "]", 1);
    json->comma = true;
}

void json_key(struct json_writer *json, const char *name)
{
    put_value(json, "\"", 1);
    buf_add_str(json->out, str_from(name));
    buf_add_str(json->out, STR("\":"));
    json->comma = false;
}

#ifdef __SSE2__
/* A bit for each of sixteen bytes that needs an escape. */
static inline unsigned escapes(__m128i bytes)
{
    const __m128i quote = _mm_set1_epi8('"');
    const __m128i backslash = _mm_set1_epi8('\\');
    const __m128i control = _mm_set1_epi8(0x1f);
    __m128i bad =
        _mm_or_si128(_mm_or_si128(_mm_cmpeq_epi8(bytes, quote), _mm_cmpeq_epi8(bytes, backslash)),
                     _mm_cmpeq_epi8(_mm_min_epu8(bytes, control), bytes));
    return (unsigned)_mm_movemask_epi8(bad);
}

/* Likewise of four to fifteen bytes: four or eight at each end, which may overlap. */
static inline unsigned few_escapes(const char *at, size_t size)
{
    if (size < 8) {
        uint32_t low, high;
        memcpy(&low, at, 4);
        memcpy(&high, at + size - 4, 4);
        unsigned mask = escapes(_mm_set_epi32(0, 0, (int)high, (int)low));
        return (mask & 0xf) | (mask >> 4 & 0xf) << (size - 4);
    }
    uint64_t low, high;
    memcpy(&low, at, 8);
    memcpy(&high, at + size - 8, 8);
    unsigned mask = escapes(_mm_set_epi64x((int64_t)high, (int64_t)low));
    return (mask & 0xff) | (mask >> 8 & 0xff) << (size - 8);
}
#endif

/* How many bytes from `at` need no escape. */
static size_t plain_run(const char *at, const char *end)
{
    const char *start = at;
#ifdef __SSE2__
    /* Complaints are prose: sixteen harmless bytes at a time is the common case. */
    while (end - at >= 16) {
        unsigned mask = escapes(_mm_loadu_si128((const __m128i *)(const void *)at));
        if (mask)
            return (size_t)(at - start) + (size_t)__builtin_ctz(mask);
        at += 16;
    }
    /* And names of some bytes the next. */
    if (end - at >= 4) {
        unsigned mask = few_escapes(at, (size_t)(end - at));
        return mask ? (size_t)(at - start) + (size_t)__builtin_ctz(mask) : (size_t)(end - start);
    }
#endif
    while (at < end && (unsigned char)*at >= 0x20 && *at != '"' && *at != '\\')
        at++;
    return (size_t)(at - start);
}

static void put_escape(struct json_writer *json, unsigned char byte)
{
    static const char hex[] = "0123456789abcdef";
    char text[6] = { '\\', 'u', '0', '0', hex[byte >> 4], hex[byte & 15] };
    switch (byte) {
    case '"':
    case '\\':
        text[1] = (char)byte;
        put(json, text, 2);
        return;
    case '\n':
        put(json, "\\n", 2);
        return;
    case '\r':
        put(json, "\\r", 2);
        return;
    case '\t':
        put(json, "\\t", 2);
        return;
    default:
        put(json, text, 6);
    }
}

void json_put_str(struct json_writer *json, struct str value)
{
    if (!str_present(value)) {
        json_put_null(json);
        return;
    }
    const char *at = value.data;
    const char *end = at + value.size;
    put_value(json, "\"", 1);
    for (;;) {
        size_t run = plain_run(at, end);
        char *out = json_room(json, run + 1);
        memcpy(out, at, run);
        out[run] = '"';
        json->out->size += run + 1;
        at += run;
        if (at == end)
            return;
        json->out->size--; /* not yet */
        put_escape(json, (unsigned char)*at++);
    }
}

void json_put_text(struct json_writer *json, const char *value)
{
    json_put_str(json, str_from(value));
}

void json_put_int(struct json_writer *json, int64_t value)
{
    char text[24];
    char *at = text + sizeof(text);
    uint64_t rest = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    do {
        *--at = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest);
    if (value < 0)
        *--at = '-';
    put_value(json, at, (size_t)(text + sizeof(text) - at));
}

void json_put_bool(struct json_writer *json, bool value)
{
    json_put_raw(json, value ? STR("true") : STR("false"));
}

void json_put_null(struct json_writer *json)
{
    json_put_raw(json, STR("null"));
}

/* A time's characters need no escape, and it is written where it is to be. */
static void put_time(struct json_writer *json, time_ms value,
                     struct str (*format)(time_ms time, char text[TIME_TEXT_SIZE]))
{
    if (value == TIME_NEVER) {
        json_put_null(json);
        return;
    }
    char *at = json_room(json, TIME_TEXT_SIZE + 3);
    *at = ',';
    at += json->comma;
    *at = '"';
    struct str text = format(value, at + 1);
    at[1 + text.size] = '"';
    json->out->size += text.size + 2 + json->comma;
    json->comma = true;
}

void json_put_time(struct json_writer *json, time_ms value)
{
    put_time(json, value, time_format);
}

void json_put_time_ms(struct json_writer *json, time_ms value)
{
    put_time(json, value, time_format_ms);
}

void json_put_raw(struct json_writer *json, struct str value)
{
    put_value(json, value.data, value.size);
}
