/* Tables: a YAML map in, a struct out, row by row. */
#include <assert.h>
#include <stdlib.h>

#include "base/mem.h"
#include "loader.h"

static bool knows(struct loader *loader, const struct setting *row, const struct yaml *key)
{
    if (!row->key[0] || !str_is(key->text, row->key))
        return false;
    if (row->type == SETTING_LATER)
        loader_fail(loader, key->place, "'%s' is not kept by this version: %s; take it out",
                    row->key, row->help);
    return true;
}

/* Keys that no row knows, or that only a later version keeps. */
static void check_keys(struct loader *loader, const struct setting_table *table,
                       const struct yaml *map)
{
    struct str *names = mem_array(table->count + 1, sizeof(*names));
    size_t count = 0;
    for (size_t i = 0; i < table->count; i++) {
        if (table->rows[i].key[0] && table->rows[i].type != SETTING_LATER)
            names[count++] = str_from(table->rows[i].key);
    }
    for (size_t k = 0; k < map->count; k++) {
        struct str key = map->keys[k]->text;
        bool known = false;
        for (size_t i = 0; i < table->count; i++)
            known |= knows(loader, &table->rows[i], map->keys[k]);
        /* YAML 1.1 took the word for a boolean, and tools that do still write it back as one. */
        bool was_on = str_is(key, "true") && table == &escalation_settings;
        if (!known)
            loader_fail(loader, map->keys[k]->place, "unknown key '%.*s'%s",
                        STR_ARG(utf8_prefix(key, 64)),
                        was_on ? ": a tool of YAML 1.1 has made it of 'on'; write \"on\", quoted"
                               : loader_guess(loader, key, names, count));
    }
    free(names);
}

static void forget_places(struct yaml *node)
{
    node->place = (struct yaml_place){ 0 };
    for (size_t i = 0; i < node->count; i++) {
        if (node->keys[i])
            forget_places(node->keys[i]);
        forget_places(node->items[i]);
    }
}

static void read_default(struct loader *loader, const struct setting *row, char *object)
{
    struct error err;
    struct yaml *node =
        yaml_parse(STR("the default"), str_from(row->fallback), loader->scratch, &err);
    assert(node);
    forget_places(node);
    loader_read_value(loader, row, node, object);
}

/* What "absent" is where it is not zero. */
static void clear_value(const struct setting *row, char *object)
{
    if (row->type == SETTING_DEPARTMENT || row->type == SETTING_BAND || row->type == SETTING_LADDER)
        *(int *)(void *)(object + row->offset) = -1;
    if (row->flags & SETTING_OR_NOT) {
        time_ms *times = (time_ms *)(void *)(object + row->offset);
        for (int i = 0; i < (row->type == SETTING_BAND_TIMES ? BAND_COUNT : 1); i++)
            times[i] = -1;
    }
}

/* "this inform rule", "the configuration" */
static const char *table_noun(struct loader *loader, const struct setting_table *table)
{
    if (!*table->name)
        return "the configuration";
    struct str noun = arena_printf(loader->scratch, "this %s", table->name);
    for (char *c = (char *)noun.data; *c; c++)
        *c = (char)(*c == '_' ? ' ' : *c);
    return noun.data;
}

void loader_read(struct loader *loader, const struct setting_table *table, const struct yaml *map,
                 struct yaml_place place, void *object)
{
    if (map && map->kind != YAML_MAP && map->kind != YAML_NULL) {
        loader_fail(loader, map->place, "%s must be a map of settings, not %s",
                    table_noun(loader, table), loader_quote(loader, map));
        map = NULL;
    }
    if (map && map->kind == YAML_MAP)
        check_keys(loader, table, map);
    if (table->place >= 0)
        *(struct yaml_place *)(void *)((char *)object + table->place) = place;
    for (size_t i = 0; i < table->count; i++) {
        const struct setting *row = &table->rows[i];
        const struct yaml *node = row->key[0] ? yaml_get(map, row->key) : NULL;
        clear_value(row, object);
        if (row->type == SETTING_TABLE)
            loader_read(loader, row->inner, node, node ? node->place : place,
                        (char *)object + row->offset);
        else if (row->type == SETTING_LATER)
            continue;
        else if (row->fallback && (!node || node->kind == YAML_NULL))
            read_default(loader, row, object);
        else if (node && (node->kind != YAML_NULL || (row->flags & SETTING_REQUIRED)))
            loader_read_value(loader, row, node, object);
        else if (!node && (row->flags & SETTING_REQUIRED))
            loader_fail(loader, place, "%s needs '%s'", table_noun(loader, table), row->key);
    }
}
