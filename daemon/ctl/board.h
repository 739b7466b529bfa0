/* What supervisors are told of, and kept from: the state of the stage escalations and the silences,
 * as the topics have them. For commands that ask a broker. */
#pragma once

#include "config/config.h"
#include "escalate/groups.h"
#include "escalate/silences.h"
#include "escalate/spent.h"

struct board {
    struct inhibitions *inhibitions;
    struct groups *groups;
    struct spent *spent;
    struct silences *silences;
};

/* Reads both topics to their end; what cannot be read there is left out, as the router does. False
 * + err: nothing is there to be closed. */
bool board_open(struct board *board, const struct config *config, struct error *err);
void board_close(struct board *board);

/* NULL: there is no group of that name. */
struct group *board_group(const struct board *board, struct str name);
