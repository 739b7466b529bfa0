/* What the stage tickets counts of its own work. Private to the engine. */
#pragma once

#include "encode/deadletter.h"
#include "encode/records.h"
#include "engine.h"
#include "track/census.h"
#include "track/store.h"
#include "track/turn.h"

/* What only grows. */
struct tally {
    uint64_t outcomes[OUTCOME_COUNT];
    uint64_t timers, skipped, forwards;
    struct deadletter_tally deadletters;
    uint64_t warnings, unknown_fields, missing_fields; /* of events, see struct event */
    uint64_t unanchored;                               /* internal tickets */
    struct record_counts records;
};

/* The counters in order, and an empty row. */
extern const struct engine_counter tally_rows[];
/* Their values; those of `store` are what it holds now. */
void tally_values(const struct tally *tally, const struct store *store, uint64_t *values);

/* The same with labels. */
extern const struct series_row tally_series_rows[];
/* How often each rule was taken, none left out: but inhibitions, of which the stage of escalations
 * tells. */
void tally_rules(const struct config *config, const struct rule_hits *hits, series_fn *each,
                 void *arg);
void tally_series(const struct tally *tally, const struct census *census, series_fn *each,
                  void *arg);
