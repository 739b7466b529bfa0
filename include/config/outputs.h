/* Where the records that engines write go. */
#pragma once

#include "config/config.h"
#include "model/actions.h"

/* The configured topic name of an action, e.g. "ombud.dept.quality". */
struct str action_topic(const struct action *action, const struct config *config);
