#include "ctl/members.h"

#include <string.h>

static const char *skip_blanks(const char *p, const char *end)
{
    while (p < end && (*p == ' ' || *p == '\t' || *p == '\n' || *p == '\r'))
        p++;
    return p;
}

/* Behind the string that begins at `p`. */
static const char *skip_string(const char *p, const char *end)
{
    for (p++; p < end && *p != '"'; p++) {
        if (*p == '\\')
            p++;
    }
    return p < end ? p + 1 : end;
}

/* Behind the value that begins at `p`. */
static const char *skip_value(const char *p, const char *end)
{
    int depth = 0;
    while (p < end) {
        if (*p == '"') {
            p = skip_string(p, end);
            if (depth == 0)
                return p;
            continue;
        }
        if (depth == 0 && (*p == ',' || *p == '}' || *p == ']' || *p == ' ' || *p == '\t' ||
                           *p == '\n' || *p == '\r'))
            return p;
        depth += (*p == '{' || *p == '[') - (*p == '}' || *p == ']');
        p++;
        if (depth == 0 && (p[-1] == '}' || p[-1] == ']'))
            return p;
    }
    return end;
}

void members_find(struct str object, const struct str *names, struct str *values, size_t count)
{
    const char *end = object.data + object.size;
    const char *p = skip_blanks(object.data, end);
    for (size_t i = 0; i < count; i++)
        values[i] = STR_NONE;
    while (p < end && (*p == '{' || *p == ',')) {
        const char *name = skip_blanks(p + 1, end);
        if (name == end || *name != '"')
            return;
        const char *after = skip_string(name, end);
        struct str key = { name + 1, (size_t)(after - name - 2) };
        const char *value = skip_blanks(skip_blanks(after, end) + 1, end); /* behind the colon */
        p = skip_value(value, end);
        for (size_t i = 0; i < count; i++) {
            if (str_equal(key, names[i]) && *value != 'n')
                values[i] = (struct str){ value, (size_t)(p - value) };
        }
        p = skip_blanks(p, end);
    }
}

struct str member_text(struct str value)
{
    return value.size >= 2 && value.data[0] == '"' ? (struct str){ value.data + 1, value.size - 2 }
                                                   : STR_NONE;
}

int member_int(struct str value)
{
    int64_t number = 0;
    str_to_int(value, &number);
    return (int)number;
}

bool members_next(struct str array, size_t *at, struct str *item)
{
    const char *end = array.data + array.size;
    if (array.size < 2)
        return false;
    const char *p = skip_blanks(array.data + *at + 1, end); /* behind '[' or ',' */
    if (p >= end || *p == ']')
        return false;
    const char *after = skip_value(p, end);
    *item = (struct str){ p, (size_t)(after - p) };
    *at = (size_t)(skip_blanks(after, end) - array.data);
    return true;
}
