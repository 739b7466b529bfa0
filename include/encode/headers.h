/* CloudEvents 1.0 binary-mode headers of the records that come out. */
#pragma once

#include "base/time.h"
#include "model/actions.h"

/* ce_source: which stage a record comes from. */
#define SOURCE_INTAKE "ombud/intake"
#define SOURCE_TICKETS "ombud/tickets"
#define SOURCE_ESCALATIONS "ombud/escalations"

/* Sets action->headers. `id` is 32 bytes in memory that lives as long as the action; `type` and
 * `source` are literals ("ombud.dispatch", SOURCE_TICKETS). `department` absent: no
 * ombud-department. */
void headers_set(struct action *action, struct actions *actions, const char *type,
                 const char *source, struct str id, struct str subject, time_ms time,
                 struct str department);
