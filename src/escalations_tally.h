/* What the stage escalations counts of its own work. Private to the engine. */
#pragma once

#include "encode/deadletter.h"
#include "engine.h"
#include "escalate/groups.h"

/* What only grows. */
struct escalations_tally {
    uint64_t notices, messages, suppressed;
    struct deadletter_tally dead_letters;
};

/* The counters in order, and an empty row. */
extern const struct engine_counter escalations_tally_rows[];
/* Their values; those of `groups` are what they hold now. */
void escalations_tally_values(const struct escalations_tally *tally, const struct groups *groups,
                              uint64_t *values);

/* The same with labels. */
extern const struct series_row escalations_tally_series_rows[];
void escalations_tally_series(const struct escalations_tally *tally, const struct groups *groups,
                              const struct rule_hits *hits, const struct config *config,
                              series_fn *each, void *arg);
