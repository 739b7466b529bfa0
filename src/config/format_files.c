#include "config/format_files.h"

#include <stdlib.h>

#include "base/mem.h"

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

static bool add_file(void *arg, struct str path, struct str text, struct error *err)
{
    struct format_files *files = arg;
    struct format_file file = { .path = arena_copy(files->arena, path),
                                .text = arena_copy(files->arena, text) };
    struct error *wrong = arena_alloc(files->arena, sizeof(*wrong));
    (void)err;

    file.name = format_name(file.path);
    file.root = yaml_parse(file.path, file.text, files->arena, wrong);
    file.wrong = wrong;
    files->items = mem_resize(files->items, files->count + 1, sizeof(*files->items));
    files->items[files->count++] = file;
    return true;
}

bool format_files_read(struct format_files *files, struct str path, config_read_fn *read,
                       void *read_arg, struct error *err)
{
    return read(read_arg, path, files->arena, add_file, files, err);
}

void format_files_free(struct format_files *files)
{
    free(files->items);
    files->items = NULL;
    files->count = 0;
}

const struct format_file *format_files_find(const struct format_files *files, struct str name,
                                            struct error *err)
{
    for (size_t i = files->count; i > 0; i--) {
        if (str_equal(files->items[i - 1].name, name))
            return &files->items[i - 1];
    }
    struct str *names = arena_alloc(files->arena, (files->count + 1) * sizeof(*names));
    for (size_t i = 0; i < files->count; i++)
        names[i] = files->items[i].name;
    names[files->count] = STR("ombud");
    struct str near = str_nearest(name, names, files->count + 1);
    if (str_present(near))
        error_set(err, "unknown format '%.*s' (did you mean '%.*s'?)", STR_ARG(name),
                  STR_ARG(near));
    else
        error_set(err, "unknown format '%.*s'", STR_ARG(name));
    return NULL;
}

bool format_is_canonical(struct str name)
{
    return !str_present(name) || str_is(name, "ombud");
}
