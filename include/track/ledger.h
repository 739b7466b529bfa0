/* Whose time a ticket's life was: every second of it is one department's, the customer's, a third
 * party's, a dispute's, or lies after an end that was none. The shares add up to the ticket's age,
 * to the second: each begins on the whole second where the one before it ended. */
#pragma once

#include "track/turn.h"

const char *party_name(enum party party); /* "third_party" */

/* Whose time runs as the ticket stands. */
struct owner ledger_owner(const struct ticket *ticket);
/* Before anything of a turn changes the ticket. */
void ledger_begin(struct turn *turn);
/* After it: where another's time begins, at turn->at, the one before it gets its share. */
void ledger_conclude(struct turn *turn);

/* The shares up to `now`, those of one owner together, in the order in which they first had it; at
 * least the running one. Returns how many; *shares are in `arena`. */
size_t ledger_shares(const struct ticket *ticket, time_ms now, struct arena *arena,
                     struct share **shares);
