#include "base/base64.h"

#include <string.h>

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void base64_encode(struct str bytes, struct buf *out)
{
    for (size_t i = 0; i < bytes.size; i += 3) {
        unsigned group = 0;
        size_t have = bytes.size - i < 3 ? bytes.size - i : 3;
        for (size_t j = 0; j < 3; j++)
            group = group << 8 | (j < have ? (unsigned char)bytes.data[i + j] : 0u);
        for (size_t j = 0; j < 4; j++)
            buf_add_char(out, j <= have ? digits[group >> (18 - 6 * j) & 63] : '=');
    }
}

/* At most two at the end. */
static size_t padding(struct str text)
{
    size_t count = 0;
    while (count < 2 && count < text.size && text.data[text.size - 1 - count] == '=')
        count++;
    return count;
}

bool base64_decode(struct str text, struct arena *arena, struct str *bytes)
{
    if (text.size % 4 != 0)
        return false;
    char *out = arena_alloc_raw(arena, text.size / 4 * 3 + 1);
    size_t size = 0, end = text.size - padding(text);
    unsigned group = 0, bits = 0;
    for (size_t i = 0; i < end; i++) {
        const char *digit = memchr(digits, text.data[i], sizeof(digits) - 1);
        if (digit == NULL)
            return false;
        group = group << 6 | (unsigned)(digit - digits);
        bits += 6;
        if (bits >= 8) {
            bits -= 8;
            out[size++] = (char)(group >> bits & 255);
        }
    }
    *bytes = (struct str){ out, size };
    return true;
}
