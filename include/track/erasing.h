/* Somebody has a right to be forgotten: what state keeps of the customer's words and person goes,
 * what was promised and who holds the ticket stays. */
#pragma once

#include "track/turn.h"

/* Strips turn->ticket and asks for its kept text to be forgotten. */
void erasing_strip(struct turn *turn);
/* `erased`, of the ticket. */
void erasing_take(struct turn *turn);

/* Whether the event is to erase all tickets of an account, instead of its own. */
bool erasing_is_of_account(const struct event *event);
/* Whose: of a contact who is an account by himself there is no further one. */
struct str erasing_contact(const struct event *event);
