/* What a reload does to running clocks. When a calendar learns the days off of further years,
 * promises that were made without them move, for they were provisional. Where the configuration
 * says `on_config_change: recompute_open`, all that it changes is so for open clocks, too, and what
 * it removes ends them. */
#pragma once

#include "track/turn.h"

/* Whether an open clock of the ticket is to follow the configuration. */
bool renewal_awaits(const struct ticket *ticket, const struct definitions *definitions);
/* Lets such clocks follow and says which promises moved or ended. False: there was none. */
bool renewal_take(struct turn *turn);
