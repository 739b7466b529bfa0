/* Reading a mapping file: shared by its two halves. Internal to decode. */
#pragma once

#include "yaml/yaml.h"
#include "format_parts.h"

struct format_reader {
    struct arena *arena; /* the format's */
    struct error *err;
};

/* A key that the language knows, and what it does. */
struct keyword {
    const char *key;
    bool (*read)(struct format_reader *reader, const struct yaml *node, void *out);
};

/* Reads each key of `map` by its word; an unknown key is an error with a guess. */
bool format_read_keys(struct format_reader *reader, const struct yaml *map,
                      const struct keyword *words, size_t count, void *out);
/* One path or a list of them. */
bool format_read_paths(struct format_reader *reader, const struct yaml *node, struct path **paths,
                       size_t *count);
/* One of NULL-terminated `names`: its place. */
bool format_read_choice(struct format_reader *reader, const struct yaml *node,
                        const char *const *names, int *out);
bool format_read_condition(struct format_reader *reader, const struct yaml *node,
                           struct condition *condition);
/* A pointer, or a map with its details. */
bool format_read_rule(struct format_reader *reader, const struct yaml *node, struct rule *rule);
