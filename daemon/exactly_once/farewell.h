/* What a new configuration leaves behind: departments and levels that are gone from it while they
 * have something open. */
#pragma once

#include "exactly_once/task.h"
#include "host/log.h"

/* A warning for each, with how much it is. Before the tasks take the new configuration over. */
void farewell_tell(struct task **tasks, size_t count, const struct config *next, struct log *log);
