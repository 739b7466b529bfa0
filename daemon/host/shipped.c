#include "host/shipped.h"

#include <stdlib.h>
#include <string.h>

static const char *const folders[] = { "calendars", "formats", "lexicons", "regulations" };

enum { FOLDERS = sizeof(folders) / sizeof(folders[0]) };

struct str shipped_folder(void)
{
    const char *elsewhere = getenv("OMBUD_DATA");
    return str_from(elsewhere != NULL ? elsewhere : OMBUD_DATA_DIR);
}

static struct str without_slashes(struct str path)
{
    while (path.size > 1 && path.data[path.size - 1] == '/')
        path.size--;
    return path;
}

/* Where the last part begins. */
static size_t last_part(struct str path)
{
    size_t start = path.size;
    while (start > 0 && path.data[start - 1] != '/')
        start--;
    return start;
}

static bool is_shipped_name(struct str name)
{
    for (size_t i = 0; i < FOLDERS; i++) {
        if (str_is(name, folders[i]))
            return true;
    }
    return false;
}

struct str shipped_place(struct str path, struct arena *arena)
{
    struct str rest = without_slashes(path);
    for (size_t end = rest.size; end > 0;) {
        size_t start = last_part((struct str){ rest.data, end });
        if (is_shipped_name((struct str){ rest.data + start, end - start })) {
            struct str place = arena_printf(arena, "%.*s/%.*s", STR_ARG(shipped_folder()),
                                            (int)(rest.size - start), rest.data + start);
            return str_equal(place, rest) ? STR_NONE : place;
        }
        end = start > 0 ? start - 1 : 0;
    }
    return STR_NONE;
}

bool shipped_adds(struct str path)
{
    path = without_slashes(path);
    size_t start = last_part(path);
    return str_is((struct str){ path.data + start, path.size - start }, "formats");
}
