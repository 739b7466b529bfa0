/* Why: the records that an engine made of one event, told to a support manager. They are all it
 * looks at, so what it says is what was decided; the same words serve a live decision. */
#pragma once

#include "base/buf.h"
#include "config/config.h"
#include "model/actions.h"

enum explain_language { EXPLAIN_EN, EXPLAIN_ZH };

/* The actions of one turn of the tickets stage. `event` (its JSON, may be absent) is quoted
 * shortly. Everything said ends with a newline. */
void explain_text(const struct config *config, struct str event, const struct actions *actions,
                  enum explain_language language, struct buf *out);
/* The same as one JSON object: {"decision":…, "dispatches":[…], "promise":…, "notices":[…],
 * "deadletter":…, "forward":…}; the records as they are. */
void explain_json(const struct actions *actions, struct buf *out);

/* A signal's name for people: "text.safety" is "danger" or "安全危险"; unknown ones are themselves.
 */
struct str explain_signal(struct str name, enum explain_language language);
