/* The message that supervisors of one level get about one group: an escalation record. */
#pragma once

#include "base/zone.h"
#include "config/config.h"
#include "escalate/groups.h"
#include "model/actions.h"

enum { MESSAGE_TICKETS = 20 }; /* listed, the most urgent first; the total is always told */

/* Appends the record about `group` as it stands at `now`: firing while any ticket is, else
 * acknowledged, else resolved. `zone` is for times that people read. */
void message_add(const struct config *config, const struct zone *zone, const struct group *group,
                 time_ms now, struct actions *actions);
