/* The bytes of state: variable-length numbers, times relative to one moment, strings with their
 * length. Reading never runs past the end: the first thing missing makes everything after it zero
 * and `failed` true. */
#pragma once

#include "base/buf.h"
#include "base/str.h"
#include "base/time.h"

static inline void pack_byte(struct buf *out, unsigned value)
{
    buf_add_char(out, (char)value);
}
void pack_large(struct buf *out, uint64_t value);
/* 7 bits a byte, low first: nearly all need one. */
static inline void pack_number(struct buf *out, uint64_t value)
{
    if (value < 0x80)
        pack_byte(out, (unsigned)value);
    else
        pack_large(out, value);
}
void pack_signed(struct buf *out, int64_t value);   /* zigzag */
void pack_fixed32(struct buf *out, uint32_t value); /* little-endian */
void pack_fixed64(struct buf *out, uint64_t value);
void pack_str(struct buf *out, struct str value);             /* absent differs from empty */
void pack_time(struct buf *out, time_ms value, time_ms base); /* TIME_NEVER is one byte */

struct unpack {
    const unsigned char *at, *end;
    bool failed;
};

struct unpack unpack_from(struct str bytes);
static inline unsigned unpack_byte(struct unpack *in)
{
    if (!in->failed && in->at < in->end)
        return *in->at++;
    in->failed = true;
    return 0;
}
uint64_t unpack_large(struct unpack *in);
static inline uint64_t unpack_number(struct unpack *in)
{
    if (!in->failed && in->at < in->end && *in->at < 0x80)
        return *in->at++;
    return unpack_large(in);
}
int64_t unpack_signed(struct unpack *in);
uint32_t unpack_fixed32(struct unpack *in);
uint64_t unpack_fixed64(struct unpack *in);
struct str unpack_str(struct unpack *in); /* points into the bytes */
time_ms unpack_time(struct unpack *in, time_ms base);
/* `size` raw bytes, or NULL + failed. */
const unsigned char *unpack_bytes(struct unpack *in, size_t size);
/* A number that must be at most `max`. */
static inline uint64_t unpack_bounded(struct unpack *in, uint64_t max)
{
    uint64_t value = unpack_number(in);
    if (value <= max)
        return value;
    in->failed = true;
    return 0;
}
