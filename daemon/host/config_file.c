#include "host/config_file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"

enum { FILE_MAX = 8 << 20, SECRET_MAX = 64 << 10 };

/* The rest of an open file; `size` is what stat said, and what may have changed since. */
static bool read_open_file(int file, struct str path, size_t size, struct arena *arena,
                           struct str *text, struct error *err)
{
    char *data = arena_alloc_raw(arena, size + 1);
    size_t have = 0;

    while (have < size) {
        ssize_t more = read(file, data + have, size - have);
        if (more < 0 && errno == EINTR)
            continue;
        if (more < 0)
            return error_set(err, "cannot read '%.*s': %s", STR_ARG(path), strerror(errno));
        if (more == 0)
            break;
        have += (size_t)more;
    }
    data[have] = '\0';
    *text = (struct str){ data, have };
    return true;
}

static bool read_file(struct str path, size_t limit, struct arena *arena, struct str *text,
                      struct error *err)
{
    struct stat status;
    char *name = mem_copy(path.data, path.size);
    /* Nonblocking, so that a FIFO put there by mistake is refused instead of waited for. */
    int file = open(name, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    bool ok = false;

    free(name);
    if (file < 0 || fstat(file, &status) < 0)
        error_set(err, "cannot open '%.*s': %s", STR_ARG(path), strerror(errno));
    else if (!S_ISREG(status.st_mode))
        error_set(err, "'%.*s' is not a regular file", STR_ARG(path));
    else if ((size_t)status.st_size > limit)
        error_set(err, "'%.*s' is larger than %zu KiB", STR_ARG(path), limit >> 10);
    else
        ok = read_open_file(file, path, (size_t)status.st_size, arena, text, err);
    if (file >= 0)
        close(file);
    return ok;
}

static bool is_directory(struct str path)
{
    struct stat status;
    char *name = mem_copy(path.data, path.size);
    bool directory = stat(name, &status) == 0 && S_ISDIR(status.st_mode);
    free(name);
    return directory;
}

static int is_yaml(const struct dirent *entry)
{
    size_t size = strlen(entry->d_name);
    return entry->d_name[0] != '.' && size > 5 && strcmp(entry->d_name + size - 5, ".yaml") == 0;
}

/* By bytes: the order of files decides, so no locale may change it. */
static int by_name(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

bool config_read_file(void *arg, struct str path, struct arena *arena,
                      bool (*each)(void *each_arg, struct str path, struct str text,
                                   struct error *err),
                      void *each_arg, struct error *err)
{
    struct dirent **entries = NULL;
    struct str text;
    bool ok = true;

    (void)arg;
    if (!is_directory(path))
        return read_file(path, FILE_MAX, arena, &text, err) && each(each_arg, path, text, err);
    while (path.size > 1 && path.data[path.size - 1] == '/')
        path.size--;
    char *name = mem_copy(path.data, path.size);
    int count = scandir(name, &entries, is_yaml, by_name);
    free(name);
    if (count < 0)
        return error_set(err, "cannot read the directory '%.*s': %s", STR_ARG(path),
                         strerror(errno));
    if (count == 0)
        ok = error_set(err, "the directory '%.*s' has no *.yaml file", STR_ARG(path));
    for (int i = 0; i < count; i++) {
        struct str file = arena_printf(arena, "%.*s/%s", STR_ARG(path), entries[i]->d_name);
        ok = ok && read_file(file, FILE_MAX, arena, &text, err) && each(each_arg, file, text, err);
        free(entries[i]);
    }
    free(entries);
    return ok;
}

struct config *config_open(const char *path, struct config_findings *findings)
{
    return config_load(str_from(path), config_read_file, NULL, findings);
}

static bool read_secret(const struct config_property *property, struct arena *arena,
                        struct str *value, struct error *err)
{
    static const struct str variable = { "${CREDENTIALS_DIRECTORY}", 24 };
    const char *folder = getenv("CREDENTIALS_DIRECTORY");
    struct str path = property->value, text = STR_NONE;

    if (str_starts(path, variable)) {
        if (!folder)
            return error_set(err,
                             "'%.*s' needs the variable CREDENTIALS_DIRECTORY, which systemd "
                             "sets for units with LoadCredential=",
                             STR_ARG(property->name));
        path = arena_printf(arena, "%s%.*s", folder, (int)(path.size - variable.size),
                            path.data + variable.size);
    }
    if (!read_file(path, SECRET_MAX, arena, &text, err))
        return false;
    if (text.size > 0 && text.data[text.size - 1] == '\n')
        text.size--;
    if (text.size > 0 && text.data[text.size - 1] == '\r')
        text.size--;
    if (text.size == 0)
        return error_set(err, "the file of '%.*s' is empty", STR_ARG(property->name));
    /* Values become C strings. */
    *value = arena_copy(arena, text);
    return true;
}

bool config_secrets(struct config *config, struct error *err)
{
    for (size_t i = 0; i < config->kafka_count; i++) {
        struct config_property *property = &config->kafka[i];
        if (!property->secret)
            continue;
        if (!read_secret(property, config->arena, &property->value, err))
            return error_prefix(err, "%.*s:%d:%d", STR_ARG(property->place.file),
                                property->place.line, property->place.column);
        property->secret = false;
    }
    return true;
}
