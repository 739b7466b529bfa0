#include "base/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include "base/str.h"

/* Formats into `text`; a sentence that does not fit ends in "..." on a character boundary. */
static void format_cut(char *text, size_t size, const char *format, va_list args)
{
    int length = vsnprintf(text, size, format, args);

    if (length < 0) {
        text[0] = '\0';
        return;
    }
    if ((size_t)length < size)
        return;
    size_t end = size - sizeof("...");
    while (end > 0 && ((unsigned char)text[end] & 0xC0) == 0x80)
        end--;
    memcpy(text + end, "...", sizeof("..."));
}

bool error_set(struct error *err, const char *format, ...)
{
    /* Formatted aside: an argument may be the old text. */
    struct error fresh;
    va_list args;

    if (!err)
        return false;
    va_start(args, format);
    format_cut(fresh.text, sizeof(fresh.text), format, args);
    va_end(args);
    memcpy(err->text, fresh.text, strlen(fresh.text) + 1);
    return false;
}

bool error_prefix(struct error *err, const char *format, ...)
{
    struct error prefix;
    va_list args;

    if (!err)
        return false;
    va_start(args, format);
    format_cut(prefix.text, sizeof(prefix.text), format, args);
    va_end(args);
    return error_set(err, "%s: %s", prefix.text, err->text);
}
