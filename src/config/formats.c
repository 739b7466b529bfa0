/* The mapping files of sources that do not speak canonical events. */
#include <stdlib.h>

#include "base/hash.h"
#include "base/mem.h"
#include "base/zone.h"
#include "format/format.h"
#include "loader.h"

struct format_file {
    struct str name; /* of the format: the file's without folder and ".yaml" */
    struct str text;
    const struct yaml *root; /* NULL: it is no YAML, and that was said */
};

struct formats {
    struct loader *loader;
    struct format_file *files;
    size_t count;
};

static struct str format_name(struct str path)
{
    size_t start = path.size;

    while (start > 0 && path.data[start - 1] != '/')
        start--;
    struct str name = { path.data + start, path.size - start };
    if (name.size > 5 && str_is((struct str){ name.data + name.size - 5, 5 }, ".yaml"))
        name.size -= 5;
    return name;
}

static bool visit_format(void *arg, struct str path, struct str text, struct error *err)
{
    struct formats *formats = arg;
    struct loader *loader = formats->loader;
    struct yaml_place start = { arena_copy(loader->arena, path), 1, 1 };
    struct error wrong;
    (void)err; /* goes on to the next file: all errors at once */

    loader_file(loader, start.file);
    const struct yaml *root = yaml_parse(start.file, text, loader->scratch, &wrong);
    if (!root)
        loader_fail_text(loader, start, &wrong);
    formats->files = mem_resize(formats->files, formats->count + 1, sizeof(*formats->files));
    formats->files[formats->count++] =
        (struct format_file){ format_name(start.file), arena_copy(loader->scratch, text), root };
    return true;
}

/* Of two files of one name the one read later: a folder of one's own may replace a format. */
static const struct format_file *find_file(const struct formats *formats, struct str name)
{
    for (size_t i = formats->count; i > 0; i--) {
        if (str_equal(formats->files[i - 1].name, name))
            return &formats->files[i - 1];
    }
    return NULL;
}

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

static void unknown_format(struct formats *formats, struct str name, struct yaml_place place)
{
    struct loader *loader = formats->loader;
    struct str *names = arena_alloc(loader->scratch, (formats->count + 1) * sizeof(*names));

    for (size_t i = 0; i < formats->count; i++)
        names[i] = formats->files[i].name;
    names[formats->count] = STR("ombud");
    loader_fail(loader, place, "unknown format '%.*s'%s", STR_ARG(name),
                loader_guess(loader, name, names, formats->count + 1));
}

static bool canonical(const struct config_source *source)
{
    return !str_present(source->format) || str_is(source->format, "ombud");
}

static void read_files(struct formats *formats)
{
    struct loader *loader = formats->loader;
    struct config *config = loader->config;
    const struct yaml *list = yaml_get(loader->root, "formats");
    struct str usual = loader_path(loader, loader->path, STR("formats"));
    const struct str *paths = list ? config->format_paths : &usual;
    size_t count = list ? config->format_path_count : 1;
    struct error err = { "" };

    for (size_t i = 0; i < count; i++) {
        if (!loader->read(loader->read_arg, paths[i], loader->scratch, visit_format, formats, &err))
            loader_fail(loader, list ? list->place : loader->root->place, "%s", err.text);
    }
}

void loader_formats(struct loader *loader)
{
    struct config *config = loader->config;
    struct formats formats = { .loader = loader };
    struct str *texts = arena_alloc(loader->scratch, (config->source_count + 1) * sizeof(*texts));
    size_t text_count = 0;

    for (size_t i = 0; i < config->source_count; i++) {
        struct config_source *source = &config->sources[i];
        struct error err;
        if (canonical(source))
            continue;
        if (formats.count == 0)
            read_files(&formats);
        const struct format_file *file = find_file(&formats, source->format);
        if (!file)
            unknown_format(&formats, source->format, source_place(loader, i, "format"));
        if (!check_zone(loader, i) || !file || !file->root)
            continue;
        texts[text_count++] = file->text;
        source->mapping = format_read(file->root, source->zone, loader->arena, &err);
        if (!source->mapping)
            loader_fail_text(loader, file->root->place, &err);
    }
    if (text_count > 0)
        hash128_hex(texts, text_count, config->format_hash);
    free(formats.files);
}
