/* Is what a phrase tells only supposed, by the grammar around it: a condition, a question, an
 * alternative? Private to this folder. */
#pragma once

#include "mood.h"

/* Did what was asked or feared come about after all? "… and an hour later it did." */
bool is_confirmed(struct context *context, const struct finding *finding);

/* In doubt it is not. */
bool is_supposed(struct context *context, const struct finding *finding,
                 const struct clause *clause);
