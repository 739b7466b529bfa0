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
void buf_clear(struct buf *buf); /* keeps the memory */
void buf_reserve(struct buf *buf, size_t more);
void buf_add(struct buf *buf, const void *data, size_t size);
void buf_add_str(struct buf *buf, struct str s);
void buf_add_char(struct buf *buf, char c);
void buf_printf(struct buf *buf, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* What is in it, valid until the next change. */
static inline struct str buf_str(const struct buf *buf)
{
    return (struct str){ buf->data ? buf->data : "", buf->size };
}
/* The same with a NUL behind it. */
const char *buf_text(struct buf *buf);
