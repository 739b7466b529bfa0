/* Files as programs read and replace them: whole, and only regular ones. */
#pragma once

#include <stddef.h>
#include "base/arena.h"
#include "base/error.h"

/* The names of the files that `path` stands for: itself, or, of a directory, those that end in
 * `ending`, in the order of their bytes and without the hidden ones. In `arena`. NULL + err when it
 * is a directory that cannot be read, or in which there is none. */
struct str *files_list(struct str path, const char *ending, struct arena *arena, size_t *count,
                       struct error *err);

/* Refuses what is larger than `limit` bytes or no regular file; the text is in `arena`. */
bool file_read(struct str path, size_t limit, struct arena *arena, struct str *text,
               struct error *err);

/* Whoever reads the file meanwhile finds the old text or the new one. */
bool file_replace(struct str path, struct str text, struct error *err);
