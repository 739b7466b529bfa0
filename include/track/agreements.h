/* What departments promised each other: the clocks of whoever holds a ticket. `accept` runs from
 * the dispatch to acceptance or return, and silence is acceptance; `hold` until the ticket is
 * resolved or handed on, whole for every holder. No customer hears of them. */
#pragma once

#include "track/turn.h"

/* The ticket has a holder, or another one, or is taken up again: both begin at turn->at under the
 * agreement of the two departments, `accept` unless it is accepted already. In a dispute, and
 * without an agreement, none runs. */
void agreements_begin(struct turn *turn);
/* Before that: what is climbed for the clocks of the holder as he is goes no further. */
void agreements_end(struct turn *turn);
/* Whether the holder may still return the ticket without a word before: `accept` runs. */
bool agreements_await(const struct turn *turn);
/* Whether silence alone accepted it, and `time` lies before that: the return was under way. */
bool agreements_overtook(const struct turn *turn, time_ms time);
/* Whether silence alone accepted it. */
bool agreements_lapsed(const struct turn *turn);
