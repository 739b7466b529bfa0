/* What a requeue writes, and how it commits. */
#pragma once

#include "ctl/letters.h"
#include "ctl/transact.h"

/* Into the open transaction: the letter's bytes and headers, without those that tell of its death,
 * with one more on the count of its requeues. */
bool requeue_write(struct transact *transact, const struct letter *letter, struct str topic,
                   struct error *err);
/* Commits it together with what the partitions' walks have settled so far, which then is what the
 * group has. */
bool requeue_commit(struct transact *transact, struct letters *letters, struct error *err);
