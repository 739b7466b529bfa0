/* The lexicon files: classes, concepts, what hides them, and modifiers into one compiled lexicon.
 */
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/mem.h"
#include "loader.h"
#include "text/lexicon.h"

struct words {
    struct loader *loader;
    struct lexicon_builder *builder;
    struct words_file {
        struct str path, text;   /* for the hash, for errors */
        const struct yaml *root; /* NULL: it could not be read */
    } * files;
    size_t file_count;
    struct str lang, category; /* of the file being read */
    struct config_example *examples;
    size_t example_count;
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

/* A number of a concept; `fallback` where it is not given, -1 after an error. */
static int concept_number(struct loader *loader, const struct yaml *concept, const char *key,
                          int low, int high, int fallback)
{
    const struct yaml *node = yaml_get(concept, key);
    int64_t value = 0;

    if (!node)
        return fallback;
    if (node->kind == YAML_TEXT && str_to_int(node->text, &value) && value >= low && value <= high)
        return (int)value;
    loader_fail(loader, node->place, "'%s' must be a whole number from %d to %d", key, low, high);
    return -1;
}

/* Calls back with every text of a list; reports what is none. */
typedef void text_fn(struct words *words, const struct yaml *item, void *arg);
static void each_text(struct words *words, const struct yaml *list, const char *what, text_fn *take,
                      void *arg)
{
    struct loader *loader = words->loader;
    if (!list || list->kind == YAML_NULL)
        return;
    if (list->kind != YAML_LIST) {
        loader_fail(loader, list->place, "%ss must be a list, not %s", what, yaml_kind_name(list));
        return;
    }
    for (size_t i = 0; i < list->count; i++) {
        const struct yaml *item = list->items[i];
        if (item->kind == YAML_TEXT && item->text.size > 0)
            take(words, item, arg);
        else
            loader_fail(loader, item->place, "%s %s must be a text, not %s",
                        strchr("aeiou", what[0]) ? "an" : "a", what,
                        item->kind == YAML_TEXT ? "empty" : yaml_kind_name(item));
    }
}

static void add_phrase(struct words *words, const struct yaml *item, void *arg)
{
    struct lexicon_phrase phrase = *(const struct lexicon_phrase *)arg;
    struct loader *loader = words->loader;
    struct error err;
    phrase.text = item->text;
    phrase.category = words->category;
    phrase.lang = words->lang;
    phrase.rule = arena_printf(loader->scratch, "%.*s/%.*s:%d", STR_ARG(words->lang),
                               STR_ARG(words->category), item->place.line);
    if (!lexicon_add(words->builder, &phrase, &err))
        loader_fail(loader, item->place, "the phrase '%.*s': %s",
                    STR_ARG(utf8_prefix(item->text, 100)), err.text);
}

static void add_example(struct words *words, const struct yaml *item, void *arg)
{
    const struct lexicon_phrase *phrase = arg;
    struct arena *arena = words->loader->arena;
    if (phrase->floor == 0)
        return;
    words->examples =
        mem_resize(words->examples, words->example_count + 1, sizeof(*words->examples));
    words->examples[words->example_count++] =
        (struct config_example){ .category = arena_copy(arena, words->category),
                                 .concept = arena_copy(arena, phrase->concept),
                                 .floor = phrase->floor,
                                 .text = item->kind == YAML_TEXT ? arena_copy(arena, item->text)
                                                                 : STR_NONE,
                                 .place = item->place };
}

void loader_note_floor(struct loader *loader, int points, struct yaml_place place)
{
    loader->floors = mem_resize(loader->floors, loader->floor_count + 1, sizeof(*loader->floors));
    loader->floors[loader->floor_count++] = (struct loader_floor){ points, place };
}

static void note_concept(struct words *words, const struct yaml *concept, int points, int floor)
{
    struct loader *loader = words->loader;
    const struct yaml *at = yaml_get(concept, "floor");
    size_t i = 0;

    if (at)
        loader_note_floor(loader, floor, at->place);
    while (i < loader->category_count && !str_equal(loader->categories[i].name, words->category))
        i++;
    if (i == loader->category_count) {
        loader->categories = mem_resize(loader->categories, i + 1, sizeof(*loader->categories));
        loader->categories[loader->category_count++] =
            (struct loader_category){ words->category, 0, concept->place };
    }
    if (points > loader->categories[i].points)
        loader->categories[i].points = points;
}

/* Without points only pairs ask for a concept. False, after saying so: none does. */
static bool has_a_use(struct loader *loader, const struct yaml *concept)
{
    if (!yaml_get(concept, "points")) {
        loader_fail(loader, concept->place, "this concept needs 'points', from 1 to %d",
                    POINTS_MAX);
        return true; /* its phrases are looked at, too */
    }
    if (loader->config->score.pair_count > 0) /* else the whole lexicon was written for others */
        loader_note(loader, concept->place,
                    "this concept is never heard: it has no points, and no pair "
                    "of 'score.pairs' names it");
    return false;
}

static void read_concept(struct words *words, const struct yaml *concept)
{
    static const struct str known[] = {
        { "name", 4 }, { "points", 6 }, { "floor", 5 }, { "phrases", 7 }, { "examples", 8 }
    };
    struct loader *loader = words->loader;
    const struct yaml *name = yaml_get(concept, "name");

    if (concept->kind != YAML_MAP) {
        loader_fail(loader, concept->place, "a concept must be a map with points and phrases");
        return;
    }
    if (yaml_get(concept, "regex"))
        loader_fail(loader, yaml_get(concept, "regex")->place,
                    "there are no regular expressions any more: write what may stand there as "
                    "classes and gaps, such as '{device} … {burns}' (see docs/judgement.md)");
    else
        check_file_keys(loader, concept, known, sizeof(known) / sizeof(known[0]));
    int points = concept_number(loader, concept, "points", 0, POINTS_MAX, 0);
    int floor = concept_number(loader, concept, "floor", 0, 100, 0);
    if (points < 0 || floor < 0)
        return;
    struct lexicon_phrase phrase = { .use = LEXICON_PHRASE,
                                     .concept =
                                         name && name->kind == YAML_TEXT ? name->text : STR(""),
                                     .points = points,
                                     .floor = floor };
    phrase.paired = loader_is_paired(loader, words->category, phrase.concept);
    if (points == 0 && !phrase.paired && !str_is(words->category, "praise") &&
        !has_a_use(loader, concept))
        return;
    note_concept(words, concept, points, floor);
    lexicon_add_concept(words->builder, words->category, phrase.concept);
    each_text(words, yaml_get(concept, "phrases"), "phrase", add_phrase, &phrase);
    size_t examples = words->example_count;
    each_text(words, yaml_get(concept, "examples"), "example", add_example, &phrase);
    if (words->example_count == examples)
        add_example(words, concept, &phrase);
}

static void read_concepts(struct words *words, const struct yaml *concepts)
{
    if (concepts && concepts->kind != YAML_LIST)
        loader_fail(words->loader, concepts->place, "concepts must be a list, not %s",
                    yaml_kind_name(concepts));
    for (size_t i = 0; concepts && concepts->kind == YAML_LIST && i < concepts->count; i++)
        read_concept(words, concepts->items[i]);
}

/* What hides phrases of the category, or of any where the file has none. */
static void read_covers(struct words *words, const struct yaml *file)
{
    static const struct {
        const char *key, *what;
        enum lexicon_use use;
    } covers[] = { { "figures", "figure", LEXICON_FIGURE },
                   { "terms", "term", LEXICON_TERM },
                   { "except", "exception", LEXICON_EXCEPT } };
    for (size_t i = 0; i < sizeof(covers) / sizeof(covers[0]); i++) {
        struct lexicon_phrase phrase = { .use = covers[i].use };
        each_text(words, yaml_get(file, covers[i].key), covers[i].what, add_phrase, &phrase);
    }
}

static const struct str modifier_keys[MODIFIER_COUNT + 7] = {
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
    [MODIFIER_SUPPOSED] = { "supposed", 8 },
    [MODIFIER_CONFIRMED] = { "confirmed", 9 },
    [MODIFIER_WORK] = { "works", 5 },
    /* what else such a file may hold */
    [MODIFIER_COUNT] = { "lang", 4 },
    [MODIFIER_COUNT + 1] = { "words", 5 },
    [MODIFIER_COUNT + 2] = { "classes", 7 },
    [MODIFIER_COUNT + 3] = { "spelling", 8 },
    [MODIFIER_COUNT + 4] = { "figures", 7 },
    [MODIFIER_COUNT + 5] = { "terms", 5 },
    [MODIFIER_COUNT + 6] = { "except", 6 },
};

static void add_modifier(struct words *words, const struct yaml *item, void *arg)
{
    struct loader *loader = words->loader;
    struct error err;
    if (!lexicon_add_modifier(words->builder, *(const enum modifier *)arg, words->lang, item->text,
                              &err))
        loader_fail(loader, item->place, "the modifier '%.*s': %s",
                    STR_ARG(utf8_prefix(item->text, 100)), err.text);
}

static void add_word(struct words *words, const struct yaml *item, void *arg)
{
    (void)arg;
    lexicon_add_word(words->builder, item->text);
}

static void read_modifiers(struct words *words, const struct yaml *file)
{
    for (enum modifier kind = 0; kind < MODIFIER_COUNT; kind++)
        each_text(words, yaml_find(file, modifier_keys[kind]), "modifier", add_modifier, &kind);
    each_text(words, yaml_get(file, "words"), "word", add_word, NULL);
    words->category = STR("");
    read_covers(words, file);
}

static void read_class(struct words *words, struct str name, const struct yaml *list)
{
    struct loader *loader = words->loader;
    struct error err;
    if (list->kind != YAML_LIST || list->count == 0) {
        loader_fail(loader, list->place, "a class is a list of words, not %s",
                    list->kind == YAML_LIST ? "empty" : yaml_kind_name(list));
        return;
    }
    struct str *members = arena_alloc(loader->scratch, list->count * sizeof(*members));
    for (size_t i = 0; i < list->count; i++) {
        if (list->items[i]->kind == YAML_TEXT && list->items[i]->text.size > 0)
            members[i] = list->items[i]->text;
        else
            loader_fail(loader, list->items[i]->place, "a word of a class must be a text, not %s",
                        list->items[i]->kind == YAML_TEXT ? "empty"
                                                          : yaml_kind_name(list->items[i]));
    }
    if (!lexicon_add_class(words->builder, words->lang, name, members, list->count, &err))
        loader_fail(loader, list->place, "%s", err.text);
}

static bool is_map(struct words *words, const struct yaml *map, const char *what)
{
    if (map && map->kind != YAML_MAP)
        loader_fail(words->loader, map->place, "%s must be a map, not %s", what,
                    yaml_kind_name(map));
    return map && map->kind == YAML_MAP;
}

static bool set_language(struct words *words, const struct yaml *file)
{
    const struct yaml *lang = file ? yaml_get(file, "lang") : NULL;
    words->lang = lang && lang->kind == YAML_TEXT ? lang->text : STR_NONE;
    return str_present(words->lang);
}

/* Spellings and classes: phrases of any file may use them. */
static void read_classes(struct words *words, const struct yaml *file)
{
    const struct yaml *spelling = yaml_get(file, "spelling"), *classes = yaml_get(file, "classes");
    if (is_map(words, spelling, "spelling"))
        for (size_t i = 0; i < spelling->count; i++)
            lexicon_add_spelling(words->builder, words->lang, spelling->keys[i]->text,
                                 spelling->items[i]->text);
    if (is_map(words, classes, "classes"))
        for (size_t i = 0; i < classes->count; i++)
            read_class(words, classes->keys[i]->text, classes->items[i]);
}

static void check_classes(struct words *words, const struct yaml *file)
{
    const struct yaml *classes = yaml_get(file, "classes");
    struct error err;
    for (size_t i = 0; classes && classes->kind == YAML_MAP && i < classes->count; i++) {
        const struct yaml *list = classes->items[i];
        if (list->kind == YAML_LIST && list->count > 0 &&
            !lexicon_check_class(words->builder, words->lang, classes->keys[i]->text, &err))
            loader_fail(words->loader, list->place, "%s", err.text);
    }
}

static void read_lexicon_file(struct words *words, const struct yaml *file)
{
    static const struct str known[] = { { "category", 8 }, { "lang", 4 },    { "concepts", 8 },
                                        { "except", 6 },   { "figures", 7 }, { "terms", 5 },
                                        { "classes", 7 },  { "spelling", 8 } };
    struct loader *loader = words->loader;
    const struct yaml *category = yaml_get(file, "category");

    if (!category) {
        check_file_keys(loader, file, modifier_keys,
                        sizeof(modifier_keys) / sizeof(modifier_keys[0]));
        read_modifiers(words, file);
        return;
    }
    if (category->kind != YAML_TEXT) {
        loader_fail(loader, category->place, "'category' must be a name, such as safety");
        return;
    }
    words->category = category->text;
    check_file_keys(loader, file, known, sizeof(known) / sizeof(known[0]));
    read_concepts(words, yaml_get(file, "concepts"));
    read_covers(words, file);
}

static bool visit_lexicon(void *arg, struct str path, struct str text, struct error *err)
{
    struct words *words = arg;
    struct loader *loader = words->loader;
    const struct yaml *root = loader_parse(loader, path, text);
    (void)err; /* goes on to the next file: all errors at once */
    words->files = mem_resize(words->files, words->file_count + 1, sizeof(*words->files));
    words->files[words->file_count++] =
        (struct words_file){ arena_copy(loader->arena, path), arena_copy(loader->scratch, text),
                             root };
    return true;
}

/* Classes of all files first, then what is made of them. */
static void read_files(struct words *words)
{
    for (size_t i = 0; i < words->file_count; i++) {
        const struct yaml *root = words->files[i].root;
        if (root && (root->kind != YAML_MAP || !set_language(words, root))) {
            loader_fail(words->loader, root->place,
                        "a lexicon file needs 'lang', such as zh or en");
            words->files[i].root = NULL;
        } else if (root) {
            read_classes(words, root);
        }
    }
    for (size_t i = 0; i < words->file_count; i++)
        if (set_language(words, words->files[i].root))
            check_classes(words, words->files[i].root);
    for (size_t i = 0; i < words->file_count; i++)
        if (set_language(words, words->files[i].root))
            read_lexicon_file(words, words->files[i].root);
}

static void hash_files(const struct words *words, char hex[32])
{
    struct str *parts = mem_array(words->file_count + 1, sizeof(*parts));
    for (size_t i = 0; i < words->file_count; i++)
        parts[i] = words->files[i].text;
    hash128_hex(parts, words->file_count, hex);
    free(parts);
}

static struct config_example *keep_examples(const struct words *words)
{
    struct config_example *kept =
        arena_alloc(words->loader->arena, (words->example_count + 1) * sizeof(*kept));
    if (words->example_count > 0)
        memcpy(kept, words->examples, words->example_count * sizeof(*kept));
    return kept;
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
    read_files(&words);
    hash_files(&words, config->lexicon_hash);
    /* Compiling takes longer than all the rest: not for a configuration that fails anyway. */
    if (!loader->failed) {
        config->lexicon = lexicon_build(words.builder, &err);
        if (!config->lexicon)
            loader_fail(loader, place, "%s", err.text);
    }
    config->examples = keep_examples(&words);
    config->example_count = words.example_count;
    free(words.examples);
    free(words.files);
    lexicon_builder_free(words.builder);
}
