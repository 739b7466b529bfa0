/* A record a level, again and again: whoever hears nothing else knows that there is nothing. */
#pragma once

#include "config/config.h"
#include "escalate/groups.h"
#include "model/actions.h"

/* Appends one for each level; `next` is when the one after it is due. */
void heartbeat_add(const struct config *config, const struct groups *groups, time_ms now,
                   time_ms next, struct actions *actions);
/* When the next one after `now` is due: whole intervals since 1970, so that it does not matter who
 * sends it. TIME_NEVER: none is. */
time_ms heartbeat_after(const struct config *config, time_ms now);
