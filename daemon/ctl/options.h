/* The options of a command as rows: what each is called, what it takes and where that goes. */
#pragma once

#include "ctl/command.h"

enum option_kind {
    OPTION_FLAG,   /* bool: takes nothing */
    OPTION_TEXT,   /* const char *: borrowed from argv */
    OPTION_NUMBER, /* int, least..most */
    OPTION_TIME,   /* time_ms: RFC 3339 */
    OPTION_CHOICE, /* int: the place in `choices` */
    OPTION_CHOICES /* bool[]: the same, true at each place that was named */
};

struct option_row {
    const char *name; /* without dashes; "config" is also -c; NULL ends the rows */
    enum option_kind kind;
    void *to; /* untouched unless the option is given */
    int least, most;
    const char *const *choices; /* NULL-terminated */
};

enum { OPTIONS_MOST = 8 };

/* Reads them, and --help. -1: go on, with what is no option from argv[optind]; otherwise the code
 * to exit with, everything is said. */
int options_read(const struct command *command, const struct option_row *rows, int argc,
                 char **argv);
