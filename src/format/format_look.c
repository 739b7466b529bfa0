#include "format_look.h"

#include <string.h>

#include "json_build.h"

/* "[field=value]": the first item of an array whose member `field` is `value`. */
static const cJSON *find_item(const struct mapping *mapping, const cJSON *array, struct str token)
{
    const char *equals = memchr(token.data, '=', token.size);
    struct str field = { token.data + 1, (size_t)(equals - token.data - 1) };
    struct str value = { equals + 1, (size_t)(token.data + token.size - equals - 2) };

    for (const cJSON *item = array->child; item; item = item->next) {
        if (str_equal(json_scalar(json_get(item, field), mapping->arena), value))
            return item;
    }
    return NULL;
}

static const cJSON *follow(const struct mapping *mapping, struct str pointer)
{
    const cJSON *item = mapping->root;
    const char *p = pointer.data, *end = p + pointer.size;

    while (item && p < end) {
        const char *from = ++p;
        p = memchr(from, '/', (size_t)(end - from));
        p = p ? p : end;
        struct str token = { from, (size_t)(p - from) };
        bool chosen = token.size > 2 && token.data[0] == '[' && p[-1] == ']' &&
                      memchr(token.data, '=', token.size);
        item = chosen && cJSON_IsArray(item) ? find_item(mapping, item, token)
                                             : json_step(item, token);
    }
    return item;
}

static bool is_placeholder(const struct format *format, const cJSON *item)
{
    for (size_t i = 0; i < format->placeholder_count; i++)
        if (str_equal(json_string(item), format->placeholders[i]))
            return true;
    return false;
}

const cJSON *format_look_up(const struct mapping *mapping, const struct path *path)
{
    const cJSON *item = NULL;

    if (path->kind == PATH_POINTER) {
        item = follow(mapping, path->rest);
    } else if (path->kind == PATH_KEY) {
        item = json_new_outside_string(mapping->record->key, mapping->arena);
    } else {
        char name[128];
        if (path->rest.size < sizeof(name)) {
            memcpy(name, path->rest.data, path->rest.size);
            name[path->rest.size] = '\0';
            item = json_new_outside_string(record_header(mapping->record, name), mapping->arena);
        }
    }
    bool empty = json_is_null(item) || (cJSON_IsString(item) && item->valuestring[0] == '\0') ||
                 is_placeholder(mapping->format, item);
    return empty ? NULL : item;
}

static bool test_holds(const struct mapping *mapping, const struct test *test)
{
    const cJSON *item = format_look_up(mapping, &test->path);

    if (test->kind == TEST_EXISTS || test->kind == TEST_ABSENT)
        return (item != NULL) == (test->kind == TEST_EXISTS);
    struct str text = item ? json_scalar(item, mapping->arena) : STR_NONE;
    if (test->kind == TEST_SAME) {
        const cJSON *other = format_look_up(mapping, &test->other);
        return str_present(text) && other && str_equal(text, json_scalar(other, mapping->arena));
    }
    bool found = false;
    for (size_t i = 0; i < test->value_count && !found; i++)
        found = str_present(text) && str_equal(text, test->values[i]);
    return found == (test->kind == TEST_EQUALS);
}

bool format_condition_holds(const struct mapping *mapping, const struct condition *condition)
{
    for (size_t i = 0; i < condition->test_count; i++) {
        if (!test_holds(mapping, &condition->tests[i]))
            return false;
    }
    return true;
}
