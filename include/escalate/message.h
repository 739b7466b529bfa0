/* The message that supervisors of one level get about one group: an escalation record. */
#pragma once

#include "base/zone.h"
#include "escalate/groups.h"
#include "escalate/quiet.h"
#include "model/actions.h"

enum { MESSAGE_TICKETS = 20 }; /* listed, the most urgent first; the total is always told */

/* Appends the record about `group` as it stands at `now`: firing while any ticket is, else
 * acknowledged, else resolved. It is for the people of its level, but for those who hear all of it
 * at a nearer level. `zone` is for times that people read. */
void message_add(const struct quiet *quiet, const struct zone *zone, const struct groups *groups,
                 const struct group *group, time_ms now, struct actions *actions);
