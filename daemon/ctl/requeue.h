/* Gives dead letters back to where they came from, exactly once: records and what is settled by
 * them commit in one transaction, so it can be interrupted anywhere and called again. */
#pragma once

#include "ctl/command.h"
#include "ctl/letters.h"

struct requeue {
    const struct command *command;
    const struct config *config;
    struct letter_filter filter;
    const char *to;   /* another topic than their own; NULL: their own */
    bool dry_run;     /* tells what it would do */
    bool discard;     /* settles them without writing them */
    bool quarantined; /* those, too, that came back three times already */
};

/* Everything is said; returns the code to exit with. */
int requeue_run(const struct requeue *requeue);
