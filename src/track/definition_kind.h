/* The kinds of definitions, one row each; definition_text.c has the table. */
#pragma once

#include "json/json.h"
#include "json/json_writer.h"
#include "track/definition.h"

struct definition_row {
    const char *name; /* the text's "kind" */
    size_t terms_size;
    size_t (*count)(const struct config *config); /* how many the configuration has */
    /* Name and contents as members of the object that is open. */
    void (*write)(struct json_writer *json, const struct config *config, size_t index);
    /* `terms` is zeroed; what was opened by then is closed also after a failure. */
    bool (*parse)(const cJSON *root, struct arena *arena, void *terms, struct error *err);
    void (*close)(void *terms); /* NULL: the arena has all of it */
};

extern const struct definition_row definition_sla, definition_agreement, definition_ladder;

/* A member that must be a whole number. */
bool definition_integer(const cJSON *object, struct str name, int64_t *out, struct error *err);
