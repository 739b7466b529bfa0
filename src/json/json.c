#include "json/json.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    CJSON_NUMBER = 63,  /* bytes of a number that cJSON looks at */
    DOUBLE_DIGITS = 15, /* any number of so many digits survives a double */
};

/* The one exception to "no globals": cJSON's hooks take no context, and they are the process's,
 * while an arena belongs to one thread. It is set while json_parse runs and NULL otherwise. */
static _Thread_local struct arena *parse_arena;

static void *allocate(size_t size)
{
    assert(parse_arena); /* cJSON is used through json_parse only */
    return arena_alloc_raw(parse_arena, size);
}

static void release(void *memory)
{
    (void)memory; /* the arena's */
}

void json_init(void)
{
    cJSON_Hooks hooks = { allocate, release };

    cJSON_InitHooks(&hooks);
}

/* A copy in which every escape that means U+FFFD here is written as one: cJSON would end the
 * string at \u0000 and refuse half a pair. Both spellings have six bytes. */
static struct str write_replacements(struct str text, struct arena *arena)
{
    char *copy = arena_alloc_raw(arena, text.size);
    const char *end = text.data + text.size;
    size_t size = 0;

    memcpy(copy, text.data, text.size);
    /* Outside strings valid JSON has no backslash. */
    for (const char *p = text.data; (p = memchr(p, '\\', (size_t)(end - p))); p += size) {
        if (json_escape(p, end, &size) == 0xFFFD)
            memcpy(copy + (p - text.data), "\\ufffd", 6);
    }
    return (struct str){ copy, text.size };
}

/* The next number of the text, in document order; steps over strings. */
static struct str next_number(const char **at, const char *end)
{
    const char *p = *at;

    for (bool quoted = false; p < end; p++) {
        if (quoted && *p == '\\')
            p++;
        else if (*p == '"')
            quoted = !quoted;
        else if (!quoted && (*p == '-' || (*p >= '0' && *p <= '9')))
            break;
    }
    struct str number = { p, 0 };
    while (p < end && (strchr("+-.eE", *p) || (*p >= '0' && *p <= '9')))
        p++;
    number.size = (size_t)(p - number.data);
    *at = p;
    return number;
}

static size_t count_digits(struct str number)
{
    size_t digits = 0;

    for (size_t i = 0; i < number.size; i++)
        digits += number.data[i] >= '0' && number.data[i] <= '9';
    return digits;
}

/* cJSON looks at 63 bytes of a number and fails on what is left. Longer ones become a zero and
 * spaces; keep_digits then sets text and value. */
static struct str shorten_numbers(struct str text, struct arena *arena)
{
    char *copy = arena_alloc_raw(arena, text.size);
    const char *at = copy, *end = copy + text.size;

    memcpy(copy, text.data, text.size);
    while (at < end) {
        struct str number = next_number(&at, end);
        if (number.size <= CJSON_NUMBER)
            continue;
        char *from = copy + (number.data - copy);
        memset(from, ' ', number.size);
        *from = '0';
    }
    return (struct str){ copy, text.size };
}

/* cJSON keeps a number as a double only. Its nodes have room for a text, so numbers that a double
 * does not hold get theirs from a second look at the bytes: tree and bytes have the numbers in the
 * same order. */
static void keep_digits(cJSON *item, const char **at, const char *end, struct arena *arena)
{
    for (; item; item = item->next) {
        if (cJSON_IsNumber(item)) {
            struct str number = next_number(at, end);
            if (count_digits(number) > DOUBLE_DIGITS || !isfinite(item->valuedouble)) {
                item->valuestring = (char *)arena_copy(arena, number).data;
                item->valuedouble = strtod(item->valuestring, NULL);
            }
        }
        if (item->child)
            keep_digits(item->child, at, end, arena);
    }
}

const cJSON *json_parse(struct str text, const struct json_limits *limits, struct arena *arena,
                        bool *replaced, size_t *at, struct error *err)
{
    struct json_traits traits;

    if (!json_check(text, limits, &traits, at, err))
        return NULL;
    if (traits.replaced)
        text = write_replacements(text, arena);
    struct str parsed = traits.wide ? shorten_numbers(text, arena) : text;
    parse_arena = arena;
    cJSON *root = cJSON_ParseWithLength(parsed.data, parsed.size);
    parse_arena = NULL;
    if (!root) {
        /* The check is stricter than cJSON, so this is for what nobody thought of. */
        error_set(err, "the parser refuses what is valid JSON");
        return NULL;
    }
    if (traits.wide) {
        const char *from = text.data;
        keep_digits(root, &from, text.data + text.size, arena);
    }
    if (replaced)
        *replaced = traits.replaced;
    return root;
}

struct str json_name(const cJSON *member)
{
    return str_from(member->string);
}

const cJSON *json_get(const cJSON *object, struct str name)
{
    if (!cJSON_IsObject(object))
        return NULL;
    for (const cJSON *item = object->child; item; item = item->next) {
        if (name.size > 0 && *item->string != *name.data)
            continue; /* most, without a call */
        if (strncmp(item->string, name.data, name.size) == 0 && item->string[name.size] == '\0')
            return item;
    }
    return NULL;
}

/* A token of a pointer against a name that is not escaped. */
static bool token_is(struct str token, const char *name)
{
    for (size_t i = 0; i < token.size; i++, name++) {
        char c = token.data[i];
        if (c == '~' && i + 1 < token.size)
            c = token.data[++i] == '1' ? '/' : '~';
        if (c != *name || c == '\0')
            return false;
    }
    return *name == '\0';
}

static const cJSON *array_item(const cJSON *array, struct str token)
{
    int64_t index = 0;

    if (!str_to_int(token, &index) || index < 0 || (token.size > 1 && token.data[0] == '0') ||
        token.data[0] == '-')
        return NULL;
    const cJSON *item = array->child;
    for (; item && index > 0; index--)
        item = item->next;
    return item;
}

const cJSON *json_step(const cJSON *item, struct str token)
{
    if (cJSON_IsArray(item))
        return array_item(item, token);
    if (!cJSON_IsObject(item))
        return NULL;
    for (item = item->child; item && !token_is(token, item->string);)
        item = item->next;
    return item;
}

const cJSON *json_pointer(const cJSON *root, struct str pointer)
{
    const char *p = pointer.data, *end = p + pointer.size;
    const cJSON *item = root;

    while (item && p < end) {
        if (*p++ != '/')
            return NULL;
        const char *slash = memchr(p, '/', (size_t)(end - p));
        const char *stop = slash ? slash : end;
        item = json_step(item, (struct str){ p, (size_t)(stop - p) });
        p = stop;
    }
    return item;
}

struct str json_string(const cJSON *item)
{
    return cJSON_IsString(item) ? str_from(item->valuestring) : STR_NONE;
}

/* A whole number of at most 15 digits, so exact. */
static bool whole(double value)
{
    return value > -1e15 && value < 1e15 && (double)(int64_t)value == value;
}

static struct str number_text(const cJSON *item, struct arena *arena)
{
    double value = item->valuedouble;

    if (item->valuestring)
        return str_from(item->valuestring);
    if (whole(value))
        return arena_printf(arena, "%lld", (long long)value);
    /* 15 digits are what the text had at most, so they are the shortest form that is exact. */
    return arena_printf(arena, "%.15g", value);
}

struct str json_scalar(const cJSON *item, struct arena *arena)
{
    if (cJSON_IsBool(item))
        return cJSON_IsTrue(item) ? STR("true") : STR("false");
    if (cJSON_IsNumber(item))
        return number_text(item, arena);
    return json_string(item);
}

bool json_integer(const cJSON *item, int64_t *out)
{
    if (!cJSON_IsNumber(item))
        return false;
    if (item->valuestring)
        return str_to_int(str_from(item->valuestring), out);
    if (!whole(item->valuedouble))
        return false;
    *out = (int64_t)item->valuedouble;
    return true;
}

bool json_is_null(const cJSON *item)
{
    return !item || cJSON_IsNull(item);
}
