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

extern const struct definition_row definition_sla, definition_agreement, definition_regulation,
    definition_ladder;

/* ---- what terms of clocks are written with (definition_named.c) */

/* One target a band, under that key. */
void definition_write_targets(struct json_writer *json, const char *key,
                              const struct target *targets);
/* Nothing is promised where the key is missing. */
bool definition_read_targets(const cJSON *object, const char *key, struct arena *arena,
                             struct target *targets, struct error *err);
/* A list with the name of each band's. */
void definition_write_calendar_names(struct json_writer *json,
                                     const struct calendar *const *calendars);
/* Those of terms->calendars by their names. */
bool definition_read_calendar_names(const cJSON *names, const struct sla_terms *terms,
                                    const struct calendar **calendars, struct error *err);
/* Whether the clock's time or days in that band are those of a calendar. */
bool definition_named_needs_calendar(const struct config_clock *clock, int band);
/* Nothing where there are none: terms without named clocks are as releases wrote them that knew
 * none. `owner` and a dot come before each name; absent: nothing does. */
void definition_write_named(struct json_writer *json, struct str owner,
                            const struct config_clock *clocks, size_t count);
/* After the calendars. */
bool definition_read_named(const cJSON *root, struct arena *arena, struct sla_terms *terms,
                           struct error *err);

/* A member that must be a whole number. */
bool definition_integer(const cJSON *object, struct str name, int64_t *out, struct error *err);
