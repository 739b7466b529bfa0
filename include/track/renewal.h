/* When a calendar learns the days off of further years, promises that were made without them move:
 * the one change of a configuration that running clocks take over, for they were provisional. */
#pragma once

#include "track/turn.h"

/* Whether a running promise of the ticket is provisional by terms that the configuration renews. */
bool renewal_awaits(const struct ticket *ticket, const struct definitions *definitions);
/* Gives such clocks the new terms and says which promises moved. False: there was none. */
bool renewal_take(struct turn *turn);
