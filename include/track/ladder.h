/* Escalation inside a ticket: a trigger starts a ladder, time climbs it, people stop it. Each step
 * told is one notice. A ladder runs on the definition it began with. */
#pragma once

#include "track/turn.h"

/* `trigger` happened at `when`: the first escalation rule that has it and matches starts its
 * ladder, and steps without delay are told at once. Nothing for what happened before quiet_before,
 * nor when that ladder is climbing already, unless somebody acknowledged what has now happened
 * anew. */
void ladder_trigger(struct turn *turn, enum trigger trigger, time_ms when);
/* The same of a trigger that is about a clock, by clock_subject(): each climbs on its own. `again`:
 * it is the next of several, and starts anew what is being climbed. */
void ladder_trigger_clock(struct turn *turn, enum trigger trigger, int subject, time_ms when,
                          bool again);

/* The step or the end of an acknowledgement that is due; says what it was in turn->timer. `climb`
 * belongs to the turn's ticket. */
void ladder_fire(struct turn *turn, struct climb *climb);

/* Somebody answered: `trigger` names one ("breach", "breach response", "band", "band
 * P1"); absent: all. How many
 * ladders that concerned, and how many of them it changed. */
struct ladder_answer {
    size_t concerned, changed;
};
struct ladder_answer ladder_acknowledge(struct turn *turn, struct str trigger, struct str by);
/* The answer was none: the climb goes on where it would be without it. */
struct ladder_answer ladder_unacknowledge(struct turn *turn, struct str trigger, struct str by);

/* What the trigger was about is over, the ticket is not: the levels that were told hear it. */
void ladder_end(struct turn *turn, enum trigger trigger, struct str by);
/* What was climbed for about that clock is over, and the levels that were told hear it. */
void ladder_end_clock(struct turn *turn, int subject, struct str by);

/* After a turn, when all of its notices are there: a level that several ladders of one trigger have
 * told (each clock has its own) hears of the end when the last of them has ended, and of an answer
 * to one of them how the others stand. */
void ladder_conclude(struct turn *turn);

/* The matter ended: every level that was told hears it, and the ladders are gone. */
void ladder_end_all(struct turn *turn, struct str by);

/* The ticket goes from the holder `from` to ticket->department: those who were told of `from`'s
 * hear that it is no longer theirs, and the same levels of the new one are told. Call after the
 * change. */
void ladder_move_all(struct turn *turn, struct str from);
