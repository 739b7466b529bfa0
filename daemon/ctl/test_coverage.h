/* Which rules of a configuration the cases of `ombudctl test` reach. */
#pragma once

#include "config/config.h"
#include "model/actions.h"
#include "model/series.h"

struct coverage;

struct coverage *coverage_new(const struct config *config);
void coverage_free(struct coverage *coverage); /* NULL is fine */
/* `event` is the JSON that was fed, absent when only time passed. */
void coverage_take(struct coverage *coverage, struct str event, const struct actions *actions);
/* What the stages counted in a case: a series_fn for desk_rules, `coverage` a struct coverage. */
void coverage_count(void *coverage, int row, const struct str values[SERIES_LABELS],
                    uint64_t value);
/* Prints the rules nobody reached, each with its place, and how many there are of each kind. */
void coverage_print(const struct coverage *coverage);
