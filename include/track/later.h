/* The steps of a climb that are told out of their order: put off, or told again. */
#pragma once

#include "track/definition.h"
#include "track/ticket.h"

/* Sets when the step is to be told, in place of what was set for it. */
void later_put(struct climb *climb, struct later later, struct arena *arena);
void later_drop(struct climb *climb, unsigned step);

/* The one that comes first, of two the lower step; NULL: none is to come as things stand. An
 * acknowledgement holds all back but what is put off and asks for none. */
struct later *later_next(const struct climb *climb, const struct ladder_terms *terms);

/* When the step is told that would be at `at`: when its hours have begun. */
time_ms later_opening(const struct ladder_terms_step *step, time_ms at);
/* The repetition that follows one at `at`, after `now`: what was missed until then counts as told.
 * False: none does. */
bool later_again(const struct ladder_terms_step *step, struct later *later, time_ms now);
