/* What a ticket was promised, and by which ladder it climbs, stay as they were when it began: a
 * reload changes nothing under way. Tickets name such a definition by its hash; the changelog
 * keeps its text under `d/HASH` as long as a ticket uses it. */
#pragma once

#include "base/buf.h"
#include "config/config.h"

/* Each kind is a row and a file of its own: see src/track/definition_kind.h. */
enum definition_kind {
    DEFINITION_SLA,
    DEFINITION_LADDER,
    DEFINITION_AGREEMENT,
    DEFINITION_REGULATION, /* one version of one */
    DEFINITION_KIND_COUNT
};

/* Of one named clock, see struct config_clock. */
struct named_terms {
    struct str name;
    struct config_name title;
    enum event_type start;
    struct matcher *aware;                       /* NULL: `start` counts */
    struct str after;                            /* absent: none */
    unsigned kept_by;                            /* KEEP_ bits */
    const struct calendar *calendar[BAND_COUNT]; /* NULL: always */
    struct target target[BAND_COUNT], every[BAND_COUNT], extend[BAND_COUNT];
    int max_extensions;
    bool secret; /* no customer hears of it */
};

struct sla_terms {
    struct str name;
    const struct calendar *calendar[BAND_COUNT]; /* NULL: always */
    struct calendar **calendars;                 /* those, each once */
    size_t calendar_count;
    struct target target[CLOCK_KIND_MAX][BAND_COUNT];
    struct config_warnings warn;
    unsigned pause;      /* PAUSE_ bits */
    int max_extensions;  /* of the resolution */
    bool since_customer; /* updates are counted from the customer's word, not from ours */
    struct named_terms *clocks;
    size_t clock_count;
    int64_t valid_from; /* of a regulation: which version it is */
};

/* NULL: the terms have none of that name. */
const struct named_terms *sla_terms_named(const struct sla_terms *terms, struct str name);

struct ladder_terms_step {
    time_ms after;
    struct str level;
    bool unless_acknowledged;
    struct str match_text;   /* absent: always */
    struct matcher *matcher; /* of match_text; NULL: always */
    time_ms repeat;          /* told again after so long, `limit` times; 0: it is not */
    int64_t limit;
    struct calendar *window; /* put off until that opens; NULL: told at any time */
};

struct ladder_terms {
    struct str name;
    struct ladder_terms_step *steps; /* at most 32; `after` ascending */
    size_t step_count;
    time_ms group_wait;                 /* of what it tells; -1: as the configuration says */
    time_ms group_interval[BAND_COUNT]; /* likewise */
};

enum { LADDER_STEPS_MAX = 32 };

struct definitions;

struct definitions *definitions_new(void);
void definitions_free(struct definitions *definitions); /* NULL is fine */

/* Takes in everything that `config` defines; what tickets use of older ones stays. */
void definitions_configure(struct definitions *definitions, const struct config *config);
/* Of the current configuration, by index in its list of that kind (config->slas, ...); of ladders
 * in that of the rules that start them (config->escalations). */
uint64_t definitions_hash(const struct definitions *definitions, enum definition_kind kind,
                          size_t index);
static inline uint64_t definitions_sla_hash(const struct definitions *definitions, size_t index)
{
    return definitions_hash(definitions, DEFINITION_SLA, index);
}
static inline uint64_t definitions_ladder_hash(const struct definitions *definitions, size_t index)
{
    return definitions_hash(definitions, DEFINITION_LADDER, index);
}

/* The terms, of the kind's own type. NULL: unknown, or the hash is of another kind. Valid until
 * definitions_sweep. */
const void *definitions_terms(const struct definitions *definitions, enum definition_kind kind,
                              uint64_t hash);
/* Those of a clock: of an SLA, of an agreement between departments, or of a regulation. */
static inline const struct sla_terms *definitions_sla(const struct definitions *definitions,
                                                      uint64_t hash)
{
    const struct sla_terms *terms = definitions_terms(definitions, DEFINITION_SLA, hash);
    if (!terms)
        terms = definitions_terms(definitions, DEFINITION_AGREEMENT, hash);
    return terms ? terms : definitions_terms(definitions, DEFINITION_REGULATION, hash);
}
static inline const struct ladder_terms *definitions_ladder(const struct definitions *definitions,
                                                            uint64_t hash)
{
    return definitions_terms(definitions, DEFINITION_LADDER, hash);
}

/* What the configuration has in the place of terms that it does not have any more. */
enum succession {
    SUCCESSION_NONE,  /* it has them, or leaves alone what runs */
    SUCCESSION_DATES, /* alike in everything but calendars, and those of the same names, with dates
                         that are known for longer */
    SUCCESSION_CHANGED, /* others of the same name; only where open clocks are to be recomputed */
    SUCCESSION_REMOVED  /* nothing; likewise */
};
/* *now: the new terms, of the middle two; else untouched. */
enum succession definitions_succession(const struct definitions *definitions, uint64_t hash,
                                       uint64_t *now);
/* The terms by which something begins now that is under those of `hash`; 0: there are none any
 * more.
 */
uint64_t definitions_current(const struct definitions *definitions, uint64_t hash);
/* Whether open clocks are to be recomputed, whatever changed. */
bool definitions_recompute(const struct definitions *definitions);
/* Whether any that tickets use has a succession. */
bool definitions_succeed_any(const struct definitions *definitions);

/* One more or one fewer ticket uses it. True when that made it used, or unused: its changelog
 * record is then to be written, or deleted. */
bool definitions_use(struct definitions *definitions, uint64_t hash, int change);
/* The changelog value of a known definition. */
struct str definitions_text(const struct definitions *definitions, uint64_t hash);
/* Forgets what nobody uses and the configuration does not have: at transaction bounds only, since
 * an undo may bring a user back. */
void definitions_sweep(struct definitions *definitions);

/* One changelog record. Absent text: a tombstone. */
bool definitions_restore(struct definitions *definitions, uint64_t hash, struct str text,
                         struct error *err);
/* False when tickets use a definition whose record never came. */
bool definitions_restored(struct definitions *definitions, struct error *err);

/* "d/" and 16 hexadecimal digits. */
enum { DEFINITION_KEY_SIZE = 18 };
void definition_key(uint64_t hash, char key[DEFINITION_KEY_SIZE]);
bool definition_key_parse(struct str key, uint64_t *hash);
