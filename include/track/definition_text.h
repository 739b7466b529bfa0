/* Definitions as text and back: self-contained JSON, so that a ticket's promise outlives the
 * configuration that made it. */
#pragma once

#include "track/definition.h"

/* How many of that kind `config` has. */
size_t definition_count(const struct config *config, enum definition_kind kind);
/* The `index`-th of that kind that `config` has, appended. */
void definition_write(const struct config *config, enum definition_kind kind, size_t index,
                      struct buf *out);
/* The terms, of the kind's own type, in `arena`, to be closed before it is freed; NULL + err. */
void *definition_parse(struct str text, struct arena *arena, enum definition_kind *kind,
                       struct error *err);
/* Whether the second text is of the same terms as the first, but for calendars of the same names,
 * of which at least one has a later `valid_until` and none an earlier one. */
bool definition_renews(struct str old, struct str now);
void definition_close(enum definition_kind kind, void *terms);
