/* Lists and maps: YAML in, the struct's fields out, by the row. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "loader.h"

bool loader_wants(struct loader *loader, const struct setting *row, const struct yaml *node,
                  enum yaml_kind kind)
{
    if (node->kind == kind)
        return true;
    loader_fail(loader, node->place, "'%s' must be %s, not %s", row->key,
                kind == YAML_LIST  ? "a list"
                : kind == YAML_MAP ? "a map"
                                   : "a text",
                yaml_kind_name(node));
    return false;
}

/* Fields behind a pointer of whatever type: stored byte by byte, since the type is the row's. */
static void set_array(const struct setting *row, char *object, const void *items, size_t count)
{
    memcpy(object + row->offset, &items, sizeof(items));
    memcpy(object + row->extra, &count, sizeof(count));
}

static void read_config_name(struct loader *loader, const struct setting *row,
                             const struct yaml *node, struct config_name *out)
{
    static const struct str languages[] = { { "zh", 2 }, { "en", 2 } };

    if (node->kind == YAML_TEXT) {
        out->zh = out->en = arena_copy(loader->arena, node->text);
        return;
    }
    if (!loader_wants(loader, row, node, YAML_MAP))
        return;
    for (size_t i = 0; i < node->count; i++) {
        const struct yaml *item = node->items[i];
        struct str language = node->keys[i]->text;
        if (!str_is(language, "zh") && !str_is(language, "en"))
            loader_fail(loader, node->keys[i]->place, "'%.*s' is no language of a name: zh or en%s",
                        STR_ARG(utf8_prefix(language, 64)),
                        loader_guess(loader, language, languages, 2));
        else if (loader_wants(loader, row, item, YAML_TEXT))
            *(str_is(language, "zh") ? &out->zh : &out->en) = arena_copy(loader->arena, item->text);
    }
    if (!str_present(out->zh))
        out->zh = out->en;
    if (!str_present(out->en))
        out->en = out->zh;
}

/* Texts; `path`: made relative to where the program stands. One text is a list of one. */
static const struct str *read_texts(struct loader *loader, const struct setting *row,
                                    const struct yaml *node, bool path, size_t *count)
{
    struct yaml *one = (struct yaml *)node;
    struct yaml **items = node->kind == YAML_TEXT ? &one : node->items;
    size_t size = node->kind == YAML_TEXT ? 1 : node->count;

    *count = 0;
    if (node->kind != YAML_TEXT && !loader_wants(loader, row, node, YAML_LIST))
        return NULL;
    struct str *texts = arena_alloc(loader->arena, (size + 1) * sizeof(*texts));
    for (size_t i = 0; i < size; i++) {
        struct str text = items[i]->text;
        if (!loader_wants(loader, row, items[i], YAML_TEXT))
            continue;
        if (path)
            text = loader_path(loader, items[i]->place.file, text);
        texts[(*count)++] = arena_copy(loader->arena, text);
    }
    return texts;
}

static void read_departments(struct loader *loader, const struct setting *row,
                             const struct yaml *node, char *object)
{
    struct setting one = { .key = row->key, .type = SETTING_DEPARTMENT };
    if (!loader_wants(loader, row, node, YAML_LIST))
        return;
    int *items = arena_alloc(loader->arena, (node->count + 1) * sizeof(*items));
    size_t count = 0;
    for (size_t i = 0; i < node->count; i++) {
        int department = -1;
        loader_read_value(loader, &one, node->items[i], (char *)&department);
        bool known = department < 0;
        for (size_t k = 0; k < count; k++)
            known |= items[k] == department;
        if (!known)
            items[count++] = department;
    }
    set_array(row, object, items, count);
}

/* Each of a list, or the one that stands alone. Returns how many there are. */
static size_t items_of(struct loader *loader, const struct setting *row, const struct yaml *node,
                       const struct yaml *const **items, const struct yaml *const *one)
{
    *items = node->kind == YAML_TEXT ? one : (const struct yaml *const *)node->items;
    if (node->kind == YAML_TEXT)
        return 1;
    return loader_wants(loader, row, node, YAML_LIST) ? node->count : 0;
}

static bool same_warning(const struct config_warning *a, const struct config_warning *b)
{
    return a->percent == b->percent && a->before == b->before;
}

static void read_warnings(struct loader *loader, const struct setting *row, const struct yaml *node,
                          struct config_warnings *out)
{
    const struct yaml *const *items;
    size_t count = items_of(loader, row, node, &items, &node);
    if (count > CONFIG_WARNINGS_MAX) {
        loader_fail(loader, items[CONFIG_WARNINGS_MAX]->place, "a clock has at most %d warnings",
                    CONFIG_WARNINGS_MAX);
        return;
    }
    for (size_t i = 0; i < count; i++) {
        struct config_warning warning;
        if (!loader_wants(loader, row, items[i], YAML_TEXT) ||
            !loader_read_warning(loader, row, items[i], &warning))
            continue;
        bool known = false;
        for (size_t k = 0; k < out->count; k++)
            known |= same_warning(&out->items[k], &warning);
        if (!known)
            out->items[out->count++] = warning;
    }
}

static void read_set(struct loader *loader, const struct setting *row, const struct yaml *node,
                     unsigned *out)
{
    struct setting one = { .key = row->key, .type = SETTING_CHOICE, .choices = row->choices };
    const struct yaml *const *items;
    size_t count = items_of(loader, row, node, &items, &node);
    for (size_t i = 0; i < count; i++) {
        int choice = -1;
        loader_read_value(loader, &one, items[i], (char *)&choice);
        if (choice >= 0)
            *out |= 1u << choice;
    }
}

static void read_levels(struct loader *loader, const struct setting *row, const struct yaml *node,
                        char *object)
{
    struct setting one = { .key = "levels", .type = SETTING_SLUG };
    if (!loader_wants(loader, row, node, YAML_LIST))
        return;
    struct config_level *levels = arena_alloc(loader->arena, (node->count + 1) * sizeof(*levels));
    size_t count = 0;
    for (size_t i = 0; i < node->count; i++) {
        struct str name = STR_NONE;
        loader_read_value(loader, &one, node->items[i], (char *)&name);
        bool twice = false;
        for (size_t k = 0; k < count; k++)
            twice |= str_equal(levels[k].name, name);
        if (twice)
            loader_fail(loader, node->items[i]->place, "the level '%.*s' is named twice",
                        STR_ARG(name));
        else if (str_present(name))
            levels[count++].name = name;
    }
    if (node->count == 0)
        loader_fail(loader, node->place, "'levels' must name at least one level");
    set_array(row, object, levels, count);
}

static void read_people(struct loader *loader, const struct setting *row, const struct yaml *node,
                        char *object)
{
    size_t level_count = loader->config->level_count;
    const struct str **people = arena_alloc(loader->arena, (level_count + 1) * sizeof(*people));
    size_t *counts = arena_alloc(loader->arena, (level_count + 1) * sizeof(*counts));
    struct setting key = { .key = row->key, .type = SETTING_LEVEL };

    memcpy(object + row->offset, &people, sizeof(people));
    memcpy(object + row->extra, &counts, sizeof(counts));
    if (!loader_wants(loader, row, node, YAML_MAP))
        return;
    for (size_t i = 0; i < node->count; i++) {
        int level = -1;
        loader_read_value(loader, &key, node->keys[i], (char *)&level);
        if (level >= 0)
            people[level] = read_texts(loader, row, node->items[i], false, &counts[level]);
    }
}

static void read_points(struct loader *loader, const struct setting *row, const struct yaml *node,
                        struct config_points_list *out)
{
    struct setting value = { .type = SETTING_INTEGER, .min = row->min, .max = row->max };
    const struct config_points_list *needs = &loader->config->score.needs;
    if (!loader_wants(loader, row, node, YAML_MAP))
        return;
    struct config_points *items = arena_alloc(loader->arena, (node->count + 1) * sizeof(*items));
    for (size_t i = 0; i < node->count; i++) {
        const struct yaml *item = node->items[i];
        items[i].name = arena_copy(loader->arena, node->keys[i]->text);
        items[i].place = node->keys[i]->place;
        value.key = items[i].name.data;
        if (row->type == SETTING_POINTS) {
            loader_read_value(loader, &value, item, (char *)&items[i].points);
            continue;
        }
        struct str *names = mem_array(needs->count + 1, sizeof(*names));
        items[i].points = -1;
        for (size_t k = 0; k < needs->count; k++) {
            names[k] = needs->items[k].name;
            if (item->kind == YAML_TEXT && str_equal(names[k], item->text))
                items[i].points = (int)k;
        }
        if (items[i].points < 0)
            loader_fail(loader, item->place, "unknown need '%.*s'%s",
                        STR_ARG(utf8_prefix(item->text, 64)),
                        loader_guess(loader, item->text, names, needs->count));
        free(names);
    }
    *out = (struct config_points_list){ items, node->count };
}

static bool is_secret(struct str name)
{
    static const char *const names[] = { "sasl.password", "ssl.key.password", "ssl.key.pem",
                                         "ssl.keystore.password",
                                         "sasl.oauthbearer.client.secret" };
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (str_is(name, names[i]))
            return true;
    }
    return name.size > 9 && str_is((struct str){ name.data + name.size - 9, 9 }, ".password");
}

static void read_property(struct loader *loader, const struct yaml *key, const struct yaml *value,
                          struct config_property *out)
{
    const struct yaml *file = yaml_get(value, "file");

    *out = (struct config_property){ .name = arena_copy(loader->arena, key->text),
                                     .place = key->place };
    if (value->kind == YAML_TEXT && is_secret(key->text)) {
        loader_fail(loader, value->place,
                    "'%.*s' is a secret: keep it in a file and write {file: "
                    "\"${CREDENTIALS_DIRECTORY}/NAME\"}",
                    STR_ARG(key->text));
    } else if (value->kind == YAML_TEXT) {
        out->value = arena_copy(loader->arena, value->text);
    } else if (value->kind == YAML_MAP && value->count == 1 && file && file->kind == YAML_TEXT) {
        out->secret = true;
        out->value = arena_copy(loader->arena, file->text);
    } else {
        loader_fail(loader, value->place, "'%.*s' must be a value, or {file: PATH}",
                    STR_ARG(utf8_prefix(key->text, 64)));
    }
}

static void read_properties(struct loader *loader, const struct setting *row,
                            const struct yaml *node, char *object)
{
    if (!loader_wants(loader, row, node, YAML_MAP))
        return;
    struct config_property *items = arena_alloc(loader->arena, (node->count + 1) * sizeof(*items));
    for (size_t i = 0; i < node->count; i++)
        read_property(loader, node->keys[i], node->items[i], &items[i]);
    set_array(row, object, items, node->count);
}

/* `default: [step, step]` is short for `default: {steps: [step, step]}`. */
static void read_item(struct loader *loader, const struct setting *row, const struct yaml *item,
                      struct yaml_place place, char *object)
{
    const struct setting_table *inner = row->inner;
    struct yaml map = { .kind = YAML_MAP, .place = item->place };
    struct yaml key = { .kind = YAML_TEXT, .place = item->place };

    for (size_t i = 0; item->kind == YAML_LIST && i < inner->count; i++) {
        if (inner->rows[i].type != SETTING_TABLES)
            continue;
        key.text = str_from(inner->rows[i].key);
        yaml_put(&map, &key, (struct yaml *)item, loader->scratch);
        item = &map;
    }
    loader_read(loader, inner, item, place, object);
}

/* A list of tables, or a map of them, whose keys go to the row without a name. */
static void read_tables(struct loader *loader, const struct setting *row, const struct yaml *node,
                        char *object)
{
    const struct setting_table *inner = row->inner;
    if (!loader_wants(loader, row, node, row->type == SETTING_MAP ? YAML_MAP : YAML_LIST))
        return;
    char *items = arena_alloc(loader->arena, (node->count + 1) * inner->size);
    for (size_t i = 0; i < node->count; i++) {
        const struct yaml *item = node->items[i];
        struct yaml_place place = row->type == SETTING_MAP ? node->keys[i]->place : item->place;
        for (size_t k = 0; row->type == SETTING_MAP && k < inner->count; k++) {
            if (inner->rows[k].key[0] == '\0')
                loader_read_value(loader, &inner->rows[k], node->keys[i], items + i * inner->size);
        }
        read_item(loader, row, item, place, items + i * inner->size);
    }
    set_array(row, object, items, node->count);
}

static void read_root(struct loader *loader, const struct setting *row, const struct yaml *node,
                      char *object)
{
    char *item = arena_alloc(loader->arena, row->inner->size);
    if (!loader_wants(loader, row, node, YAML_MAP))
        return;
    loader_read(loader, row->inner, node, node->place, item);
    memcpy(object + row->offset, &item, sizeof(item));
}

void loader_read_list(struct loader *loader, const struct setting *row, const struct yaml *node,
                      char *object)
{
    void *at = object + row->offset;
    size_t count = 0;

    switch (row->type) {
    case SETTING_NAME:
        read_config_name(loader, row, node, at);
        break;
    case SETTING_TEXTS:
    case SETTING_PATHS: {
        const struct str *texts = read_texts(loader, row, node, row->type == SETTING_PATHS, &count);
        set_array(row, object, texts, count);
        break;
    }
    case SETTING_DEPARTMENTS:
        read_departments(loader, row, node, object);
        break;
    case SETTING_LEVELS:
        read_levels(loader, row, node, object);
        break;
    case SETTING_WARNINGS:
        read_warnings(loader, row, node, at);
        break;
    case SETTING_SET:
        read_set(loader, row, node, at);
        break;
    case SETTING_PEOPLE:
        read_people(loader, row, node, object);
        break;
    case SETTING_POINTS:
    case SETTING_NEEDS:
        read_points(loader, row, node, at);
        break;
    case SETTING_BAND_SCORES:
        loader_read_scores(loader, row, node, at);
        break;
    case SETTING_BAND_TIMES:
        loader_read_times(loader, row, node, at);
        break;
    case SETTING_BAND_TEXTS:
        loader_read_band_texts(loader, row, node, at);
        break;
    case SETTING_BAND_CALENDARS:
        loader_read_band_calendars(loader, row, node, at);
        break;
    case SETTING_HOURS:
        loader_read_hours(loader, row, node, object);
        break;
    case SETTING_DATES:
        loader_read_dates(loader, row, node, object);
        break;
    case SETTING_CALENDARS:
        loader_read_calendars(loader, row, node);
        break;
    case SETTING_TARGETS:
        loader_read_targets(loader, row, node, at);
        break;
    case SETTING_TRIGGERS:
        loader_read_triggers(loader, row, node, (void *)object);
        break;
    case SETTING_PROPERTIES:
        read_properties(loader, row, node, object);
        break;
    case SETTING_ROOT:
        read_root(loader, row, node, object);
        break;
    default:
        read_tables(loader, row, node, object);
        break;
    }
}
