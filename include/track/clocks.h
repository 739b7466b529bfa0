/* The promises of a ticket: its clocks, and what customers and supervisors hear of them. What a
 * kind of clock listens to is in its row (model/clock_kind.h). */
#pragma once

#include "track/turn.h"

/* Something happened at `time` that clocks listen to: keeps those that it keeps, ends those that it
 * ends, then starts those that it starts. What is from before a reopening keeps nothing that was
 * promised after it. A breach that nobody announced yet is announced first; an announced one
 * stands, annotated. A clock that starts again forgets the last time; the first SLA that matches
 * the ticket now has its terms. */
void clocks_cue(struct turn *turn, enum clock_cue cue, time_ms time);
/* One between departments begins at turn->at under that definition; 0, or one that says nothing of
 * it: none runs. */
void clocks_agree(struct turn *turn, enum clock_kind kind, uint64_t definition);
/* The ticket's band changed: other targets, counted from the same start; the first ones where the
 * band before had none. `cause` ends the sentence "tightened by ...". */
void clocks_retarget(struct turn *turn, struct str cause);
/* The ticket waits for somebody: clocks whose SLA pauses for that stand still, the others run. */
void clocks_wait(struct turn *turn, enum wait wait, time_ms time);
/* It waits no longer: what stood still runs on, and the customer hears of the new due times. */
void clocks_resume(struct turn *turn, time_ms time);
/* Whether a clock has paused and run on as often as can be kept. */
bool clocks_are_full(const struct ticket *ticket);
/* Warns or declares the breach if turn->at is the deadline of a clock, of several the first. False:
 * it is none's. */
bool clocks_fire(struct turn *turn);
