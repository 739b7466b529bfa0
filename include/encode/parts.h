/* Pieces of JSON that several records have in common, and their ids. */
#pragma once

#include "json/json_writer.h"
#include "encode/records.h"

/* One buffer, and what a promise's local times need. */
struct encoder {
    const struct config *config;
    struct zone *zone;
    int32_t partition, home_partitions; /* of the home topic: the task's, and how many */
    struct buf buf;
};

/* ce_id of the turn's `n`-th record of a kind: from what happened, never random, the same for any
 * number of partitions. 32 digits in `arena`. */
struct str record_id(const struct turn *turn, const char *kind, size_t n, struct arena *arena);
/* The encoder's buffer as an action's value. */
struct str record_value(struct encoder *encoder, struct actions *actions);

void put_customer(struct json_writer *json, const struct customer *customer);
void put_route(struct json_writer *json, const struct verdict *verdict);
/* What was said with a return, and who had the ticket: members of the object that is open, none
 * where there is nothing to say. */
void put_handback(struct json_writer *json, const struct handback *handback);
void put_hands(struct json_writer *json, const struct hands *hands);
/* That its department is full, and by how much. */
void put_overflow(struct json_writer *json, const struct turn *turn);
/* What one department said of another. */
void put_rating(struct json_writer *json, const struct rating *rating);
/* Whose time the ticket's life was, where it ended in this turn. */
void put_ledger(struct json_writer *json, const struct turn *turn);
/* How its band changed, where it ever did. */
void put_bands(struct json_writer *json, const struct ticket *ticket);
/* Whom it serves, and how many serve it: members, none where there is nothing to say. */
void put_origin(struct json_writer *json, const struct ticket *ticket);
void put_served_by(struct json_writer *json, const struct ticket *ticket);
void put_signal_names(struct json_writer *json, const struct ticket *ticket);
/* All that a ticket's clocks say; `brief`: what a department needs of those that run or are paused.
 */
void put_clocks(struct json_writer *json, const struct turn *turn, bool brief);
struct str event_id_of(const struct turn *turn); /* absent: a deadline */

void encode_dispatches(struct encoder *encoder, const struct turn *turn, struct actions *actions,
                       struct record_counts *counts);
void encode_promise(struct encoder *encoder, const struct turn *turn, struct actions *actions,
                    struct record_counts *counts);
void encode_notices(struct encoder *encoder, const struct turn *turn, struct actions *actions,
                    struct record_counts *counts);
void encode_errands(struct encoder *encoder, const struct turn *turn, struct actions *actions,
                    struct record_counts *counts);
void encode_decision(struct encoder *encoder, const struct turn *turn, struct actions *actions,
                     struct record_counts *counts);
