#include "yaml/yaml.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <libfyaml.h>

enum { YAML_DEPTH_MAX = 64 };

struct reader {
    struct fy_parser *parser;
    struct fy_diag *diag;
    struct str file;
    struct arena *arena;
    struct error *err;
};

static bool fail_at(const struct reader *reader, int line, int column, const char *sentence)
{
    return error_set(reader->err, "%.*s:%d:%d: %s", STR_ARG(reader->file), line, column, sentence);
}

static struct yaml *node_new(const struct reader *reader, enum yaml_kind kind,
                             const struct fy_mark *mark)
{
    struct yaml *node = arena_alloc(reader->arena, sizeof(*node));
    node->kind = kind;
    node->place.file = reader->file;
    node->place.line = mark ? mark->line + 1 : 1;
    node->place.column = mark ? mark->column + 1 : 1;
    return node;
}

static bool fail_on(const struct reader *reader, struct fy_event *event, const char *sentence)
{
    const struct fy_mark *mark = fy_event_start_mark(event);
    return fail_at(reader, mark ? mark->line + 1 : 1, mark ? mark->column + 1 : 1, sentence);
}

/* What libfyaml found wrong. Its own words, because they are about YAML and not about us. */
static bool fail_by_library(const struct reader *reader)
{
    void *at = NULL;
    const struct fy_diag_error *found = fy_diag_errors_iterate(reader->diag, &at);
    if (!found)
        return fail_at(reader, 1, 1, "this is not YAML");
    struct str words = str_from(found->msg);
    while (words.size > 0 && words.data[words.size - 1] == '\n')
        words.size--;
    struct str sentence = arena_printf(reader->arena, "this is not YAML: %.*s", STR_ARG(words));
    return fail_at(reader, found->line > 0 ? found->line : 1, found->column > 0 ? found->column : 1,
                   sentence.data);
}

static struct fy_event *next_event(const struct reader *reader)
{
    struct fy_event *event = fy_parser_parse(reader->parser);
    if (!event || fy_parser_get_stream_error(reader->parser)) {
        fail_by_library(reader);
        if (event)
            fy_parser_event_free(reader->parser, event);
        return NULL;
    }
    return event;
}

static bool means_nothing(struct str text)
{
    return text.size == 0 || str_is(text, "~") || str_is(text, "null") || str_is(text, "Null") ||
           str_is(text, "NULL");
}

static struct yaml *read_scalar(const struct reader *reader, struct fy_event *event)
{
    size_t size = 0;
    const char *text = fy_token_get_text(event->scalar.value, &size);
    struct yaml *node = node_new(reader, YAML_TEXT, fy_event_start_mark(event));

    /* An empty plain scalar has no token: its style is "any". */
    enum fy_scalar_style style = fy_scalar_token_get_style(event->scalar.value);
    node->quoted = style != FYSS_PLAIN && style != FYSS_ANY;
    /* Its mark is behind the quote. */
    if (style == FYSS_SINGLE_QUOTED || style == FYSS_DOUBLE_QUOTED)
        node->place.column--;
    node->text = arena_copy(reader->arena, (struct str){ text ? text : "", text ? size : 0 });
    if (!node->quoted && means_nothing(node->text))
        node->kind = YAML_NULL;
    return node;
}

static void append(struct reader *reader, struct yaml *node, struct yaml *key, struct yaml *item)
{
    /* Capacities are powers of two, so the count alone tells when to grow. */
    if ((node->count & (node->count - 1)) == 0) {
        size_t capacity = node->count ? 2 * node->count : 1;
        struct yaml **items = arena_alloc(reader->arena, capacity * sizeof(struct yaml *));
        struct yaml **keys = arena_alloc(reader->arena, capacity * sizeof(struct yaml *));
        if (node->count) {
            memcpy(items, node->items, node->count * sizeof(struct yaml *));
            memcpy(keys, node->keys, node->count * sizeof(struct yaml *));
        }
        node->items = items;
        node->keys = keys;
    }
    node->keys[node->count] = key;
    node->items[node->count++] = item;
}

static struct yaml *read_node(struct reader *reader, struct fy_event *event, int depth);

static struct yaml *read_list(struct reader *reader, struct fy_event *start, int depth)
{
    struct yaml *list = node_new(reader, YAML_LIST, fy_event_start_mark(start));
    for (;;) {
        struct fy_event *event = next_event(reader);
        if (!event)
            return NULL;
        bool end = event->type == FYET_SEQUENCE_END;
        struct yaml *item = end ? NULL : read_node(reader, event, depth);
        fy_parser_event_free(reader->parser, event);
        if (end)
            return list;
        if (!item)
            return NULL;
        if (item->kind == YAML_NULL && item->text.size == 0)
            item->place = list->place;
        append(reader, list, NULL, item);
    }
}

static bool check_key(const struct reader *reader, const struct yaml *map, const struct yaml *key)
{
    int line = key->place.line, column = key->place.column;
    if (key->kind == YAML_LIST || key->kind == YAML_MAP)
        return fail_at(reader, line, column, "a key must be a text");
    if (!key->quoted && str_is(key->text, "<<"))
        return fail_at(reader, line, column, "merge keys are not understood; use include");
    const struct yaml *twin = yaml_find(map, key->text);
    if (!twin)
        return true;
    struct str sentence = arena_printf(reader->arena, "'%.*s' is given twice in the same map",
                                       STR_ARG(utf8_prefix(key->text, 64)));
    return fail_at(reader, line, column, sentence.data);
}

static struct yaml *read_map(struct reader *reader, struct fy_event *start, int depth)
{
    struct yaml *map = node_new(reader, YAML_MAP, fy_event_start_mark(start));
    struct yaml *key = NULL;

    for (;;) {
        struct fy_event *event = next_event(reader);
        if (!event)
            return NULL;
        bool end = event->type == FYET_MAPPING_END;
        struct yaml *node = end ? NULL : read_node(reader, event, depth);
        fy_parser_event_free(reader->parser, event);
        if (end)
            return map;
        if (!node || (!key && !check_key(reader, map, node)))
            return NULL;
        if (!key) {
            key = node;
            continue;
        }
        /* What is left out has no place of its own. */
        if (node->kind == YAML_NULL && node->text.size == 0)
            node->place = key->place;
        append(reader, map, key, node);
        key = NULL;
    }
}

static struct yaml *read_node(struct reader *reader, struct fy_event *event, int depth)
{
    if (depth > YAML_DEPTH_MAX) {
        fail_on(reader, event, "this nests deeper than 64 levels");
        return NULL;
    }
    switch (event->type) {
    case FYET_SCALAR:
        if (event->scalar.anchor || event->scalar.tag)
            break;
        return read_scalar(reader, event);
    case FYET_SEQUENCE_START:
        if (event->sequence_start.anchor || event->sequence_start.tag)
            break;
        return read_list(reader, event, depth + 1);
    case FYET_MAPPING_START:
        if (event->mapping_start.anchor || event->mapping_start.tag)
            break;
        return read_map(reader, event, depth + 1);
    default:
        break;
    }
    fail_on(reader, event, "anchors, aliases and tags are not understood; use include");
    return NULL;
}

static struct yaml *read_stream(struct reader *reader)
{
    struct yaml *root = NULL;
    bool done = false;

    while (!done) {
        struct fy_event *event = next_event(reader);
        if (!event)
            return NULL;
        bool ok = true;
        if (event->type == FYET_STREAM_END)
            done = true;
        else if (event->type == FYET_DOCUMENT_START && root)
            ok = fail_on(reader, event, "a file holds one document only");
        else if (event->type != FYET_STREAM_START && event->type != FYET_DOCUMENT_START &&
                 event->type != FYET_DOCUMENT_END) {
            root = read_node(reader, event, 0);
            ok = root != NULL;
        }
        fy_parser_event_free(reader->parser, event);
        if (!ok)
            return NULL;
    }
    return root ? root : node_new(reader, YAML_NULL, NULL);
}

/* Line and column of a byte; columns count characters, as editors do. */
static void fail_at_byte(const struct reader *reader, struct str text, size_t at,
                         const char *sentence)
{
    int line = 1, column = 1;
    for (size_t i = 0; i < at; i++) {
        if (text.data[i] == '\n') {
            line++;
            column = 1;
        } else if (((unsigned char)text.data[i] & 0xC0) != 0x80) {
            column++;
        }
    }
    fail_at(reader, line, column, sentence);
}

/* The library's output function: it collects, nothing is printed. */
static void say_nothing(struct fy_diag *diag, void *user, const char *text, size_t size)
{
    (void)diag, (void)user, (void)text, (void)size;
}

struct yaml *yaml_parse(struct str file, struct str text, struct arena *arena, struct error *err)
{
    struct reader reader = { .arena = arena, .file = file, .err = err };
    struct yaml *root = NULL;
    size_t at = 0;

    if (!utf8_valid(text, &at)) {
        fail_at_byte(&reader, text, at, "this byte is not UTF-8");
        return NULL;
    }
    const char *nul = text.size ? memchr(text.data, 0, text.size) : NULL;
    if (nul) {
        fail_at_byte(&reader, text, (size_t)(nul - text.data), "a NUL byte is not YAML");
        return NULL;
    }
    if (text.size == 0)
        return node_new(&reader, YAML_NULL, NULL);

    struct fy_diag_cfg diag = { .output_fn = say_nothing, .level = FYET_ERROR, .module_mask = ~0u };
    reader.diag = fy_diag_create(&diag);
    if (!reader.diag) {
        error_set(err, "libfyaml cannot start");
        return NULL;
    }
    fy_diag_set_collect_errors(reader.diag, true);
    /* Duplicates are found here, with both readers and positions in mind. */
    struct fy_parse_cfg parse = { .search_path = "",
                                  .flags = FYPCF_QUIET | FYPCF_COLLECT_DIAG | FYPCF_JSON_NONE |
                                           FYPCF_ALLOW_DUPLICATE_KEYS,
                                  .diag = reader.diag };
    reader.parser = fy_parser_create(&parse);
    if (reader.parser && fy_parser_set_string(reader.parser, text.data, text.size) == 0)
        root = read_stream(&reader);
    else
        error_set(err, "libfyaml cannot start");
    if (reader.parser)
        fy_parser_destroy(reader.parser);
    fy_diag_destroy(reader.diag);
    return root;
}

struct yaml *yaml_find(const struct yaml *map, struct str key)
{
    if (!map || map->kind != YAML_MAP)
        return NULL;
    for (size_t i = 0; i < map->count; i++) {
        if (str_equal(map->keys[i]->text, key))
            return map->items[i];
    }
    return NULL;
}

struct yaml *yaml_get(const struct yaml *map, const char *key)
{
    return yaml_find(map, str_from(key));
}

void yaml_put(struct yaml *map, struct yaml *key, struct yaml *value, struct arena *arena)
{
    for (size_t i = 0; i < map->count; i++) {
        if (str_equal(map->keys[i]->text, key->text)) {
            map->keys[i] = key;
            map->items[i] = value;
            return;
        }
    }
    struct reader reader = { .arena = arena };
    append(&reader, map, key, value);
}

const char *yaml_kind_name(const struct yaml *node)
{
    static const char *const names[] = { "nothing", "a text", "a list", "a map" };
    return node ? names[node->kind] : names[YAML_NULL];
}

bool yaml_error(const struct yaml *node, struct error *err, const char *format, ...)
{
    char sentence[400];
    va_list args;

    va_start(args, format);
    vsnprintf(sentence, sizeof(sentence), format, args);
    va_end(args);
    return error_set(err, "%.*s:%d:%d: %s", STR_ARG(node->place.file), node->place.line,
                     node->place.column, sentence);
}
