/* How urgent a ticket is, from all that was said about it.
 *
 * Each event is scored by itself (score.h). The ticket's score is
 *     the highest event score without its history points and floors, so far,
 *     + the history points of this event (they count the whole past anyway), which never carry
 *       it across the threshold of P1,
 *     lifted to the highest floor so far,
 * and it never falls: calmer words do not make an unanswered complaint less urgent. Its band is
 * that of its score. A screening's cap on the band holds until a later word of the customer that
 * no screening catches has a band of its own above the cap; it never holds against a floor. */
#pragma once

#include "track/turn.h"

/* Takes turn->score and turn->screen into the ticket: score, band, floor, label, signals, quote. */
void urgency_take(struct turn *turn);
/* What of the ticket's past counts as it now stands. */
struct history urgency_history(const struct ticket *ticket);
/* Counts the past anew, where this turn added to it without a word of the customer: turn->score is
 * then of its signals alone, where that is more. */
void urgency_recount(struct turn *turn);
/* Keeps what the band was, if it is another at the end of the turn, and what made it so. */
void urgency_remember(struct turn *turn);
/* Takes over what ticket->origin says, where that is more: turn->score is then of one signal. A
 * screening's cap does not hold against it. */
void urgency_inherit(struct turn *turn);
