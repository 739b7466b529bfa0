/* Files and what they include become one tree.
 *
 * A file's includes are taken first, in their order; then the file's own keys win. Maps are merged
 * key by key, lists and single values are replaced. A department, a ladder or a calendar that is
 * named again is replaced as a whole, and so is an SLA of the same name; further SLAs of the
 * including file stand before the included ones, because the first that matches holds. */
#include <string.h>

#include "loader.h"

enum { INCLUDE_DEPTH_MAX = 8 };

struct visit {
    struct loader *loader;
    const struct visit *parent;
    struct str path;
    int depth;
    struct yaml *tree; /* of this file, its includes merged */
    struct yaml *into; /* the includer's tree so far */
    bool failed;
};

static struct yaml *find_named(const struct yaml *list, struct str name)
{
    for (size_t i = 0; i < list->count; i++) {
        const struct yaml *own = yaml_get(list->items[i], "name");
        if (own && own->kind == YAML_TEXT && str_equal(own->text, name))
            return list->items[i];
    }
    return NULL;
}

/* `over` wins: a named item takes its namesake's place, the others come first. */
static struct yaml *merge_named(struct loader *loader, const struct yaml *under, struct yaml *over)
{
    struct yaml *list = arena_alloc(loader->scratch, sizeof(*list));
    size_t room = (under->count + over->count + 1) * sizeof(struct yaml *);

    *list = *over;
    list->count = 0;
    list->items = arena_alloc(loader->scratch, room);
    list->keys = arena_alloc(loader->scratch, room);
    for (size_t i = 0; i < over->count; i++) {
        const struct yaml *name = yaml_get(over->items[i], "name");
        if (!name || name->kind != YAML_TEXT || !find_named(under, name->text))
            list->items[list->count++] = over->items[i];
    }
    for (size_t i = 0; i < under->count; i++) {
        const struct yaml *name = yaml_get(under->items[i], "name");
        struct yaml *own = name && name->kind == YAML_TEXT ? find_named(over, name->text) : NULL;
        list->items[list->count++] = own ? own : under->items[i];
    }
    return list;
}

/* `key` is that of the maps, NULL at the top. */
static void merge_maps(struct loader *loader, struct yaml *under, const struct yaml *over,
                       const char *key)
{
    bool whole = key && (strcmp(key, "departments") == 0 || strcmp(key, "ladders") == 0 ||
                         strcmp(key, "calendars") == 0);

    for (size_t i = 0; i < over->count; i++) {
        struct yaml *value = over->items[i];
        struct yaml *old = yaml_find(under, over->keys[i]->text);
        if (!key && str_is(over->keys[i]->text, "include"))
            continue;
        if (old && !whole && old->kind == YAML_MAP && value->kind == YAML_MAP &&
            !str_is(over->keys[i]->text, "route"))
            merge_maps(loader, old, value, over->keys[i]->text.data);
        else if (old && !key && str_is(over->keys[i]->text, "slas") && old->kind == YAML_LIST &&
                 value->kind == YAML_LIST)
            yaml_put(under, over->keys[i], merge_named(loader, old, value), loader->scratch);
        else
            yaml_put(under, over->keys[i], value, loader->scratch);
    }
}

static struct yaml *empty_map(struct loader *loader, struct yaml_place place)
{
    struct yaml *map = arena_alloc(loader->scratch, sizeof(*map));
    map->kind = YAML_MAP;
    map->place = place;
    return map;
}

static bool visit_file(void *arg, struct str path, struct str text, struct error *err);

static void read_includes(struct visit *visit, const struct yaml *own)
{
    struct loader *loader = visit->loader;
    struct yaml *node = yaml_get(own, "include");
    struct yaml **items = node && node->kind == YAML_LIST ? node->items : &node;
    size_t count = !node ? 0 : node->kind == YAML_LIST ? node->count : 1;

    for (size_t i = 0; i < count; i++) {
        struct error err = { "" };
        struct visit child = {
            .loader = loader, .parent = visit, .depth = visit->depth + 1, .into = visit->tree
        };
        if (items[i]->kind != YAML_TEXT) {
            loader_fail(loader, items[i]->place, "'include' must name files or directories, not %s",
                        yaml_kind_name(items[i]));
            continue;
        }
        if (child.depth > INCLUDE_DEPTH_MAX) {
            loader_fail(loader, items[i]->place, "includes nest deeper than %d files",
                        INCLUDE_DEPTH_MAX);
            continue;
        }
        struct str path = loader_path(loader, items[i]->place.file, items[i]->text);
        if (!loader->read(loader->read_arg, path, loader->scratch, visit_file, &child, &err))
            loader_fail(loader, items[i]->place, "%s", err.text);
    }
}

/* One file, and what it includes, merged into the includer's tree. */
static bool visit_file(void *arg, struct str path, struct str text, struct error *err)
{
    struct visit *visit = arg;
    struct loader *loader = visit->loader;
    struct yaml_place start = { arena_copy(loader->arena, path), 1, 1 };

    loader_file(loader, start.file);
    for (const struct visit *up = visit->parent; up; up = up->parent) {
        if (str_equal(up->path, path))
            return error_set(err, "'%.*s' includes itself", STR_ARG(path));
    }
    struct yaml *own = loader_parse(loader, path, text);
    if (!own)
        return true;
    if (own->kind != YAML_MAP && own->kind != YAML_NULL) {
        loader_fail(loader, own->place, "a configuration is a map of settings, not %s",
                    yaml_kind_name(own));
        return true;
    }
    struct visit inner = *visit;
    inner.path = start.file;
    inner.tree = empty_map(loader, start);
    read_includes(&inner, own);
    merge_maps(loader, inner.tree, own, NULL);
    merge_maps(loader, visit->into, inner.tree, NULL);
    return true;
}

const struct yaml *loader_merge(struct loader *loader)
{
    struct yaml_place start = { loader->path, 1, 1 };
    struct error err = { "" };
    struct visit visit = { .loader = loader, .into = empty_map(loader, start) };

    if (!loader->read(loader->read_arg, loader->path, loader->scratch, visit_file, &visit, &err))
        loader_fail(loader, (struct yaml_place){ loader->path, 0, 0 }, "%s", err.text);
    return loader->failed ? NULL : visit.into;
}
