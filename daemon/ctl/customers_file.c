#include "ctl/customers_file.h"

#include "ctl/input.h"
#include "ctl/members.h"
#include "json/json.h"

enum { LINE_BLOCK = 16 * 1024 };

static bool take_line(struct customers *customers, struct str line, struct arena *arena,
                      struct error *err)
{
    static const struct str names[] = { { "value", 5 } };
    size_t at = 0;
    struct str value;
    arena_reset(arena);
    const cJSON *row = json_parse(line, &json_event_limits, arena, NULL, &at, err);
    if (row == NULL)
        return error_prefix(err, "byte %zu", at);
    struct str account = json_string(json_get(row, STR("account")));
    if (!str_empty(account))
        return customers_put(customers, account, line, err);
    members_find(line, names, &value, 1);
    return customers_put(customers, json_string(json_get(row, STR("key"))), value, err);
}

struct customers *customers_from_file(const char *path, struct error *err)
{
    struct error why = { "" };
    struct input *input = input_open(path, err);
    if (input == NULL)
        return NULL;
    struct customers *customers = customers_new();
    struct arena *arena = arena_new(LINE_BLOCK);
    struct str line;
    bool ok = true;
    while (ok && input_line(input, &line, &why)) {
        if (line.size > 0 && !take_line(customers, line, arena, &why))
            ok = error_set(err, "%s:%ld: %s", path, input_line_number(input), why.text);
    }
    if (ok && why.text[0])
        ok = error_set(err, "%s: %s", path, why.text);
    input_close(input);
    arena_free(arena);
    if (ok)
        return customers;
    customers_free(customers);
    return NULL;
}
