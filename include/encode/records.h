/* What came of a turn, as records: dispatches, the promise, notices and one decision. */
#pragma once

#include "base/zone.h"
#include "model/actions.h"
#include "track/turn.h"

struct encoder;

/* `config` outlives it, or is replaced by encoder_configure. `partition`: the task's, of
 * `home_partitions` of the home topic. */
struct encoder *encoder_new(const struct config *config, int32_t partition,
                            int32_t home_partitions);
void encoder_free(struct encoder *encoder); /* NULL is fine */
void encoder_configure(struct encoder *encoder, const struct config *config);

struct record_counts {
    uint64_t dispatches, promises, notices, decisions;
    uint64_t errands;     /* records of the home topic for other tickets */
    uint64_t provisional; /* promises in records: made or moved to behind what a calendar knows */
};

/* Appends everything that the turn caused but its state. Adds to `counts`. */
void encode_turn(struct encoder *encoder, const struct turn *turn, struct actions *actions,
                 struct record_counts *counts);

/* What other partitions are told of this one's load: `value` as load_tell gave it, in memory of the
 * actions. */
void encode_load(struct encoder *encoder, struct str value, struct actions *actions,
                 struct record_counts *counts);

/* What other partitions are told of an account that turn->event erases; how many. */
size_t encode_account_erased(struct encoder *encoder, const struct turn *turn,
                             struct actions *actions, struct record_counts *counts);

/* The text that state keeps of an opening, as a JSON object of `subject` and `body` with at most
 * `keep` bytes of text, cut on character boundaries; absent when the event has neither. */
struct str opening_text(const struct event *event, size_t keep, struct arena *arena);
