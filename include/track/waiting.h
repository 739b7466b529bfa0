/* A ticket that waits for somebody outside: status and clocks together. */
#pragma once

#include "track/turn.h"

/* It waits for whom turn->event names in `on`, the customer where it names nobody. Sets outcome and
 * reason. */
void waiting_begin(struct turn *turn);
/* What it waited for came. Sets outcome and reason. */
void waiting_end(struct turn *turn);
/* The customer wrote: what waited for the customer goes on. */
void waiting_hear(struct turn *turn);
