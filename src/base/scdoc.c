#include "base/scdoc.h"

#include <string.h>

void scdoc_add(struct buf *out, const char *text)
{
    for (; *text; text++) {
        if (*text == '`') {
            buf_add_char(out, '*');
            continue;
        }
        if (strchr("\\*_~[]<>#|.'+-", *text))
            buf_add_char(out, '\\');
        buf_add_char(out, *text);
    }
}

void scdoc_add_literal(struct buf *out, const char *text)
{
    size_t size = strlen(text);
    bool ended = size > 0 && text[size - 1] == '\n';
    buf_printf(out, "```\n%s%s```\n", text, ended ? "" : "\n");
}
