/* The mapping files of sources that do not speak canonical events. */
#include "base/hash.h"
#include "base/zone.h"
#include "config/format_files.h"
#include "format/format.h"
#include "loader.h"

/* Where a source says `key`, else where the source is. */
static struct yaml_place source_place(const struct loader *loader, size_t index, const char *key)
{
    const struct yaml *list = yaml_get(loader->root, "sources");
    const struct yaml *item = list && index < list->count ? list->items[index] : NULL;
    const struct yaml *value = yaml_get(item, key);

    return value ? value->place : item ? item->place : loader->root->place;
}

static bool check_zone(struct loader *loader, size_t index)
{
    struct str name = loader->config->sources[index].zone;
    struct error err;

    if (!str_present(name))
        return true;
    struct zone *zone = zone_open(name, &err);
    if (!zone)
        loader_fail(loader, source_place(loader, index, "zone"), "%s", err.text);
    zone_close(zone);
    return zone != NULL;
}

static void read_files(struct loader *loader, struct format_files *files)
{
    struct config *config = loader->config;
    const struct yaml *list = yaml_get(loader->root, "formats");
    struct error err = { "" };

    for (size_t i = 0; i < config->format_path_count; i++) {
        size_t known = files->count;
        if (!format_files_read(files, config->format_paths[i], loader->read, loader->read_arg,
                               &err))
            loader_fail(loader, list ? list->place : loader->root->place, "%s", err.text);
        /* Also of those that nobody names: all errors at once. */
        for (; known < files->count; known++) {
            const struct format_file *file = &files->items[known];
            loader_file(loader, file->path);
            if (!file->root)
                loader_fail_text(loader, (struct yaml_place){ file->path, 1, 1 }, file->wrong);
        }
    }
}

/* Without a list, the directory beside the configuration. */
static void settle_paths(struct loader *loader)
{
    struct config *config = loader->config;

    if (yaml_get(loader->root, "formats"))
        return;
    struct str *usual = arena_alloc(loader->arena, sizeof(*usual));
    *usual = arena_copy(loader->arena, loader_path(loader, loader->path, STR("formats")));
    config->format_paths = usual;
    config->format_path_count = 1;
}

static void read_mapping(struct loader *loader, struct config_source *source,
                         const struct format_file *file)
{
    struct error err;

    source->mapping = format_read(file->root, source->zone, loader->arena, &err);
    if (!source->mapping)
        loader_fail_text(loader, file->root->place, &err);
}

void loader_formats(struct loader *loader)
{
    struct config *config = loader->config;
    struct format_files files = { .arena = loader->scratch };
    struct str *texts = arena_alloc(loader->scratch, (config->source_count + 1) * sizeof(*texts));
    size_t text_count = 0;

    settle_paths(loader);
    for (size_t i = 0; i < config->source_count; i++) {
        struct config_source *source = &config->sources[i];
        struct error err;
        if (format_is_canonical(source->format))
            continue;
        if (files.count == 0)
            read_files(loader, &files);
        const struct format_file *file = format_files_find(&files, source->format, &err);
        if (!file)
            loader_fail(loader, source_place(loader, i, "format"), "%s", err.text);
        if (!check_zone(loader, i) || !file || !file->root)
            continue;
        texts[text_count++] = file->text;
        read_mapping(loader, source, file);
    }
    if (text_count > 0)
        hash128_hex(texts, text_count, config->format_hash);
    format_files_free(&files);
}
