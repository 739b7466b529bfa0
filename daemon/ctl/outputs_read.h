/* Reads the topics that people read, for `watch` and `ticket`, and tells what is in them in the
 * order in which it was decided: topics and partitions reach a reader in any order. */
#pragma once

#include "ctl/story.h"
#include "kafka/follow.h"

/* Everything but state and notices, which are the daemon's own. Waits for an answer up to 15 s a
 * question. NULL + err. */
struct follow *outputs_follow(const struct config *config, enum follow_from from,
                              struct error *err);

/* Records to be told together. Zero-initialise. */
struct outputs_batch {
    struct shown *items;
    size_t count, capacity;
    time_ms since; /* when the first came, monotonic */
};

/* Takes the message over. */
void outputs_add(struct outputs_batch *batch, rd_kafka_message_t *message);
/* Appends the account of all, and forgets them. `last`: becomes the value of the last decision or
 * timer; NULL: it is not wanted. */
void outputs_tell(struct outputs_batch *batch, struct story *story, struct buf *out,
                  struct buf *last);
void outputs_free(struct outputs_batch *batch);
