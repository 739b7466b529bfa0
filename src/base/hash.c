#include "base/hash.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

uint64_t hash64(struct str s)
{
    return XXH3_64bits(s.data ? s.data : "", s.size);
}

/* Each part is preceded by its length, 8 bytes little-endian: that is what tells
 * {"ab","c"} from {"a","bc"}. */
static void add_parts(XXH3_state_t *state, const struct str *parts, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        unsigned char length[8];
        for (size_t k = 0; k < sizeof(length); k++)
            length[k] = (unsigned char)((uint64_t)parts[i].size >> (8 * k));
        XXH3_64bits_update(state, length, sizeof(length));
        if (parts[i].size)
            XXH3_64bits_update(state, parts[i].data, parts[i].size);
    }
}

/* The same bytes in one piece at `flat`, where they are few: a stream has to set up half a kilobyte
 * of state first. Returns their number, 0: too many. */
enum { FLAT_SIZE = 512 };
static size_t flatten(const struct str *parts, size_t count, unsigned char flat[FLAT_SIZE])
{
    size_t size = 0;
    for (size_t i = 0; i < count; i++) {
        if (parts[i].size > FLAT_SIZE - 8 || size + 8 + parts[i].size > FLAT_SIZE)
            return 0;
        for (size_t k = 0; k < 8; k++)
            flat[size++] = (unsigned char)((uint64_t)parts[i].size >> (8 * k));
        if (parts[i].size)
            memcpy(flat + size, parts[i].data, parts[i].size);
        size += parts[i].size;
    }
    return size;
}

uint64_t hash64_parts(const struct str *parts, size_t count)
{
    unsigned char flat[FLAT_SIZE];
    size_t size = flatten(parts, count, flat);
    if (size)
        return XXH3_64bits(flat, size);
    XXH3_state_t state;
    XXH3_64bits_reset(&state);
    add_parts(&state, parts, count);
    return XXH3_64bits_digest(&state);
}

void hash128_hex(const struct str *parts, size_t count, char hex[32])
{
    static const char digits[] = "0123456789abcdef";
    XXH128_canonical_t bytes;
    unsigned char flat[FLAT_SIZE];
    size_t size = flatten(parts, count, flat);
    if (size) {
        XXH128_canonicalFromHash(&bytes, XXH3_128bits(flat, size));
    } else {
        /* The two widths share one state and one update; only the digest differs. */
        XXH3_state_t state;
        XXH3_128bits_reset(&state);
        add_parts(&state, parts, count);
        XXH128_canonicalFromHash(&bytes, XXH3_128bits_digest(&state));
    }
    for (size_t i = 0; i < sizeof(bytes.digest); i++) {
        hex[2 * i] = digits[bytes.digest[i] >> 4];
        hex[2 * i + 1] = digits[bytes.digest[i] & 15];
    }
}

static uint32_t load32(const unsigned char *p)
{
    return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

uint32_t murmur2(struct str s)
{
    const uint32_t m = 0x5bd1e995;
    const unsigned char *p = (const unsigned char *)s.data;
    size_t left = s.size;
    uint32_t h = 0x9747b28cU ^ (uint32_t)s.size;

    for (; left >= 4; p += 4, left -= 4) {
        uint32_t k = load32(p) * m;
        k ^= k >> 24;
        h = (h * m) ^ (k * m);
    }
    if (left > 2)
        h ^= (uint32_t)p[2] << 16;
    if (left > 1)
        h ^= (uint32_t)p[1] << 8;
    if (left > 0)
        h = (h ^ p[0]) * m;
    h ^= h >> 13;
    h *= m;
    return h ^ h >> 15;
}

int32_t kafka_partition(struct str key, int32_t count)
{
    assert(count > 0);
    return (int32_t)((murmur2(key) & 0x7fffffffU) % (uint32_t)count);
}
