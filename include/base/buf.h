/* A growing run of bytes that owns its memory. Zero-initialise it: `struct buf b = {0}`. */
#pragma once

#include <stddef.h>
#include "base/str.h"

struct buf {
    char *data; /* not NUL-terminated, see buf_text */
    size_t size;
    size_t capacity;
};

void buf_free(struct buf *buf);
void buf_clear(struct buf *buf);             /* keeps the memory */
void buf_grow(struct buf *buf, size_t more); /* what buf_reserve does where there is no room */
/* Inline like what adds some bytes: there is room nearly always. */
static inline void buf_reserve(struct buf *buf, size_t more)
{
    if (__builtin_expect(buf->capacity - buf->size < more, 0))
        buf_grow(buf, more);
}
static inline void buf_add(struct buf *buf, const void *data, size_t size)
{
    if (size == 0)
        return;
    buf_reserve(buf, size);
    memcpy(buf->data + buf->size, data, size);
    buf->size += size;
}
static inline void buf_add_str(struct buf *buf, struct str s)
{
    buf_add(buf, s.data, s.size);
}
static inline void buf_add_char(struct buf *buf, char c)
{
    buf_reserve(buf, 1);
    buf->data[buf->size++] = c;
}
/* As one word of a POSIX shell, in single quotes where it has what a shell would act on, or is
 * empty. */
void buf_add_shell_word(struct buf *buf, struct str word);
void buf_printf(struct buf *buf, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* What is in it, valid until the next change. */
static inline struct str buf_str(const struct buf *buf)
{
    return (struct str){ buf->data ? buf->data : "", buf->size };
}
/* The same with a NUL behind it. */
const char *buf_text(struct buf *buf);
