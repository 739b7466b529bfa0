#include "base/pack.h"

#include <string.h>

void pack_large(struct buf *out, uint64_t value)
{
    unsigned char bytes[10];
    size_t size = 0;
    while (value >= 0x80) {
        bytes[size++] = (unsigned char)(value | 0x80);
        value >>= 7;
    }
    bytes[size++] = (unsigned char)value;
    buf_add(out, bytes, size);
}

void pack_signed(struct buf *out, int64_t value)
{
    uint64_t bits = (uint64_t)value;
    pack_number(out, (bits << 1) ^ (value < 0 ? UINT64_MAX : 0));
}

void pack_fixed32(struct buf *out, uint32_t value)
{
    unsigned char bytes[4];
    for (size_t i = 0; i < sizeof(bytes); i++)
        bytes[i] = (unsigned char)(value >> (8 * i));
    buf_add(out, bytes, sizeof(bytes));
}

void pack_fixed64(struct buf *out, uint64_t value)
{
    unsigned char bytes[8];
    for (size_t i = 0; i < sizeof(bytes); i++)
        bytes[i] = (unsigned char)(value >> (8 * i));
    buf_add(out, bytes, sizeof(bytes));
}

void pack_str(struct buf *out, struct str value)
{
    if (!str_present(value)) {
        pack_byte(out, 0);
        return;
    }
    pack_number(out, value.size + 1);
    buf_add(out, value.data, value.size);
}

void pack_time(struct buf *out, time_ms value, time_ms base)
{
    if (value == TIME_NEVER) {
        pack_byte(out, 0);
        return;
    }
    /* Moments lie within years of each other; those of a damaged record only have to be harmless.
     */
    int64_t delta = (int64_t)((uint64_t)value - (uint64_t)base);
    uint64_t zigzag = ((uint64_t)delta << 1) ^ (delta < 0 ? UINT64_MAX : 0);
    pack_number(out, zigzag + 1);
}

struct unpack unpack_from(struct str bytes)
{
    const unsigned char *at = (const unsigned char *)bytes.data;
    return (struct unpack){ at, at + bytes.size, false };
}

const unsigned char *unpack_bytes(struct unpack *in, size_t size)
{
    if (in->failed || (size_t)(in->end - in->at) < size) {
        in->failed = true;
        return NULL;
    }
    const unsigned char *bytes = in->at;
    in->at += size;
    return bytes;
}

uint64_t unpack_large(struct unpack *in)
{
    uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
        unsigned byte = unpack_byte(in);
        if (shift == 63 && byte > 1)
            break;
        value |= (uint64_t)(byte & 0x7f) << shift;
        if (byte < 0x80)
            return in->failed ? 0 : value;
    }
    in->failed = true;
    return 0;
}

static int64_t unzigzag(uint64_t bits)
{
    return (int64_t)(bits >> 1) ^ -(int64_t)(bits & 1);
}

int64_t unpack_signed(struct unpack *in)
{
    return unzigzag(unpack_number(in));
}

uint32_t unpack_fixed32(struct unpack *in)
{
    const unsigned char *bytes = unpack_bytes(in, 4);
    uint32_t value = 0;
    for (size_t i = 0; bytes && i < 4; i++)
        value |= (uint32_t)bytes[i] << (8 * i);
    return value;
}

uint64_t unpack_fixed64(struct unpack *in)
{
    const unsigned char *bytes = unpack_bytes(in, 8);
    uint64_t value = 0;
    for (size_t i = 0; bytes && i < 8; i++)
        value |= (uint64_t)bytes[i] << (8 * i);
    return value;
}

struct str unpack_str(struct unpack *in)
{
    uint64_t size = unpack_number(in);
    if (size == 0)
        return STR_NONE;
    const unsigned char *bytes = unpack_bytes(in, size - 1);
    return bytes ? (struct str){ (const char *)bytes, size - 1 } : STR_NONE;
}

time_ms unpack_time(struct unpack *in, time_ms base)
{
    uint64_t bits = unpack_number(in);
    if (in->failed || bits == 0)
        return TIME_NEVER;
    time_ms value = 0;
    if (__builtin_add_overflow(base, unzigzag(bits - 1), &value)) {
        in->failed = true;
        return TIME_NEVER;
    }
    return value;
}
