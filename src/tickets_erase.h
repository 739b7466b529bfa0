/* What the stage tickets does about an erasure that names an account instead of a ticket. The
 * account's tickets lie on every partition of the home topic: the one that has the event erases its
 * own and tells the others, each by a record of the home log (`account_erased`), and each of these
 * erases its own when it comes to that. So a home log tells all of it, to every replay, too. */
#pragma once

#include "encode/records.h"
#include "tickets_tally.h"
#include "track/state.h"

struct erase {
    struct state *state;
    struct encoder *encoder;
    struct tally *tally;
    struct actions *actions;
    const struct str *tickets; /* what erase_account found */
    size_t ticket_count;
};

/* The event's turn, in which there is no ticket: sets its outcome. The tickets that are erased have
 * a turn each, without a record of their own; `turn->arena` is reset for each. */
void erase_account(struct erase *erase, struct turn *turn);
/* Behind the event's decision: forgets the kept texts of those. */
void erase_texts(const struct erase *erase);
