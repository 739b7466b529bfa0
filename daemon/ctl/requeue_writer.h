/* The transactional producer of a requeue. Of two at work at the same time the older can commit
 * nothing any more. */
#pragma once

#include "ctl/letters.h"

struct requeue_writer;

/* Waits until it has its name. NULL + err. */
struct requeue_writer *requeue_writer_open(const struct config *config, struct error *err);
void requeue_writer_close(struct requeue_writer *writer); /* undoes what is open; NULL is fine */

/* Into the open transaction: the letter's bytes and headers, without those that tell of its death,
 * with one more on the count of its requeues. The bytes are copied. */
bool requeue_writer_write(struct requeue_writer *writer, const struct letter *letter,
                          struct str topic, struct error *err);
/* Commits it together with what the partitions' walks have settled so far, which then is what the
 * group has. */
bool requeue_writer_commit(struct requeue_writer *writer, struct letters *letters,
                           struct error *err);
