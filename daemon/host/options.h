/* The options of a program as rows: what each is called, what it takes and where that goes. */
#pragma once

#include "base/error.h"

enum option_kind {
    OPTION_FLAG,     /* bool: takes nothing */
    OPTION_TEXT,     /* const char *: borrowed from argv */
    OPTION_NUMBER,   /* int, least..most */
    OPTION_TIME,     /* time_ms: RFC 3339 */
    OPTION_DURATION, /* time_ms: 90s, 2h30m, 3d */
    OPTION_CHOICE,   /* int: the place in `choices` */
    OPTION_CHOICES   /* bool[]: the same, true at each place that was named */
};

struct option_row {
    const char *name; /* without dashes; "config" is also -c, "output" -o; NULL ends the rows */
    enum option_kind kind;
    void *to; /* untouched unless the option is given */
    int least, most;
    const char *const *choices; /* NULL-terminated */
};

enum { OPTIONS_MOST = 16 };

enum options_outcome {
    OPTIONS_READ, /* what is no option begins at argv[optind] */
    OPTIONS_HELP, /* --help: what came after it was not read */
    OPTIONS_WRONG /* + err */
};

/* Reads the options of `rows`, and --help. An unknown one getopt names itself on standard error. */
enum options_outcome options_read(const struct option_row *rows, int argc, char **argv,
                                  struct error *err);
