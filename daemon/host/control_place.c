#include "host/control_place.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void add(struct control_places *places, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* A path that has no room is no place: nobody could connect to it. */
static void add(struct control_places *places, const char *format, ...)
{
    char *path = places->paths[places->count];
    va_list arguments;
    va_start(arguments, format);
    int size = vsnprintf(path, CONTROL_PATH, format, arguments);
    va_end(arguments);
    if (size > 0 && size < CONTROL_PATH)
        places->count++;
}

/* "/etc/ombud/main.yaml" -> "main" */
static struct str name_of(const char *config_path)
{
    const char *slash = strrchr(config_path, '/');
    struct str name = str_from(slash == NULL ? config_path : slash + 1);
    const char *dot = name.size > 0 ? memrchr(name.data, '.', name.size) : NULL;
    if (dot != NULL && dot != name.data)
        name.size = (size_t)(dot - name.data);
    return name;
}

/* Several are separated by colons: the first is ours. */
static void add_unit_directory(struct control_places *places)
{
    const char *directory = getenv("RUNTIME_DIRECTORY");
    if (directory != NULL && directory[0] == '/')
        add(places, "%.*s/control", (int)strcspn(directory, ":"), directory);
}

bool control_find_places(struct str setting, const char *config_path, struct control_places *places,
                         struct error *err)
{
    *places = (struct control_places){ .chosen = str_present(setting) };
    if (places->chosen && str_empty(setting))
        return true;
    if (places->chosen) {
        if (setting.data[0] != '/' || setting.size >= CONTROL_PATH ||
            memchr(setting.data, '\0', setting.size) != NULL)
            return error_set(err,
                             "control: '%.*s' is no absolute path of at most %d bytes, which is "
                             "what a socket needs",
                             STR_ARG(setting), CONTROL_PATH - 1);
        add(places, "%.*s", STR_ARG(setting));
        return true;
    }
    struct str name = name_of(config_path);
    const char *user = getenv("XDG_RUNTIME_DIR");
    add_unit_directory(places);
    add(places, "/run/ombud/%.*s/control", STR_ARG(name));
    if (user != NULL && user[0] == '/')
        add(places, "%s/ombud/%.*s.control", user, STR_ARG(name));
    return true;
}
