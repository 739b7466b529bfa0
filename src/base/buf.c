#include "base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/mem.h"

void buf_free(struct buf *buf)
{
    free(buf->data);
    *buf = (struct buf){ 0 };
}

void buf_clear(struct buf *buf)
{
    buf->size = 0;
}

void buf_grow(struct buf *buf, size_t more)
{
    size_t need = 0;

    if (__builtin_add_overflow(buf->size, more, &need))
        abort();
    size_t capacity = buf->capacity < 32 ? 64 : buf->capacity * 2;
    if (capacity < need)
        capacity = need;
    buf->data = mem_resize(buf->data, capacity, 1);
    buf->capacity = capacity;
}

void buf_add_shell_word(struct buf *buf, struct str word)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                "_-./:%@+,=";
    bool quoted = str_empty(word);
    for (size_t i = 0; i < word.size; i++)
        quoted |=
            (unsigned char)word.data[i] < 0x80 && !memchr(plain, word.data[i], sizeof(plain) - 1);
    if (quoted)
        buf_add_char(buf, '\'');
    for (size_t i = 0; i < word.size; i++) {
        if (word.data[i] == '\'')
            buf_add_str(buf, STR("'\\''"));
        else
            buf_add_char(buf, word.data[i]);
    }
    if (quoted)
        buf_add_char(buf, '\'');
}

void buf_printf(struct buf *buf, const char *format, ...)
{
    va_list args;

    buf_reserve(buf, 64);
    size_t room = buf->capacity - buf->size;
    va_start(args, format);
    int length = vsnprintf(buf->data + buf->size, room, format, args);
    va_end(args);
    if (length < 0)
        abort();
    if ((size_t)length >= room) {
        buf_reserve(buf, (size_t)length + 1);
        va_start(args, format);
        vsnprintf(buf->data + buf->size, (size_t)length + 1, format, args);
        va_end(args);
    }
    buf->size += (size_t)length;
}

const char *buf_text(struct buf *buf)
{
    buf_reserve(buf, 1);
    buf->data[buf->size] = '\0';
    return buf->data;
}
