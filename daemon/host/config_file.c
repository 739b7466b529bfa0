#include "host/config_file.h"

#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "host/files.h"
#include "host/shipped.h"

enum { FILE_MAX = 8 << 20, SECRET_MAX = 64 << 10 };

typedef bool each_fn(void *each_arg, struct str path, struct str text, struct error *err);

static bool read_files(struct str path, struct arena *arena, each_fn *each, void *each_arg,
                       struct error *err)
{
    struct str text;
    size_t count = 0;
    const struct str *files = files_list(path, ".yaml", arena, &count, err);
    bool ok = files != NULL;

    for (size_t i = 0; i < count && ok; i++)
        ok =
            file_read(files[i], FILE_MAX, arena, &text, err) && each(each_arg, files[i], text, err);
    return ok;
}

static bool is_there(struct str path, struct arena *arena, int mode)
{
    return access(arena_copy(arena, path).data, mode) == 0;
}

bool config_read_file(void *arg, struct str path, struct arena *arena, each_fn *each,
                      void *each_arg, struct error *err)
{
    struct str place = shipped_place(path, arena);
    bool ships = str_present(place) && is_there(place, arena, R_OK);
    bool own = is_there(path, arena, F_OK);

    (void)arg;
    if (ships && !own)
        return read_files(place, arena, each, each_arg, err);
    /* First, because of two formats of one name the later counts. */
    if (ships && shipped_adds(path) && !read_files(place, arena, each, each_arg, err))
        return false;
    if (read_files(path, arena, each, each_arg, err))
        return true;
    if (err && str_present(place) && !own)
        error_set(err, "%s; what comes with Ombud has none at '%.*s' either", err->text,
                  STR_ARG(place));
    return false;
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
    if (!file_read(path, SECRET_MAX, arena, &text, err))
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

/* From here on memory has secrets, in librdkafka's copies, too: no core is written of it, and
 * nobody but root looks into it. */
static void keep_memory_private(void)
{
    const struct rlimit none = { 0, 0 };
    setrlimit(RLIMIT_CORE, &none);
#ifndef __SANITIZE_ADDRESS__ /* which looks for leaks by looking into it */
    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
#endif
}

bool config_secrets(struct config *config, struct error *err)
{
    for (size_t i = 0; i < config->kafka_count; i++) {
        struct config_property *property = &config->kafka[i];
        if (!property->secret)
            continue;
        keep_memory_private();
        if (!read_secret(property, config->arena, &property->value, err))
            return error_prefix(err, "%.*s:%d:%d", STR_ARG(property->place.file),
                                property->place.line, property->place.column);
        property->secret = false;
    }
    return true;
}
