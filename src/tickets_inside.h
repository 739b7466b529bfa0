/* The stage tickets inside: what its parts share. */
#pragma once

#include "encode/records.h"
#include "engine.h"
#include "text/lexicon.h"
#include "track/state.h"
#include "tickets_tally.h"

struct tickets {
    struct engine_setup setup; /* its configuration is the current one */
    struct state *state;
    struct encoder *encoder;
    struct lexicon_scratch *scratch;     /* made on first use */
    struct match_scratch *match_scratch; /* grows for patterns on their first use */
    struct features *features;           /* of the routing model, if there is one */
    struct arena *arena;                 /* of the turn */
    struct tally tally, committed;       /* now, and at the last mark */
    struct rule_hits hits, hits_committed;
};

/* Says in the changelog how it is written, where that is not said yet: before any record of it. */
void tickets_announce(struct tickets *tickets, struct actions *actions);
/* Of the routing model, made on first use; NULL: there is no model. */
struct features *tickets_features(struct tickets *tickets);
/* All records of a turn, and counts them. */
void tickets_encode(struct tickets *tickets, struct turn *turn, struct actions *actions);

/* ---- tickets_deadline.c */

/* What is due of `ticket`, which state_load_due gave, until `moment`. */
void tickets_take_deadline(struct tickets *tickets, struct ticket *ticket,
                           const struct moment *moment, struct actions *actions);

/* ---- tickets_load.c: the load of departments */

/* Tells the other partitions what this one has. */
void tickets_tell_load(struct tickets *tickets, time_ms now, struct actions *actions);
/* After a turn: what it changed, and the other partitions at once where that was much. */
void tickets_count_load(struct tickets *tickets, const struct moment *moment,
                        struct actions *actions);
/* Another partition's word: a decision without a ticket. */
void tickets_take_load(struct tickets *tickets, struct turn *turn, struct actions *actions);
