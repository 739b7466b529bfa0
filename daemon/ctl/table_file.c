#include "ctl/table_file.h"

#include "ctl/input.h"
#include "ctl/members.h"
#include "json/json.h"

enum { LINE_BLOCK = 16 * 1024 };

/* The member of a row that is the record's key. */
static const char *const keys[GLOBAL_COUNT] = {
    [GLOBAL_CUSTOMERS] = "account", [GLOBAL_SILENCES] = "id", [GLOBAL_VERSIONS] = "changelog"
};

static bool take_line(enum global global, void *table, struct str line, struct arena *arena,
                      struct error *err)
{
    static const struct str names[] = { { "value", 5 } };
    size_t at = 0;
    struct str value;
    arena_reset(arena);
    const cJSON *row = json_parse(line, &json_event_limits, arena, NULL, &at, err);
    if (row == NULL)
        return error_prefix(err, "byte %zu", at);
    struct str key = json_string(json_get(row, str_from(keys[global])));
    if (!str_empty(key))
        return global_rows[global].put(table, key, line, err);
    members_find(line, names, &value, 1);
    return global_rows[global].put(table, json_string(json_get(row, STR("key"))), value, err);
}

void *table_from_file(enum global global, const char *path, struct error *err)
{
    struct error why = { "" };
    struct input *input = input_open(path, err);
    if (input == NULL)
        return NULL;
    void *table = global_rows[global].make();
    struct arena *arena = arena_new(LINE_BLOCK);
    struct str line;
    bool ok = true;
    while (ok && input_line(input, &line, &why)) {
        if (line.size > 0 && !take_line(global, table, line, arena, &why))
            ok = error_set(err, "%s:%ld: %s", path, input_line_number(input), why.text);
    }
    if (ok && why.text[0])
        ok = error_set(err, "%s: %s", path, why.text);
    input_close(input);
    arena_free(arena);
    if (ok)
        return table;
    global_rows[global].free(table);
    return NULL;
}

void table_file_close(enum global global, void *table)
{
    global_rows[global].free(table);
}
