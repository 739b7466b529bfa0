#include "ctl/members.h"

#include <string.h>

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
        if (depth == 0 && (*p == ',' || *p == '}' || *p == ']'))
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
    const char *p = object.data, *end = object.data + object.size;
    for (size_t i = 0; i < count; i++)
        values[i] = STR_NONE;
    while (p < end && (*p == '{' || *p == ',') && end - p > 2 && p[1] == '"') {
        const char *name = p + 2, *after = skip_string(p + 1, end);
        struct str key = { name, (size_t)(after - name - 1) };
        const char *value = after + 1;
        p = skip_value(value, end);
        for (size_t i = 0; i < count; i++) {
            if (str_equal(key, names[i]) && *value != 'n')
                values[i] = (struct str){ value, (size_t)(p - value) };
        }
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
    const char *p = array.data + *at + 1; /* behind '[' or ',' */
    if (array.size < 2 || p >= end || *p == ']')
        return false;
    const char *after = skip_value(p, end);
    *item = (struct str){ p, (size_t)(after - p) };
    *at = (size_t)(after - array.data);
    return true;
}
