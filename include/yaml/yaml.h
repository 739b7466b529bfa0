/* YAML as a plain tree with positions: the configuration, lexicons, format mappings and the cases
 * of `ombudctl test` are read through it. One document a file; no anchors, aliases, tags or merge
 * keys (includes do what they are for, and cannot explode); duplicate keys are errors. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include "base/arena.h"
#include "base/error.h"
#include "base/str.h"
#include "yaml/place.h"

enum yaml_kind {
    YAML_NULL, /* nothing, `~` or `null` */
    YAML_TEXT, /* any other scalar: what it means is the reader's business */
    YAML_LIST,
    YAML_MAP
};

struct yaml {
    enum yaml_kind kind;
    bool quoted;         /* of a text: not a plain scalar */
    struct str text;     /* of a text: valid UTF-8, may be empty */
    size_t count;        /* of a list or map */
    struct yaml **items; /* of a list or map */
    struct yaml **keys;  /* of a map: texts, no two alike */
    struct yaml_place place;
};

/* Parses one file, `file` being its name for positions, which must outlive the tree. The rest lives
 * in `arena`. An empty file is a YAML_NULL. NULL + err ("file:line:col: sentence") when it is no
 * such YAML. */
struct yaml *yaml_parse(struct str file, struct str text, struct arena *arena, struct error *err);

/* The value of a key; NULL when `map` is NULL, no map, or lacks the key. */
struct yaml *yaml_get(const struct yaml *map, const char *key);
struct yaml *yaml_find(const struct yaml *map, struct str key);
/* Appends, or replaces the value of an equal key. `map` is a YAML_MAP in `arena`. */
void yaml_put(struct yaml *map, struct yaml *key, struct yaml *value, struct arena *arena);

/* "a text", "a list", "a map", "nothing": for sentences. */
const char *yaml_kind_name(const struct yaml *node);
/* `err` says "file:line:col: " and then the sentence. Returns false. */
bool yaml_error(const struct yaml *node, struct error *err, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
