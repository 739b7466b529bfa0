/* The lexicon files: phrases, exceptions and modifiers into one compiled lexicon. */
#include <stdlib.h>

#include "base/hash.h"
#include "base/mem.h"
#include "loader.h"
#include "text/lexicon.h"

struct words {
    struct loader *loader;
    struct lexicon_builder *builder;
    struct str *parts; /* path and text of each file, for the hash */
    size_t part_count;
    struct str lang, category; /* of the file being read */
};

enum { POINTS_MAX = 60 };

static bool check_file_keys(struct loader *loader, const struct yaml *map, const struct str *known,
                            size_t count)
{
    bool fine = true;
    for (size_t i = 0; i < map->count; i++) {
        bool found = false;
        for (size_t k = 0; k < count; k++)
            found |= str_equal(map->keys[i]->text, known[k]);
        if (!found)
            loader_fail(loader, map->keys[i]->place, "unknown key '%.*s' of a lexicon%s",
                        STR_ARG(utf8_prefix(map->keys[i]->text, 64)),
                        loader_guess(loader, map->keys[i]->text, known, count));
        fine &= found;
    }
    return fine;
}

/* A number of a group; `fallback` where it is not given, -1 after an error. */
static int group_number(struct loader *loader, const struct yaml *group, const char *key, int low,
                        int high, int fallback)
{
    const struct yaml *node = yaml_get(group, key);
    int64_t value = 0;

    if (!node)
        return fallback;
    if (node->kind == YAML_TEXT && str_to_int(node->text, &value) && value >= low && value <= high)
        return (int)value;
    loader_fail(loader, node->place, "'%s' must be a whole number from %d to %d", key, low, high);
    return -1;
}

static void add_phrases(struct words *words, const struct yaml *list, bool regex, int points,
                        int floor)
{
    struct loader *loader = words->loader;
    if (!list || list->kind == YAML_NULL)
        return;
    if (list->kind != YAML_LIST) {
        loader_fail(loader, list->place, "phrases must be a list, not %s", yaml_kind_name(list));
        return;
    }
    for (size_t i = 0; i < list->count; i++) {
        const struct yaml *item = list->items[i];
        struct error err;
        if (item->kind != YAML_TEXT || item->text.size == 0) {
            loader_fail(loader, item->place, "a phrase must be a text, not %s",
                        item->kind == YAML_TEXT ? "empty" : yaml_kind_name(item));
            continue;
        }
        struct lexicon_phrase phrase = {
            .text = item->text,
            .regex = regex,
            .category = words->category,
            .lang = words->lang,
            .rule = arena_printf(loader->scratch, "%.*s/%.*s:%d", STR_ARG(words->lang),
                                 STR_ARG(words->category), item->place.line),
            .points = points,
            .floor = floor,
        };
        if (!lexicon_add(words->builder, &phrase, &err))
            loader_fail(loader, item->place, "%s", err.text);
    }
}

static void note_group(struct words *words, const struct yaml *group, int points, int floor)
{
    struct loader *loader = words->loader;
    const struct yaml *at = yaml_get(group, "floor");
    size_t i = 0;

    if (at) {
        loader->floors =
            mem_resize(loader->floors, loader->floor_count + 1, sizeof(*loader->floors));
        loader->floors[loader->floor_count++] = (struct loader_floor){ floor, at->place };
    }
    while (i < loader->category_count && !str_equal(loader->categories[i].name, words->category))
        i++;
    if (i == loader->category_count) {
        loader->categories = mem_resize(loader->categories, i + 1, sizeof(*loader->categories));
        loader->categories[loader->category_count++] =
            (struct loader_category){ words->category, 0, group->place };
    }
    if (points > loader->categories[i].points)
        loader->categories[i].points = points;
}

static void read_groups(struct words *words, const struct yaml *groups)
{
    static const struct str known[] = {
        { "points", 6 }, { "floor", 5 }, { "phrases", 7 }, { "regex", 5 }
    };
    struct loader *loader = words->loader;

    for (size_t i = 0; groups && groups->kind == YAML_LIST && i < groups->count; i++) {
        const struct yaml *group = groups->items[i];
        if (group->kind != YAML_MAP) {
            loader_fail(loader, group->place, "a group must be a map with points and phrases");
            continue;
        }
        check_file_keys(loader, group, known, sizeof(known) / sizeof(known[0]));
        int points = group_number(loader, group, "points", 0, POINTS_MAX, 0);
        int floor = group_number(loader, group, "floor", 0, 100, 0);
        if (points < 0 || floor < 0)
            continue;
        if (points == 0 && !str_is(words->category, "praise"))
            loader_fail(loader, group->place, "this group needs 'points', from 1 to %d",
                        POINTS_MAX);
        note_group(words, group, points, floor);
        add_phrases(words, yaml_get(group, "phrases"), false, points, floor);
        add_phrases(words, yaml_get(group, "regex"), true, points, floor);
    }
}

static void read_excepts(struct words *words, const struct yaml *list)
{
    for (size_t i = 0; list && list->kind == YAML_LIST && i < list->count; i++) {
        const struct yaml *item = list->items[i];
        if (item->kind == YAML_TEXT && item->text.size > 0)
            lexicon_add_except(words->builder, words->category, item->text, words->lang);
        else
            loader_fail(words->loader, item->place, "an exception must be a text, not %s",
                        yaml_kind_name(item));
    }
}

static const struct str modifier_keys[MODIFIER_COUNT + 1] = {
    [MODIFIER_NEGATION] = { "negation", 8 },
    [MODIFIER_NEGATION_EXCEPTION] = { "negation_exception", 18 },
    [MODIFIER_QUESTION] = { "question", 8 },
    [MODIFIER_INTENSIFIER] = { "intensifier", 11 },
    [MODIFIER_CONTRAST] = { "contrast", 8 },
    [MODIFIER_PRESUMING] = { "presuming", 9 },
    [MODIFIER_HEARSAY] = { "hearsay", 7 },
    [MODIFIER_OTHERS] = { "others", 6 },
    [MODIFIER_PAST] = { "past", 4 },
    [MODIFIER_SINCE] = { "since", 5 },
    [MODIFIER_SETTLED] = { "settled", 7 },
    [MODIFIER_IMAGINED] = { "imagined", 8 },
    [MODIFIER_PRESENT] = { "present", 7 },
    [MODIFIER_WORK] = { "works", 5 },
    [MODIFIER_COUNT] = { "lang", 4 },
};

static void read_modifiers(struct words *words, const struct yaml *file)
{
    check_file_keys(words->loader, file, modifier_keys, MODIFIER_COUNT + 1);
    for (int kind = 0; kind < MODIFIER_COUNT; kind++) {
        const struct yaml *list = yaml_find(file, modifier_keys[kind]);
        for (size_t i = 0; list && list->kind == YAML_LIST && i < list->count; i++) {
            const struct yaml *item = list->items[i];
            if (item->kind == YAML_TEXT && item->text.size > 0)
                lexicon_add_modifier(words->builder, (enum modifier)kind, item->text, words->lang);
            else
                loader_fail(words->loader, item->place, "a modifier must be a text, not %s",
                            yaml_kind_name(item));
        }
    }
}

static void read_lexicon_file(struct words *words, const struct yaml *file)
{
    static const struct str known[] = {
        { "category", 8 }, { "lang", 4 }, { "groups", 6 }, { "except", 6 }
    };
    struct loader *loader = words->loader;
    const struct yaml *lang = yaml_get(file, "lang"), *category = yaml_get(file, "category");

    if (file->kind != YAML_MAP || !lang || lang->kind != YAML_TEXT) {
        loader_fail(loader, file->place, "a lexicon file needs 'lang', such as zh or en");
        return;
    }
    words->lang = lang->text;
    if (!category) {
        read_modifiers(words, file);
        return;
    }
    if (category->kind != YAML_TEXT) {
        loader_fail(loader, category->place, "'category' must be a name, such as safety");
        return;
    }
    words->category = category->text;
    check_file_keys(loader, file, known, sizeof(known) / sizeof(known[0]));
    read_groups(words, yaml_get(file, "groups"));
    read_excepts(words, yaml_get(file, "except"));
}

static bool visit_lexicon(void *arg, struct str path, struct str text, struct error *err)
{
    struct words *words = arg;
    struct loader *loader = words->loader;
    struct yaml_place start = { arena_copy(loader->arena, path), 1, 1 };
    (void)err; /* goes on to the next file: all errors at once */
    struct error wrong;

    loader_file(loader, start.file);
    struct yaml *file = yaml_parse(start.file, text, loader->scratch, &wrong);
    if (file)
        read_lexicon_file(words, file);
    else
        loader_fail_text(loader, start, &wrong);
    words->parts = mem_resize(words->parts, words->part_count + 1, sizeof(*words->parts));
    words->parts[words->part_count++] = arena_copy(loader->scratch, text);
    return true;
}

void loader_lexicons(struct loader *loader)
{
    struct config *config = loader->config;
    const struct yaml *list = yaml_get(loader->root, "lexicons");
    struct words words = { .loader = loader };
    struct yaml_place place = list ? list->place : loader->root->place;
    struct error err = { "" };

    /* A builder costs some 20 ms of tables: not for a configuration that fails anyway. */
    if (config->lexicon_path_count > 0 || !loader->failed)
        words.builder = lexicon_builder_new();
    for (size_t i = 0; i < config->lexicon_path_count; i++) {
        if (!loader->read(loader->read_arg, config->lexicon_paths[i], loader->scratch,
                          visit_lexicon, &words, &err))
            loader_fail(loader, list->kind == YAML_LIST ? list->items[i]->place : place, "%s",
                        err.text);
    }
    hash128_hex(words.parts, words.part_count, config->lexicon_hash);
    /* Compiling takes longer than all the rest: not for a configuration that fails anyway. */
    if (!loader->failed) {
        config->lexicon = lexicon_build(words.builder, &err);
        if (!config->lexicon)
            loader_fail(loader, place, "%s", err.text);
    }
    free(words.parts);
    lexicon_builder_free(words.builder);
}
