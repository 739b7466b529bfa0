/* From a path to a checked configuration, or to everything that is wrong with it. */
#include <stdlib.h>
#include <string.h>

#include "format/format.h"
#include "base/mem.h"
#include "loader.h"
#include "text/lexicon.h"

enum { ARENA_BLOCK = 64 * 1024 };

struct str loader_path(struct loader *loader, struct str from, struct str path)
{
    size_t folder = from.size;
    while (folder > 0 && from.data[folder - 1] != '/')
        folder--;
    if (folder == 0 || (path.size > 0 && path.data[0] == '/'))
        return arena_copy(loader->scratch, path);
    return arena_printf(loader->scratch, "%.*s%.*s", (int)folder, from.data, STR_ARG(path));
}

struct yaml *loader_parse(struct loader *loader, struct str path, struct str text)
{
    struct yaml_place start = { arena_copy(loader->arena, path), 1, 1 };
    struct error wrong;
    loader_file(loader, start.file);
    struct yaml *root = yaml_parse(start.file, text, loader->scratch, &wrong);
    if (!root)
        loader_fail_text(loader, start, &wrong);
    return root;
}

struct tree { /* of the one file that is read */
    struct loader *loader;
    struct yaml *root;
};

static bool take_tree(void *arg, struct str path, struct str text, struct error *err)
{
    struct tree *tree = arg;
    (void)err;
    tree->root = loader_parse(tree->loader, path, text);
    return true;
}

bool loader_tree(struct loader *loader, struct str path, struct yaml **root, struct error *err)
{
    struct tree tree = { .loader = loader };
    if (!loader->read(loader->read_arg, path, loader->scratch, take_tree, &tree, err))
        return false;
    *root = tree.root;
    return true;
}

static void build(struct loader *loader)
{
    struct config *config = loader->config;

    loader->root = loader_merge(loader);
    if (!loader->root)
        return;
    /* `include` has done its work; what is left are settings. */
    loader_read(loader, &settings, loader->root, loader->root->place, config);
    loader_finish(loader);
    loader_formats(loader);
    loader_lexicons(loader);
    loader_pairs(loader);
    loader_learned(loader);
    loader_number_rules(loader);
    if (!loader->failed) {
        config_make_canonical(config);
        loader_lint(loader);
    }
}

struct config *config_load(struct str path, config_read_fn *read, void *read_arg,
                           struct config_findings *findings)
{
    return config_load_calendar(path, STR_NONE, read, read_arg, findings);
}

struct config *config_load_calendar(struct str path, struct str calendar, config_read_fn *read,
                                    void *read_arg, struct config_findings *findings)
{
    struct arena *arena = arena_new(ARENA_BLOCK);
    struct config *config = arena_alloc(arena, sizeof(*config));
    struct loader loader = { .config = config,
                             .arena = arena,
                             .read = read,
                             .read_arg = read_arg,
                             .path = path,
                             .calendar = calendar };

    loader.scratch = arena_new(ARENA_BLOCK);
    config->arena = arena;
    build(&loader);
    config->matchers = arena_alloc(arena, (loader.matcher_count + 1) * sizeof(*config->matchers));
    config->matcher_count = loader.matcher_count;
    if (loader.matcher_count)
        memcpy(config->matchers, loader.matchers, loader.matcher_count * sizeof(*config->matchers));
    loader_hand_over(&loader, findings);
    free(loader.matchers);
    free(loader.uses);
    free(loader.files);
    free(loader.floors);
    free(loader.categories);
    free(loader.findings);
    arena_free(loader.scratch);
    if (!loader.failed)
        return config;
    config_free(config);
    return NULL;
}

void config_free(struct config *config)
{
    if (!config)
        return;
    for (size_t i = 0; i < config->matcher_count; i++)
        matcher_close(config->matchers[i]);
    for (size_t i = 0; i < config->source_count; i++)
        format_free(config->sources[i].mapping);
    for (size_t i = 0; i < config->calendar_count; i++)
        calendar_free(config->calendars[i].calendar);
    calendar_free(config->always);
    lexicon_free(config->lexicon);
    model_free(config->learned.model);
    arena_free(config->arena);
}
