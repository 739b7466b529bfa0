/* CloudEvents 1.0 binary-mode headers of the records that come out. */
#pragma once

#include "model/actions.h"

/* ce_source: which stage a record comes from. */
#define SOURCE_INTAKE "ombud/intake"
#define SOURCE_TICKETS "ombud/tickets"
#define SOURCE_ESCALATIONS "ombud/escalations"

/* Sets action->headers. `id` is 32 bytes in memory that lives as long as the action; `type` and
 * `source` are literals ("ombud.dispatch", SOURCE_TICKETS). The four that CloudEvents requires and
 * no more: a header costs as much to make, carry and free as hundreds of bytes of value, and whose
 * a record is, when it was decided and for which department stand in its key and value. */
void headers_set(struct action *action, struct actions *actions, const char *type,
                 const char *source, struct str id);
