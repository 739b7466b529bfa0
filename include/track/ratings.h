/* One department says how another's work on a ticket was: who receives rates who gives. It keeps no
 * promise to the customer. */
#pragma once

#include "track/turn.h"

/* Of turn->event, a rating `of_department`: both departments are known, and not one and the same;
 * else it is rejected. Whether the rated one ever held the ticket is not asked: help is given
 * without. */
void ratings_take(struct turn *turn);
