/* CloudEvents 1.0 binary-mode headers of the records that come out. */
#pragma once

#include "base/time.h"
#include "model/actions.h"

/* Sets action->headers. `id` is 32 bytes in memory that lives as long as the action; `type` and
 * `source` are literals ("ombud.dispatch", "ombud/tickets"). `department` absent: no
 * ombud-department. */
void headers_set(struct action *action, struct actions *actions, const char *type,
                 const char *source, struct str id, struct str subject, time_ms time,
                 struct str department);
