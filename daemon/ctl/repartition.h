/* Takes the tickets of a router that stands still over to another number of partitions. */
#pragma once

#include "config/config.h"
#include "ctl/command.h"

/* From the changelog of `old` into that of `next`, which must be a topic of its own, empty, with as
 * many partitions as the home topic has by now. Everything is said; the code to exit with. */
int repartition_run(const struct command *command, const struct config *old,
                    const struct config *next);
