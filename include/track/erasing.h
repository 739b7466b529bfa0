/* Somebody has a right to be forgotten: what state keeps of the customer's words and person goes,
 * what was promised and who holds the ticket stays. */
#pragma once

#include "track/turn.h"

/* Strips turn->ticket and asks for its kept text to be forgotten. */
void erasing_take(struct turn *turn);
