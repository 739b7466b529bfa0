/* One load of a configuration: what is being built, and what was found wrong on the way. Inside
 * src/config only. */
#pragma once

#include "config/config.h"
#include "config/setting.h"
#include "yaml/yaml.h"

/* A name that a matcher compares with: for lint. */
struct loader_use {
    enum matcher_use kind;
    struct str field, value;
    struct yaml_place place;
};

struct loader_floor { /* of a concept or a pair */
    int points;
    struct yaml_place place;
};

struct loader_category { /* of phrases, with the most points that one of them adds */
    struct str name;
    int points;
    struct yaml_place place;
};

struct loader_finding {
    struct yaml_place place;
    size_t order; /* files as read; ties keep the order in which they were found */
    bool fatal;
    struct str text;
};

struct loader {
    struct config *config;
    struct arena *arena;   /* the config's */
    struct arena *scratch; /* YAML trees and sentences: dies with the load */
    config_read_fn *read;
    void *read_arg;
    const struct yaml *root; /* after includes */
    struct str path;         /* the file that was asked for */
    struct str calendar;     /* wanted whoever uses it; absent: none */

    struct str *files;
    size_t file_count;
    struct loader_finding *findings;
    size_t finding_count;
    bool failed;
    struct loader_use *uses;
    size_t use_count;
    struct matcher **matchers;
    size_t matcher_count;
    struct loader_floor *floors;
    size_t floor_count;
    struct loader_category *categories;
    size_t category_count;
};

/* Files are numbered as they are first seen; findings come in that order. */
size_t loader_file(struct loader *loader, struct str file);
/* A sentence at a place. Fatal: the load fails, but goes on looking. */
void loader_fail(struct loader *loader, struct yaml_place place, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* The same, as lint: a person should look at it, and the configuration works. */
void loader_note(struct loader *loader, struct yaml_place place, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* `err` says "file:line:col: sentence" already: as yaml_parse and readers do. */
void loader_fail_text(struct loader *loader, struct yaml_place place, const struct error *err);
/* " (did you mean 'x'?)", or an empty text, in the scratch arena. */
const char *loader_guess(struct loader *loader, struct str word, const struct str *names,
                         size_t count);
/* How a file named in `from` is called from where the program stands. */
struct str loader_path(struct loader *loader, struct str from, struct str path);
/* The tree of a file's text, in the scratch arena; NULL after saying why there is none. */
struct yaml *loader_parse(struct loader *loader, struct str path, struct str text);
/* Reads and parses one file: `root` as loader_parse gives it. False + err: it cannot be read. */
bool loader_tree(struct loader *loader, struct str path, struct yaml **root, struct error *err);

/* The findings in order, in an arena of their own; without repetitions. */
void loader_hand_over(struct loader *loader, struct config_findings *findings);

/* The file and all it includes as one tree; NULL after loader_fail. */
const struct yaml *loader_merge(struct loader *loader);

/* Reads `map` (NULL or empty: all defaults) into `object` by the rows of `table`. */
void loader_read(struct loader *loader, const struct setting_table *table, const struct yaml *map,
                 struct yaml_place place, void *object);
/* One value by its row: the single values, and the lists and maps. */
void loader_read_value(struct loader *loader, const struct setting *row, const struct yaml *node,
                       char *object);
void loader_read_list(struct loader *loader, const struct setting *row, const struct yaml *node,
                      char *object);

void loader_read_scores(struct loader *loader, const struct setting *row, const struct yaml *node,
                        int *out);
void loader_read_times(struct loader *loader, const struct setting *row, const struct yaml *node,
                       time_ms *out);
void loader_read_targets(struct loader *loader, const struct setting *row, const struct yaml *node,
                         struct target *targets);
void loader_read_triggers(struct loader *loader, const struct setting *row, const struct yaml *node,
                          struct config_escalation *escalation);
/* 75% or 10m. False after saying that it must be. */
bool loader_read_warning(struct loader *loader, const struct setting *row, const struct yaml *node,
                         struct config_warning *out);
void loader_read_calendar(struct loader *loader, const struct yaml *node,
                          const struct calendar **out);
void loader_read_band_texts(struct loader *loader, const struct setting *row,
                            const struct yaml *node, struct str *out);
void loader_read_band_calendars(struct loader *loader, const struct setting *row,
                                const struct yaml *node, const struct calendar **out);
void loader_read_hours(struct loader *loader, const struct setting *row, const struct yaml *node,
                       char *object);
void loader_read_dates(struct loader *loader, const struct setting *row, const struct yaml *node,
                       char *object);
void loader_read_calendars(struct loader *loader, const struct setting *row,
                           const struct yaml *node);
/* The band that a key names; says so when it is none. `rest`: `default` is -1 and fine. */
bool loader_read_band_key(struct loader *loader, const struct setting *row, const struct yaml *key,
                          bool rest, int *band);
/* False after saying that the value must be of that kind. */
bool loader_wants(struct loader *loader, const struct setting *row, const struct yaml *node,
                  enum yaml_kind kind);
/* "'15m'", or "a list": a value in a sentence, in the scratch arena. */
const char *loader_quote(struct loader *loader, const struct yaml *node);

/* What rows alone cannot tell: defaults that depend on others, order, names, inheritance. */
void loader_finish(struct loader *loader);
/* Whether named clocks, as one list has them, can start. */
void loader_check_clocks(struct loader *loader, struct config_clock *clocks, size_t count);
/* Gives those of `owner` what they have from it: its calendars, how its days count. */
void loader_finish_clocks(struct loader *loader, struct config_sla *owner);
/* Gives every rule a number, in the order in which they are asked. */
void loader_number_rules(struct loader *loader);
/* Makes the calendars; whoever named none has `always`. */
void loader_finish_calendars(struct loader *loader);
/* Reads the files of regulations; before calendars are made, whose names they use. */
void loader_read_regulations(struct loader *loader);
/* After calendars and SLAs. */
void loader_finish_regulations(struct loader *loader);
void loader_lint_regulations(struct loader *loader);
/* Reads the mapping files that sources name. */
void loader_formats(struct loader *loader);
/* Reads the lexicons, compiles them and takes their hash. */
void loader_lexicons(struct loader *loader);
/* Is this concept, maybe with the whole category, a side of a pair? Before they are resolved. */
bool loader_is_paired(const struct loader *loader, struct str category, struct str concept);
/* Finds what the sides of pairs name. After the lexicons. */
void loader_pairs(struct loader *loader);
/* For lint. */
void loader_note_floor(struct loader *loader, int points, struct yaml_place place);
/* The names of all signals that are not of the text, in the scratch arena. */
struct str *loader_plain_signals(struct loader *loader, size_t *count);
/* Reads the routing model and fits its departments to ours. */
void loader_learned(struct loader *loader);
/* Fills `canonical` and `fingerprint`. */
void config_make_canonical(struct config *config);
/* Findings about what is allowed but senseless. Only on a configuration without errors. */
void loader_lint(struct loader *loader);
/* Those of them that are about ladders. */
void loader_lint_ladders(struct loader *loader);
/* And those about inhibitions. */
void loader_lint_inhibitions(struct loader *loader);
/* Whether the agreement says anything of that kind of clock. */
bool loader_promises(const struct config_agreement *agreement, enum clock_kind kind);
