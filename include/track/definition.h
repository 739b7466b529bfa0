/* What a ticket was promised, and by which ladder it climbs, stay as they were when it began: a
 * reload changes nothing under way. Tickets name such a definition by its hash; the changelog
 * keeps its text under `d/HASH` as long as a ticket uses it. */
#pragma once

#include "base/buf.h"
#include "config/config.h"

struct sla_terms {
    struct str name;
    struct str calendar;                /* "always" */
    time_ms target[BAND_COUNT];         /* of the response clock; TIME_NEVER: no promise */
    struct str target_text[BAND_COUNT]; /* "15m" */
    struct config_warning warn;
};

struct ladder_terms_step {
    time_ms after;
    struct str level;
    bool unless_acknowledged;
    struct str match_text;   /* absent: always */
    struct matcher *matcher; /* of match_text; NULL: always */
};

struct ladder_terms {
    struct str name;
    struct ladder_terms_step *steps; /* at most 32; `after` ascending */
    size_t step_count;
};

enum { LADDER_STEPS_MAX = 32 };

struct definitions;

struct definitions *definitions_new(void);
void definitions_free(struct definitions *definitions); /* NULL is fine */

/* Takes in everything that `config` defines; what tickets use of older ones stays. */
void definitions_configure(struct definitions *definitions, const struct config *config);
/* Of the current configuration, by index in config->slas or config->ladders. */
uint64_t definitions_sla_hash(const struct definitions *definitions, size_t index);
uint64_t definitions_ladder_hash(const struct definitions *definitions, size_t index);

/* NULL: unknown, or the hash is of the other kind. Valid until definitions_sweep. */
const struct sla_terms *definitions_sla(const struct definitions *definitions, uint64_t hash);
const struct ladder_terms *definitions_ladder(const struct definitions *definitions, uint64_t hash);

/* One more or one fewer ticket uses it. True when that made it used, or unused: its changelog
 * record is then to be written, or deleted. */
bool definitions_use(struct definitions *definitions, uint64_t hash, int change);
size_t definitions_users(const struct definitions *definitions, uint64_t hash);
/* The changelog value of a known definition. */
struct str definitions_text(const struct definitions *definitions, uint64_t hash);
/* Forgets what nobody uses and the configuration does not have: at transaction bounds only, since
 * an undo may bring a user back. */
void definitions_sweep(struct definitions *definitions);

/* One changelog record. Absent text: a tombstone. */
bool definitions_restore(struct definitions *definitions, uint64_t hash, struct str text,
                         struct error *err);
/* False when tickets use a definition whose record never came. */
bool definitions_restored(const struct definitions *definitions, struct error *err);

/* "d/" and 16 hexadecimal digits. */
enum { DEFINITION_KEY_SIZE = 18 };
void definition_key(uint64_t hash, char key[DEFINITION_KEY_SIZE]);
bool definition_key_parse(struct str key, uint64_t *hash);
