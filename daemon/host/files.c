#include "host/files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/mem.h"

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

bool file_read(struct str path, size_t limit, struct arena *arena, struct str *text,
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

static bool is_wanted(const char *name, const char *ending)
{
    size_t size = strlen(name), end = strlen(ending);
    return name[0] != '.' && size > end && strcmp(name + size - end, ending) == 0;
}

/* By bytes: the order of files decides, so no locale may change it. */
static int by_name(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

struct str *files_list(struct str path, const char *ending, struct arena *arena, size_t *count,
                       struct error *err)
{
    struct dirent **entries = NULL;
    if (!is_directory(path)) {
        struct str *file = arena_alloc(arena, sizeof(*file));
        *file = path;
        *count = 1;
        return file;
    }
    while (path.size > 1 && path.data[path.size - 1] == '/')
        path.size--;
    char *name = mem_copy(path.data, path.size);
    int entry_count = scandir(name, &entries, NULL, by_name);
    free(name);
    if (entry_count < 0) {
        error_set(err, "cannot read the directory '%.*s': %s", STR_ARG(path), strerror(errno));
        return NULL;
    }
    struct str *files = arena_alloc(arena, ((size_t)entry_count + 1) * sizeof(*files));
    *count = 0;
    for (int i = 0; i < entry_count; i++) {
        if (is_wanted(entries[i]->d_name, ending))
            files[(*count)++] = arena_printf(arena, "%.*s/%s", STR_ARG(path), entries[i]->d_name);
        free(entries[i]);
    }
    free(entries);
    if (*count > 0)
        return files;
    error_set(err, "the directory '%.*s' has no *%s file", STR_ARG(path), ending);
    return NULL;
}

bool file_replace(struct str path, struct str text, struct error *err)
{
    struct buf name = { 0 }, aside = { 0 };
    buf_add_str(&name, path);
    buf_printf(&aside, "%.*s.new", STR_ARG(path));
    FILE *to = fopen(buf_text(&aside), "wb");
    bool ok = to && fwrite(text.data, 1, text.size, to) == text.size && fflush(to) == 0 &&
              fsync(fileno(to)) == 0;
    ok = (!to || fclose(to) == 0) && ok;
    ok = ok && rename(buf_text(&aside), buf_text(&name)) == 0;
    if (!ok)
        error_set(err, "%.*s: %s", STR_ARG(path), strerror(errno));
    buf_free(&aside);
    buf_free(&name);
    return ok;
}
