/* A ticket that is one with another: its promises and ladders end, without anything being resolved,
 * and what is written to it later goes on to the other. */
#pragma once

#include "track/turn.h"

/* turn->event names the other one in `into`. Sets outcome and reason. */
void merging_take(struct turn *turn);
/* Whether what the event says is said to the ticket that this one was merged into. */
bool merging_passes_on(const struct ticket *ticket, const struct event *event);
