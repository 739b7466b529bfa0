/* The checked configuration: immutable once made, shared by reference between threads. Everything
 * points into its own arena. `config_load` is the only way to make one. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"
#include "base/str.h"
#include "base/time.h"
#include "calendar/calendar.h"
#include "config/ladders.h"
#include "config/name.h"
#include "config/points.h"
#include "config/promises.h"
#include "config/routes.h"
#include "config/rules.h"
#include "model/band.h"
#include "yaml/place.h"

struct lexicon;

struct config_property { /* kafka: any librdkafka property */
    struct str name, value;
    bool secret; /* `value` is the path of its file until the shell reads it */
    struct yaml_place place;
};

/* One input topic. */
struct config_source {
    struct str topic;
    struct str format;            /* "ombud", "cloudevents", "zendesk", ... */
    const struct format *mapping; /* compiled format; NULL for "ombud" */
    struct str zone;              /* for zone-less times */
    bool home;                    /* the first one */
};

/* One entry of a calendar's `dates`. */
struct config_dates {
    int64_t first, last; /* days since 1970-01-01 */
    enum { DATES_HOURS, DATES_WORKDAY, DATES_WEEKDAY } kind;
    struct hours hours;   /* of DATES_HOURS; none: off */
    enum weekday weekday; /* of DATES_WEEKDAY: whose hours it has */
    struct yaml_place place;
};

struct config_calendar {
    struct str name;
    struct str base; /* another one, which holds where this one says nothing; absent: none */
    struct str zone;
    const struct hours *week; /* WEEKDAY_COUNT of them; NULL: as the base */
    const struct config_dates *dates;
    size_t date_count;
    int64_t valid_until; /* 0: as the base */
    struct str source;   /* where its dates are from; absent: nobody says */
    struct yaml_place place;
    enum { CALENDAR_READ, CALENDAR_AT_WORK, CALENDAR_DONE } state;
    struct calendar *calendar; /* made of all this; never NULL once loaded */
};

struct config_department {
    struct str slug;  /* ASCII, part of the topic */
    struct str topic; /* whole name */
    struct config_name name;
    const struct str *aliases;
    size_t alias_count;
    const struct calendar *calendar; /* when it works */
    const struct str **people;       /* [level] -> list of names */
    size_t *people_counts;           /* [level] */
    struct str
        authority[BAND_COUNT]; /* what it may grant without asking; absent: nothing is said */
    int capacity;              /* 0: unlimited */
    struct str overflow_name;  /* as written; absent: none */
    int overflow;              /* department, -1: none */
    struct yaml_place place;
    unsigned rule; /* the number of its overflow, see rules.h; 0: it has none */
};

struct config_level {
    struct str name; /* "lead" */
    struct str topic;
};

/* A sentence that a lexicon gives as an example of a concept with a floor. Nothing is decided by
 * it: `ombudctl check` asks whether it is heard. */
struct config_example {
    struct str category, concept; /* `concept` may be empty */
    int floor;
    struct str text; /* absent: the concept has no examples, and stands at `place` */
    struct yaml_place place;
};

enum { CONFIG_SOCKET_PATH_MAX = 107 /* bytes that a socket's address has room for */ };

struct config_topics {
    struct str prefix; /* what the others begin with, unless they are named */
    struct str home, customers, silences, promises, decisions, deadletter, state, notices, groups,
        config, versions;
    struct str department_prefix; /* "ombud.dept." */
    struct str escalation_prefix; /* "ombud.escalations." */
    int partitions;               /* topics create: 12 */
    int replication;              /* 0: 3 where there are 3 brokers, else as many as there are */
};

struct config {
    struct arena *arena;
    struct matcher **matchers; /* all of them: an arena cannot close them */
    size_t matcher_count;
    char fingerprint[13]; /* 12 hex digits and NUL, over `canonical` */
    struct str canonical; /* JSON text of everything that decides; ombud.config holds it */

    /* the service: none of this decides anything, so none is in the fingerprint */
    struct config_property *kafka;
    size_t kafka_count;
    struct str instance;     /* default "" : machine id plus the unit's instance name */
    int workers;             /* 1.. */
    time_ms commit_interval; /* 100 ms */
    int commit_records;      /* events a transaction at most: 10000 */
    int64_t buffer_bytes;    /* bound on buffered output; 64 MiB */
    time_ms broker_wait;     /* at start, before exit 69: 60 s */
    time_ms shutdown_wait;   /* 20 s */
    struct str http;         /* "127.0.0.1:9404"; "" for none */
    struct str *http_hosts;  /* names by which the pages may be asked for, too */
    size_t http_host_count;
    /* At most CONFIG_SOCKET_PATH_MAX bytes. */
    struct str control; /* path of a socket; "" for none, absent: see host/control_place.h */
    enum clock_mode clock;
    bool shadow; /* publish: shadow */
    enum { START_EARLIEST, START_LATEST, START_TIME } start_from;
    time_ms start_time;
    time_ms quiet_before; /* no escalation for what happened earlier; or 0 */

    struct config_topics topics;
    struct config_source *sources; /* [0] is home */
    size_t source_count;
    struct config_calendar *calendars; /* those defined here, and the files that were asked for */
    size_t calendar_count;
    struct calendar *always; /* of `zone` */
    struct config_department *departments;
    size_t department_count;
    struct config_level *levels; /* in the order of `levels:` */
    size_t level_count;

    const struct str *format_paths;
    size_t format_path_count;
    char format_hash[33]; /* like lexicon_hash, over the files that sources name; "": none */
    const struct str *lexicon_paths;
    size_t lexicon_path_count;
    struct lexicon *lexicon; /* never NULL, may be empty */
    char lexicon_hash[33];   /* 32 hex digits and NUL, over the text of its files */
    const struct config_example *examples;
    size_t example_count;
    struct config_score score;
    struct config_screen *screens;
    size_t screen_count;
    struct config_route *root;
    struct config_learned learned;
    struct config_inform *informs;
    size_t inform_count;
    struct config_sla *slas;
    size_t sla_count;
    struct config_regulation *regulations;
    size_t regulation_count;
    struct config_agreement *agreements;
    size_t agreement_count;
    struct config_ladder *ladders;
    size_t ladder_count;
    struct config_escalation *escalations;
    size_t escalation_count;

    struct config_rule *rules; /* all of them, by number */
    size_t rule_count;
    struct config_inhibit *inhibits;
    size_t inhibit_count;
    unsigned group_by; /* bits of enum notice_label: what tells groups of a level apart */

    bool recompute_open; /* what a reload changes or removes is so for open clocks, too */
    int max_returns;     /* 2: with so many a ticket is in dispute */
    time_ms group_wait;  /* 10 s */
    time_ms group_interval[BAND_COUNT]; /* 5 m for P2, 15 m for P3, 1 h for P4; of P1 not used */
    time_ms ack_timeout[BAND_COUNT];    /* 30 m for P1, else 4 h */
    time_ms max_silence;                /* 24 h */
    time_ms heartbeat;                  /* 1 m; 0: none */
    time_ms reopen_within;              /* 7 d after resolved */
    time_ms close_after;                /* after resolved; 0: never */
    time_ms retention;                  /* 30 d after closing */
    size_t keep_text;                   /* bytes of opening text in state: 1024 */
    size_t max_event;                   /* bytes: 524288 */
    struct str zone;                    /* IANA zone for due_local: "Asia/Shanghai" */
};

/* Reads a file of the configuration for config_load: the shell does the I/O. `path` is as written,
 * relative to the file that names it. The text goes to `arena`. A directory gives its *.yaml files
 * one by one, in the order of their names, through `each`. */
typedef bool config_read_fn(void *arg, struct str path, struct arena *arena,
                            bool (*each)(void *each_arg, struct str path, struct str text,
                                         struct error *err),
                            void *each_arg, struct error *err);

/* All errors and lint findings of one load, in order of position. */
struct config_finding {
    bool fatal;      /* false: lint */
    struct str text; /* "file:line:col: sentence", or "file:line:col: warning: sentence" */
};
struct config_findings {
    struct config_finding *items;
    size_t count;
    struct arena *arena;
};
void config_findings_free(struct config_findings *findings);

/* NULL if any finding is fatal; `findings` is filled in both cases and must be freed. */
struct config *config_load(struct str path, config_read_fn *read, void *read_arg,
                           struct config_findings *findings);
/* The same, and the calendar of that name, whether or not anything of the configuration uses it. */
struct config *config_load_calendar(struct str path, struct str calendar, config_read_fn *read,
                                    void *read_arg, struct config_findings *findings);
void config_free(struct config *config); /* NULL is fine */

/* By slug, name (any language) or alias, ASCII case ignored; -1: unknown. */
int config_department(const struct config *config, struct str name);
/* By slug alone, as tickets name their departments; -1: the configuration has none, or no more. */
int config_department_of(const struct config *config, struct str slug);
int config_level(const struct config *config, struct str name);
/* Appends a sentence when less than EXPIRY_WARNING_DAYS are left of the last day for which a
 * version is known, or none; else false. */
bool config_regulation_expires(const struct config_regulation *regulation, time_ms now,
                               struct buf *sentence);
/* NULL: there is none of that name, or "always". */
const struct config_calendar *config_calendar(const struct config *config, struct str name);
