/* The ticket's own part of a turn: what it was before, what the judgement and the event make of it,
 * and what time alone does. */
#pragma once

#include "track/turn.h"

struct past {
    int band;         /* before this event */
    bool ended;       /* it was resolved or closed */
    bool late;        /* the event is older than what already happened */
    bool holder_lost; /* the responsible department left the configuration */
};

/* Before scoring: notes how the ticket stands and counts this event in, since its contacts and
 * reopens are part of the score. */
struct past track_past(struct turn *turn);
/* After routing: ownership, promises, ladders and status. */
void track_event(struct turn *turn, const struct past *past);
/* The earliest deadline of turn->ticket, turn->at, came: sets turn->timer and does what is due;
 * of equal ones the clock's first, then the ladders' in the order they began. */
void track_deadline(struct turn *turn);
