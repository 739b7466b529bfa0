/* Which rules of a configuration the cases of `ombudctl test` reach. */
#pragma once

#include "config/config.h"
#include "model/actions.h"

struct coverage;

struct coverage *coverage_new(const struct config *config);
void coverage_free(struct coverage *coverage); /* NULL is fine */
/* `event` is the JSON that was fed, absent when only time passed. */
void coverage_take(struct coverage *coverage, struct str event, const struct actions *actions);
/* Prints the rules nobody reached, each with its place, and how many there are of each kind. */
void coverage_print(const struct coverage *coverage);
