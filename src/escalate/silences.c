#include "escalate/silences.h"

#include <stdatomic.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/table.h"
#include "json/json.h"
#include "json/json_writer.h"
#include "model/event.h"

enum { PARSE_BLOCK = 8192, ROW_BLOCK = 1024 };

struct row {
    struct silence silence; /* first: what silences_find gives out */
    struct matcher *matcher;
    atomic_uint users; /* tables that hold it */
    struct arena *arena;
};

struct silences {
    struct table *rows;
    uint64_t version;
};

static struct str row_key(const void *value)
{
    return ((const struct row *)value)->silence.id;
}

static void row_release(struct row *row)
{
    if (row == NULL || atomic_fetch_sub(&row->users, 1) > 1)
        return;
    struct arena *arena = row->arena;
    matcher_close(row->matcher);
    arena_free(arena);
}

struct silences *silences_new(void)
{
    struct silences *silences = mem_alloc(sizeof(*silences));
    silences->rows = table_new(row_key);
    return silences;
}

struct silences *silences_copy(const struct silences *silences)
{
    struct silences *copy = silences_new();
    struct row *row;
    copy->version = silences->version;
    for (size_t at = 0; (row = table_next(silences->rows, &at));) {
        atomic_fetch_add(&row->users, 1);
        table_put(copy->rows, row);
    }
    return copy;
}

void silences_free(struct silences *silences)
{
    if (!silences)
        return;
    struct row *row;
    for (size_t at = 0; (row = table_next(silences->rows, &at));)
        row_release(row);
    table_free(silences->rows);
    free(silences);
}

static bool read_time(const cJSON *root, const char *name, time_ms *time, struct error *err)
{
    struct str text = json_string(json_get(root, str_from(name)));
    if (!str_present(text))
        return error_set(err, "a silence needs '%s'", name);
    return time_parse(text, time, err) || error_prefix(err, "'%s'", name);
}

static bool read_text(const cJSON *root, const char *name, struct arena *arena, struct str *text,
                      struct error *err)
{
    *text = arena_copy(arena, json_string(json_get(root, str_from(name))));
    return !str_empty(*text) || error_set(err, "a silence needs '%s'", name);
}

/* Compiled for the row to keep. */
static bool read_match(struct row *row, struct error *err)
{
    struct silence *silence = &row->silence;
    row->matcher = matcher_parse(silence->match_text, row->arena, NULL, NULL, err);
    if (row->matcher == NULL)
        return error_prefix(err, "'match'");
    silence->matcher = row->matcher;
    struct str stranger = matcher_stranger(row->matcher, MATCHER_OF_NOTICES);
    return !str_present(stranger) ||
           error_set(err, "'match': a notice has no '%.*s'", STR_ARG(stranger));
}

static bool read_row(struct row *row, struct str id, const cJSON *root, struct error *err)
{
    struct silence *silence = &row->silence;
    silence->id = arena_copy(row->arena, id);
    silence->until_resolved = cJSON_IsTrue(json_get(root, STR("until_resolved")));
    if (!read_text(root, "match", row->arena, &silence->match_text, err) ||
        !read_text(root, "by", row->arena, &silence->by, err) ||
        !read_text(root, "comment", row->arena, &silence->comment, err) ||
        !read_time(root, "from", &silence->from, err) ||
        !read_time(root, "until", &silence->until, err))
        return false;
    if (silence->until < silence->from)
        return error_set(err, "a silence does not end before it begins");
    return read_match(row, err);
}

static struct row *row_make(struct str id, const cJSON *root, struct error *err)
{
    struct arena *arena = arena_new(ROW_BLOCK);
    struct row *row = arena_alloc(arena, sizeof(*row));
    row->arena = arena;
    atomic_init(&row->users, 1);
    if (read_row(row, id, root, err))
        return row;
    row_release(row);
    return NULL;
}

bool silences_put(struct silences *silences, struct str id, struct str value, struct error *err)
{
    if (str_empty(id))
        return error_set(err, "a silence needs an id as the record's key");
    struct row *row = NULL;
    if (str_present(value)) {
        struct arena *arena = arena_new(PARSE_BLOCK);
        struct error why = { "" };
        size_t at = 0;
        const cJSON *root = json_parse(value, &json_event_limits, arena, NULL, &at, &why);
        if (root)
            row = row_make(id, root, &why);
        else
            error_prefix(&why, "byte %zu", at);
        arena_free(arena);
        if (row == NULL)
            return error_set(err, "silence '%.*s': %s", STR_ARG(utf8_prefix(id, 64)), why.text);
    }
    row_release(row ? table_put(silences->rows, row) : table_remove(silences->rows, id));
    silences->version++;
    return true;
}

size_t silences_count(const struct silences *silences)
{
    return table_count(silences->rows);
}

uint64_t silences_version(const struct silences *silences)
{
    return silences ? silences->version : 0;
}

const struct silence *silences_find(const struct silences *silences, struct str id)
{
    return silences ? table_get(silences->rows, id) : NULL;
}

const struct silence *silences_next(const struct silences *silences, size_t *at)
{
    return silences ? table_next(silences->rows, at) : NULL;
}

struct str silence_encode(const struct silence *silence, struct arena *arena)
{
    struct buf out = { 0 };
    struct json_writer writer = json_writer_to(&out), *json = &writer;
    json_open_object(json);
    JSON_TEXT(json, "kind", "silence");
    JSON_STR(json, "id", silence->id);
    JSON_STR(json, "match", silence->match_text);
    JSON_STR(json, "by", silence->by);
    JSON_STR(json, "comment", silence->comment);
    JSON_TIME_MS(json, "from", silence->from);
    JSON_TIME_MS(json, "until", silence->until);
    JSON_BOOL(json, "until_resolved", silence->until_resolved);
    json_close_object(json);
    struct str copy = arena_copy(arena, buf_str(&out));
    buf_free(&out);
    return copy;
}
