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
#include "config/rules.h"
#include "yaml/place.h"
#include "model/band.h"
#include "model/clock_kind.h"
#include "model/score_family.h"
#include "model/target.h"
#include "model/trigger.h"
#include "match/match.h"

struct lexicon;

/* A name that people read. Either may be absent in the YAML; then both are the slug. */
struct config_name {
    struct str zh, en;
};

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
};

struct config_level {
    struct str name; /* "lead" */
    struct str topic;
};

/* One node of the routing tree. The root is config->root. */
struct config_route {
    struct str name;         /* as decisions show it: `name:` or the department's slug */
    struct matcher *matcher; /* NULL at the root: matches everything */
    struct str match_text;
    int department;    /* index; children inherit the parent's */
    const int *inform; /* indices of departments */
    size_t inform_count;
    struct config_route *children;
    size_t child_count;
    struct yaml_place place;
    unsigned rule; /* its number, see rules.h */
};

struct config_inform {
    struct matcher *matcher;
    struct str match_text;
    const int *departments;
    size_t department_count;
    struct yaml_place place;
    unsigned rule; /* its number, see rules.h */
};

/* A sentence that a lexicon gives as an example of a concept with a floor. Nothing is decided by
 * it: `ombudctl check` asks whether it is heard. */
struct config_example {
    struct str category, concept; /* `concept` may be empty */
    int floor;
    struct str text; /* absent: the concept has no examples, and stands at `place` */
    struct yaml_place place;
};

/* Labels a demand; never drops it. First match wins. */
struct config_screen {
    struct str name;  /* the rule's name */
    struct str label; /* praise, enquiry, wish, abuse, out_of_scope, or the user's */
    struct matcher *matcher;
    struct str match_text;
    int department; /* -1: the tree decides */
    int band;       /* 0..3: no more urgent than this; -1: unchanged. Floors outrank it */
    struct yaml_place place;
    unsigned rule; /* its number, see rules.h */
};

struct config_warning { /* warn: 75% of the target, or so long before the due time */
    int percent;        /* 0: use `before` */
    time_ms before;
};
enum { CONFIG_WARNINGS_MAX = 4 };
struct config_warnings {
    struct config_warning items[CONFIG_WARNINGS_MAX]; /* as written */
    size_t count;
};

/* What an SLA's clocks stand still for: bits, in the order of the choices of `pause`. */
enum { PAUSE_CUSTOMER = 1 << 0, PAUSE_THIRD_PARTY = 1 << 1 };

/* What keeps a named clock: bits, in the order of the choices of `kept_by`. */
enum { KEEP_FULFILLED = 1 << 0, KEEP_REPLY = 1 << 1, KEEP_RESOLVED = 1 << 2, KEEP_ALL = 7 };

/* A promise that no built-in kind of clock makes: one that a company adds, or that a law sets. */
struct config_clock {
    struct str name;          /* in records; of a regulation "REGULATION.CLOCK" */
    struct config_name title; /* what is promised, for people */
    int start;                /* enum event_type; EVENT_OPENED: the receipt */
    struct matcher *aware;    /* NULL: `start` counts; else the first event that matches */
    struct str aware_text;
    struct str after; /* the clock of the same list that must be kept first; absent: none */
    unsigned kept_by; /* KEEP_ bits; the event `fulfilled` always keeps it */
    const struct calendar *calendar[BAND_COUNT]; /* NULL: as the list's owner */
    struct target target[BAND_COUNT];
    struct target every[BAND_COUNT];  /* kept, it begins again with this; none: it does not */
    struct target extend[BAND_COUNT]; /* the longest that it can be moved to; none: any date */
    int max_extensions;
    bool secret; /* no customer hears of it */
    struct yaml_place place;
};

struct config_sla {
    struct str name;
    const struct calendar *calendar[BAND_COUNT]; /* when its clocks run */
    struct matcher *matcher;                     /* NULL: matches everything */
    struct str match_text;
    bool today_counts, working_end; /* of its targets in days, see struct target */
    struct target target[CLOCK_KIND_MAX][BAND_COUNT];
    struct config_warnings warn;
    unsigned pause;              /* PAUSE_ bits */
    int max_extensions;          /* of the resolution */
    bool since_customer;         /* updates are counted from the customer's word, not from ours */
    struct config_clock *clocks; /* named ones */
    size_t clock_count;
    struct yaml_place place;
    unsigned rule; /* its number, see rules.h */
};

/* What a law says, as long as it says that. */
struct config_regulation_version {
    struct config_sla terms;         /* named clocks alone */
    struct str source;               /* where it is read */
    bool checked;                    /* somebody read it there */
    int64_t valid_from, valid_until; /* days of receipt since 1970-01-01; 0: no such day is known */
    struct yaml_place place;
};

/* Every ticket that matches is under it, beside its SLA, by the version of the day of its receipt.
 */
struct config_regulation {
    struct str name;
    struct str file;         /* absent: regulations/NAME.yaml beside the configuration */
    struct matcher *matcher; /* NULL: every ticket */
    struct str match_text;
    const struct calendar *calendar[BAND_COUNT]; /* NULL: as the version says */
    struct config_warnings warn;
    bool checked; /* somebody here has read all of it at its source */
    struct config_regulation_version *versions;
    size_t version_count;
    struct yaml_place place;
    unsigned rule; /* its number, see rules.h */
};

/* What one department may expect of another that it hands a ticket on to. */
struct config_agreement {
    int from;                /* department; -1: whoever hands it on */
    int to;                  /* department */
    struct config_sla terms; /* without matcher; of CLOCK_ACCEPT and CLOCK_HOLD */
    struct yaml_place place;
};

struct config_step {
    time_ms after;
    int level;
    bool unless_acknowledged;
    struct matcher *matcher; /* NULL: always */
    struct str match_text;
    time_ms repeat;                /* told again after so long; 0: it is not */
    int limit;                     /* so often */
    const struct calendar *window; /* put off until that opens; NULL: told at any time */
};

struct config_ladder {
    struct str name;
    const struct config_step *steps; /* `after` ascending */
    size_t step_count;
    struct yaml_place place;
};

struct config_escalation {
    bool on[TRIGGER_COUNT];
    bool bands[BAND_COUNT];  /* of TRIGGER_BAND */
    int reopened;            /* of TRIGGER_REOPENED: at least so often */
    struct matcher *matcher; /* NULL: every ticket */
    struct str match_text;
    int ladder;
    struct yaml_place place;
    unsigned rule; /* its number, see rules.h */
};

/* While a notice that `source` matches is open, those that `target` matches are not told, where
 * they have equal values of all labels of `equal`. */
struct config_inhibit {
    struct str name; /* "inhibition 1", or as the user calls it */
    struct matcher *source, *target;
    struct str source_text, target_text;
    unsigned equal; /* bits of enum notice_label */
    struct yaml_place place;
    unsigned rule; /* its number, see rules.h */
};

/* All numbers of scoring; every one a setting. Points are integers 0..100. */
struct config_points { /* name -> points, e.g. tier gold -> 8 */
    struct str name;
    int points;
    struct yaml_place place;
};
struct config_points_list {
    const struct config_points *items;
    size_t count;
};

/* A floor that belongs to two signals together, such as a frail person and a cold flat. A side is
 * heard where one of its texts is: `text.CATEGORY.CONCEPT`, `text.CATEGORY`, or a signal that is
 * not of the text. */
struct config_pair {
    struct str slug; /* the signal is "pair.SLUG" */
    struct config_name name;
    const struct str *sides[2]; /* as written */
    size_t side_counts[2];
    int floor;
    int within; /* most words between the two, or twice as many Han characters; 0: anywhere */
    const struct str *signals[2]; /* those of `sides` that are not of the text */
    size_t signal_counts[2];
    struct yaml_place place;
    unsigned rule; /* its number, see rules.h */
};
enum { CONFIG_PAIRS_MAX = 32 };

struct config_score {
    int caps[FAMILY_CAPPED];         /* text 60, need 15, customer 15, history 25, stated 10 */
    int bands[BAND_COUNT];           /* lowest score of the band: 80, 60, 35, 0 */
    int diminish;                    /* percent that each further hit of a category counts: 50 */
    int question;                    /* percent that a hit in a question counts: 25 */
    int intensify;                   /* percent that an intensified hit counts: 125 */
    struct config_points_list needs; /* basic, expected, exciting -> points */
    struct config_points_list categories; /* event category -> which need, as index into needs */
    struct config_points_list tiers;
    struct config_points_list lifecycles;
    struct config_points_list channels;
    int value_from;   /* customer value from which points grow: 50 */
    int value_points; /* points of value 100 */
    int vulnerable_points;
    int contact_points;     /* per further customer message while open */
    int reopen_points;      /* per reopening */
    int return_points;      /* per return of a department */
    int rating_points;      /* per low rating of the customer */
    int overdue_points;     /* where a promise is broken; half of them where it warned */
    int praise_points;      /* that praise takes off the text */
    int unheard_points;     /* of a text in which nothing is found */
    int priority_points[5]; /* [1..4]: stated priority */
    struct config_pair *pairs;
    size_t pair_count;
    const uint64_t *pair_sides; /* by concept of the lexicon: bit 2 * pair + side */
};

/* A routing model made by `ombudctl learn`, and what it may do on its own. */
struct config_learned {
    struct str path; /* as written; absent: no model */
    bool fallback;   /* where no route but the root matches, it decides */
    int margin;      /* with at least this margin */
    struct routing_model *model;
    struct config_route *routes; /* one for each of its departments, named "learned" */
    size_t route_count;
    char hash[13]; /* 12 hex digits of the model and NUL; "": none */
};

struct config_topics {
    struct str prefix; /* what the others begin with, unless they are named */
    struct str home, customers, silences, promises, decisions, deadletter, state, notices, groups,
        config;
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
int config_level(const struct config *config, struct str name);
/* Appends a sentence when less than EXPIRY_WARNING_DAYS are left of the last day for which a
 * version is known, or none; else false. */
bool config_regulation_expires(const struct config_regulation *regulation, time_ms now,
                               struct buf *sentence);
/* NULL: there is none of that name, or "always". */
const struct config_calendar *config_calendar(const struct config *config, struct str name);
