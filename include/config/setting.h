/* Settings as table rows. Everything about the YAML language comes from them: reading with errors
 * that have positions, unknown keys with a suggestion, the canonical text, the reference page, the
 * JSON schema, and what a reload may change. */
#pragma once

#include "base/buf.h"
#include "config/config.h"
#include "yaml/yaml.h"

enum setting_type {
    /* single values; the C type at `offset` */
    SETTING_TEXT,       /* struct str */
    SETTING_SLUG,       /* struct str: ^[a-z0-9][a-z0-9_-]{0,62}$ */
    SETTING_TOPIC,      /* struct str: what Kafka allows in a topic's name */
    SETTING_INTEGER,    /* int, min..max */
    SETTING_BYTES,      /* int64_t or size_t, min..max: 512KiB, 64MiB */
    SETTING_PERCENT,    /* int, min..max: 75% */
    SETTING_DURATION,   /* time_ms, min..max: 100ms, 15m, 7d */
    SETTING_CHOICE,     /* an enum: the place in `choices` */
    SETTING_FLAG,       /* bool: false is the first of two `choices` */
    SETTING_START,      /* int start_from; time_ms at `extra`: earliest, latest or a time */
    SETTING_TIME,       /* time_ms: RFC 3339; absent: `min` */
    SETTING_FORMAT,     /* struct str: the name of a source format */
    SETTING_ZONE,       /* struct str: an IANA zone */
    SETTING_DATE,       /* int64_t: days since 1970-01-01; 0: absent */
    SETTING_CALENDAR,   /* const struct calendar *, by name */
    SETTING_MATCHER,    /* struct matcher *; its text as struct str at `extra` */
    SETTING_DEPARTMENT, /* int: index, -1 absent */
    SETTING_LEVEL,      /* int: index */
    SETTING_LADDER,     /* int: index */
    SETTING_BAND,       /* int: 0..3, -1 absent */
    SETTING_UNLESS,     /* bool: `acknowledged` */
    /* lists and maps */
    SETTING_NAME,           /* struct config_name: a text or {zh, en} */
    SETTING_TEXTS,          /* struct str *; size_t at `extra` */
    SETTING_PATHS,          /* the same: files or directories, made relative to the program's */
    SETTING_DEPARTMENTS,    /* int *; size_t at `extra` */
    SETTING_LEVELS,         /* struct config_level *; size_t at `extra` */
    SETTING_WARNINGS,       /* struct config_warnings: 75% or 10m, alone or as a list */
    SETTING_SET,            /* unsigned: a bit for each of `choices`, alone or as a list */
    SETTING_PEOPLE,         /* struct str **, size_t * at `extra`: level -> names */
    SETTING_POINTS,         /* struct config_points_list: name -> integer, min..max */
    SETTING_NEEDS,          /* struct config_points_list: name -> index in score.needs */
    SETTING_BAND_SCORES,    /* int[BAND_COUNT] */
    SETTING_BAND_TIMES,     /* time_ms[BAND_COUNT]: one duration, or {P1: …, default: …} */
    SETTING_BAND_TEXTS,     /* struct str[BAND_COUNT]: one text, or {P1: …, default: …} */
    SETTING_BAND_CALENDARS, /* const struct calendar *[BAND_COUNT]: one, or {P1: ..., default: ...}
                             */
    SETTING_HOURS,          /* struct hours[WEEKDAY_COUNT] *: weekdays -> shifts */
    SETTING_DATES,     /* struct config_dates *; size_t at `extra`: dates -> shifts, off, workday */
    SETTING_CALENDARS, /* struct config_calendar *; size_t at `extra`: names -> `inner`, or a path
                        */
    SETTING_TARGETS,   /* struct target[BAND_COUNT] */
    SETTING_TRIGGERS,  /* struct config_escalation, whole */
    SETTING_PROPERTIES, /* struct config_property *; size_t at `extra` */
    SETTING_TABLE,      /* the struct of `inner`, at `offset` */
    SETTING_TABLES,     /* pointer to structs of `inner`; size_t at `extra`: a list */
    SETTING_MAP,        /* the same from a map: the key goes to the row of `inner` named "" */
    SETTING_ROOT,       /* pointer to one struct of `inner` */
    SETTING_LATER       /* understood, but not by this version: an error, `help` says what */
};

enum {
    SETTING_REQUIRED = 1,
    SETTING_FIXED = 2,   /* a reload may not change it */
    SETTING_SERVICE = 4, /* decides nothing: not in the canonical text */
    SETTING_NOTICES = 8, /* a matcher that is asked about notices, not about tickets */
    SETTING_CLIMBS = 16, /* a matcher that is asked in an escalation */
    SETTING_OR_NOT = 32  /* durations of which 0 says something: absent is -1 */
};

struct setting_table;

struct setting {
    const char *key;
    enum setting_type type;
    size_t offset, extra;
    int64_t min, max;
    const char *fallback; /* the default, as YAML; NULL: absent */
    unsigned flags;
    const char *help;           /* one or more sentences */
    const char *const *choices; /* NULL-terminated */
    const struct setting_table *inner;
};

struct setting_table {
    const char *name;    /* of the schema's definition: "department" */
    size_t size;         /* of the struct */
    ptrdiff_t place;     /* offset of its struct yaml_place, -1: none */
    const char *example; /* YAML for the reference, may be NULL */
    const struct setting *rows;
    size_t count;
};

/* The whole language: rows of struct config. */
extern const struct setting_table settings;
extern const struct setting_table escalation_settings;

/* A bound of the row, in its unit: "1MiB", "366d", "100ms", "75%". Returns `text`. */
enum { SETTING_BOUND_SIZE = 32 };
const char *setting_bound(const struct setting *row, int64_t value, char text[SETTING_BOUND_SIZE]);

/* The value of one row. Properties are never written: they may hold secrets. */
void setting_json(const struct setting *row, const void *object, const struct config *config,
                  struct buf *out);
/* One struct as JSON, rows in order; a configuration again when read as YAML. `flags`: rows with
 * one of them are left out. */
void setting_table_json(const struct setting_table *table, const void *object,
                        const struct config *config, unsigned flags, struct buf *out);
