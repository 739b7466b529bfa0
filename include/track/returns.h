/* A department hands a ticket back, a dispute of which department nobody takes it, and the word
 * that settles it.
 *
 * A return needs a reason and comes before acceptance. The tree is asked again without everybody
 * who returned the ticket. With the return that makes `max_returns`, and where nobody is left, the
 * first holder leads and the ticket is in dispute: it stays there, whatever the tree says, until a
 * person names a department (`settled`, or `assigned` by one that is no party to it), the first
 * holder accepts after all, or the matter ends. What was settled counts as accepted and the returns
 * before it are forgotten. Clocks of customers run on through all of it. */
#pragma once

#include "track/turn.h"

/* Before routing: sets turn->returned where turn->event hands the ticket back as it may, or where
 * who holds it has it `assigned` away before acceptance, which is the same; where it may not, the
 * outcome says why. */
void returns_judge(struct turn *turn);
/* Whom a returned ticket must not go to: those who returned it before, and its holder. Indices, in
 * the turn's arena. */
int *returns_without(const struct turn *turn, size_t *count);
/* Hands a returned ticket on to where turn->verdict sends it, or begins the dispute. */
void returns_take(struct turn *turn);
/* A person names the department that has it. */
void returns_settle(struct turn *turn);
/* The dispute of turn->ticket, if there is one, is over: those who were told hear it. */
void returns_end_dispute(struct turn *turn, struct str by);
