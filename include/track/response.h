/* The response promise of a ticket: the clock, and what the customer may be told about it. */
#pragma once

#include "track/turn.h"

/* Promises a response counted from `start`: the first SLA that matches the ticket decides. The
 * last clock, if any, is forgotten. */
void response_begin(struct turn *turn, time_ms start, enum interval_reason reason);
/* The ticket's band changed: another target, counted from the same start; the first one where the
 * band before had none. `cause` ends the sentence "tightened by ...". */
void response_retarget(struct turn *turn, struct str cause);
/* A person answered at `time`; from before a reopening it answers nothing that came after it. An
 * announced breach stands, annotated; one that nobody announced yet is announced now. */
void response_fulfil(struct turn *turn, time_ms time);
/* The matter ended without an answer: `how` is "resolved" or "closed". A breach that nobody
 * announced yet is announced now. */
void response_end(struct turn *turn, time_ms time, const char *how);
/* The clock's own deadline, turn->at, came: warns or declares the breach. */
void response_fire(struct turn *turn);
