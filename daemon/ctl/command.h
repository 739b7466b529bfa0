/* One command of ombudctl: a file each, found through the table in ombudctl.c. */
#pragma once

#include <stdbool.h>
#include <sysexits.h>

struct command {
    const char *name;
    const char *arguments; /* "-c FILE INPUT..." */
    const char *summary;   /* one line for the list of commands */
    const char *help;      /* the rest of `ombudctl COMMAND --help` */
    /* argv[0] is the command's name. Returns an exit code of sysexits.h. */
    int (*run)(const struct command *command, int argc, char **argv);
};

extern const struct command command_ack;
extern const struct command command_calendar;
extern const struct command command_check;
extern const struct command command_deadletter;
extern const struct command command_diff;
extern const struct command command_event;
extern const struct command command_explain;
extern const struct command command_format;
extern const struct command command_help_config;
extern const struct command command_learn;
extern const struct command command_reload;
extern const struct command command_replay;
extern const struct command command_settle;
extern const struct command command_silence;
extern const struct command command_status;
extern const struct command command_test;
extern const struct command command_ticket;
extern const struct command command_topics;
extern const struct command command_upgrade;
extern const struct command command_watch;

/* "ombudctl COMMAND: sentence" on standard error, then the usage line. Returns EX_USAGE. */
int command_misused(const struct command *command, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* "ombudctl COMMAND: sentence" on standard error. Returns `code`. */
int command_failed(const struct command *command, int code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* Usage and help on standard output. Returns 0. */
int command_help(const struct command *command);

struct option_row;
/* Reads the options of `rows` (host/options.h) and answers --help. -1: go on, with what is no
 * option from argv[optind]; otherwise the code to exit with, everything is said. */
int command_options(const struct command *command, const struct option_row *rows, int argc,
                    char **argv);

/* The configuration that a command uses: the one that `-c` gave, else $OMBUD_CONFIG, else
 * /etc/ombud/ombud.yaml, else conf/ombud.yaml, which is there at the root of the tree. NULL: none,
 * which is said; return EX_USAGE. */
const char *command_config_path(const struct command *command, const char *given);

struct config;
/* Loads `path`, prints every error on standard error, and for `check` lint too. NULL: the
 * configuration is unusable and the command should return EX_CONFIG. Free with config_free. */
struct config *command_config(const struct command *command, const char *path);
/* The same for a command that asks a broker: reads the secrets too. */
struct config *command_broker_config(const struct command *command, const char *path);
