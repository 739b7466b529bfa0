#include "config/reload.h"

#include <stdio.h>

#include "config/setting.h"

static bool same_properties(const struct config *old, const struct config *next)
{
    if (old->kafka_count != next->kafka_count)
        return false;
    for (size_t i = 0; i < old->kafka_count; i++) {
        const struct config_property *a = &old->kafka[i], *b = &next->kafka[i];
        if (!str_equal(a->name, b->name) || !str_equal(a->value, b->value))
            return false;
    }
    return true;
}

/* Single values fit into a sentence; of the rest it is enough to be named. */
static bool refuse(const struct setting *row, const char *path, struct str was, struct str is,
                   struct error *err)
{
    if (row->type < SETTING_NAME)
        return error_set(
            err, "'%s%s' cannot change while the router runs (%.*s to %.*s): restart it", path,
            row->key, STR_ARG(utf8_prefix(was, 80)), STR_ARG(utf8_prefix(is, 80)));
    return error_set(err, "'%s%s' cannot change while the router runs: restart it", path, row->key);
}

static bool check_table(const struct setting_table *table, const char *path, const void *old,
                        const void *next, const struct config *old_config,
                        const struct config *next_config, struct error *err)
{
    bool fine = true;
    for (size_t i = 0; fine && i < table->count; i++) {
        const struct setting *row = &table->rows[i];
        struct buf was = { 0 }, is = { 0 };
        if (row->flags & SETTING_FIXED) {
            setting_json(row, old, old_config, &was);
            setting_json(row, next, next_config, &is);
            if (!str_equal(buf_str(&was), buf_str(&is)))
                fine = refuse(row, path, buf_str(&was), buf_str(&is), err);
        } else if (row->type == SETTING_TABLE) {
            char inner[128];
            snprintf(inner, sizeof(inner), "%s%s.", path, row->key);
            fine = check_table(row->inner, inner, (const char *)old + row->offset,
                               (const char *)next + row->offset, old_config, next_config, err);
        }
        buf_free(&was);
        buf_free(&is);
    }
    return fine;
}

bool config_reload_allowed(const struct config *old, const struct config *next, struct error *err)
{
    if (!same_properties(old, next))
        return error_set(err, "'kafka' cannot change while the router runs: restart it");
    return check_table(&settings, "", old, next, old, next, err);
}
