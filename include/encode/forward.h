/* A record that was found anywhere but in its ticket's home partition goes there, once, with its
 * original bytes. Both the intake stage and the tickets stage do this. */
#pragma once

#include "model/actions.h"
#include "model/record.h"

struct config;

/* Appends the forward of `record`, keyed by `ticket`, to partition kafka_partition(ticket,
 * `home_partitions`) of the home topic. Everything is copied into `actions->arena`. Headers whose
 * name starts with "ombud-" are dropped when the record comes from an intake, but for the count of
 * requeues; from home they say
 * where it was first read, so they are kept and nothing is added. */
void forward_add(const struct config *config, const struct record *record, struct str ticket,
                 struct str format, int32_t home_partitions, struct actions *actions);

/* Tickets can be merged in a circle, each unaware of the others: a record goes on so often. */
enum { FORWARD_PASSES_MAX = 8 };
/* How often the record was passed on from a merged ticket. */
int forward_passes(const struct record *record);
/* Appends the forward of a record of the home topic to `ticket`, which the record's own ticket was
 * merged into; else like forward_add. */
void forward_pass_on(const struct config *config, const struct record *record, struct str ticket,
                     struct str format, int32_t home_partitions, struct actions *actions);
