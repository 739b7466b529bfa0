/* Exactly one responsible department at every moment of an open ticket. A person outranks the
 * tree; the tree moves a ticket again only before acceptance and on a raised floor. */
#pragma once

#include "track/turn.h"

/* The first dispatch of a new ticket: to where a person assigned it in the same event (`assigned`,
 * a department's index), or where a screening sends it, or where the tree does. Tells the informed
 * ones too. `assigned` -1: nobody did. */
void ownership_begin(struct turn *turn, int assigned);
/* To another department: the old one is released, the new one gets the opening text. */
void ownership_move(struct turn *turn, int department, enum why why);
/* Where turn->verdict sends a ticket that its holder handed back. */
void ownership_return(struct turn *turn);
/* To where a person decided that it belongs, who has it from now on as if it had accepted. */
void ownership_settle(struct turn *turn, int department);
/* What the tree says now of a ticket that has a holder: moves it where it may, or informs who is
 * newly concerned. Moves it also when its holder left the configuration. */
void ownership_review(struct turn *turn, bool may_move);
/* At the end of an event: what follows from the ticket as it stands now. */
void ownership_conclude(struct turn *turn);
