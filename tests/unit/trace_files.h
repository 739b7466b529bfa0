/* The traces of a folder, each run under the configuration beside it, NAME.yaml, or else the
 * folder's own. Included after tickets_world.h. */
#pragma once

#include <dirent.h>
#include <unistd.h>

static inline int is_trace(const struct dirent *entry)
{
    size_t size = strlen(entry->d_name);
    return size > 6 && !strcmp(entry->d_name + size - 6, ".trace");
}

/* `usual`: the folder's configuration; `least`: so many traces there must be. */
static inline void each_trace(const char *folder, const char *usual, int least,
                              void (*run)(const struct config *config, const char *path))
{
    struct dirent **entries = NULL;
    const struct config *config = world_config(usual);
    int count = scandir(folder, &entries, is_trace, alphasort);
    assert_true(count >= least);
    for (int i = 0; i < count; i++) {
        char path[512];
        int stem = (int)strlen(entries[i]->d_name) - 6;
        snprintf(path, sizeof(path), "%s/%.*s.yaml", folder, stem, entries[i]->d_name);
        const struct config *own = access(path, R_OK) == 0 ? world_config(path) : NULL;
        snprintf(path, sizeof(path), "%s/%s", folder, entries[i]->d_name);
        run(own ? own : config, path);
        config_free((struct config *)own);
        free(entries[i]);
    }
    free(entries);
    config_free((struct config *)config);
}
