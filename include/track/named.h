/* Named clocks: further promises of an SLA, and those that regulations set. What starts and keeps
 * one is said by its terms (struct named_terms). */
#pragma once

#include "track/turn.h"

/* Whether the cue keeps, or ends, that clock by its terms. Of other kinds of clocks false. */
bool named_keeps(const struct turn *turn, const struct clock *clock, enum clock_cue cue);
bool named_ends(const struct turn *turn, const struct clock *clock, enum clock_cue cue);
/* The ticket is taken up again: those that ended with it run on, those of a regulation as if they
 * had never stopped, and so do those that nothing but its resolution keeps. */
void named_reopen(struct turn *turn, time_ms time);
/* After all else that turn->event did, which may put the ticket under regulations: starts what it
 * starts, what comes after a clock that was kept, and what begins again. `late`: the event is older
 * than what already happened. */
void named_hear(struct turn *turn, bool late);
/* That of the ticket whose name `name` is, or whose name's last part, behind the regulation's, it
 * is when no other has that; else NULL. */
struct clock *named_find(const struct ticket *ticket, struct str name);
