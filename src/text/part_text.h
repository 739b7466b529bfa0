/* Small questions about a piece of a line. Private to this folder. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include "base/str.h"

static inline char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

/* `prefix` is in lower case. */
static inline bool starts(struct str text, const char *prefix)
{
    size_t size = strlen(prefix);
    if (text.size < size)
        return false;
    for (size_t i = 0; i < size; i++)
        if (lower(text.data[i]) != prefix[i])
            return false;
    return true;
}

static inline bool ends(struct str text, const char *suffix)
{
    size_t size = strlen(suffix);
    return text.size >= size && starts((struct str){ text.data + text.size - size, size }, suffix);
}

static inline bool has(struct str text, const char *word)
{
    return memmem(text.data, text.size, word, strlen(word)) != NULL;
}

static inline bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static inline struct str skipped(struct str text, size_t size)
{
    return (struct str){ text.data + size, text.size - size };
}

static inline bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

static inline struct str trimmed(struct str text)
{
    while (text.size > 0 && is_blank(text.data[text.size - 1]))
        text.size--;
    while (text.size > 0 && is_blank(text.data[0]))
        text = skipped(text, 1);
    return text;
}
