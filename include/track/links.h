/* An internal ticket serves an external one, its origin, and is as urgent as that. The two live in
 * partitions of their own, so they tell each other by records of the home topic that nobody else
 * writes: `linked` asks the origin, `origin_changed` answers, and says so again whenever the
 * origin's band or floor changes, it ends, is merged or is taken up again. One step deep: an
 * internal ticket is nobody's origin. */
#pragma once

#include "track/turn.h"

enum {
    LINKS_MAX = 256,    /* internal tickets that one can have */
    LINKS_ASKS_MAX = 8, /* how often an origin that is unknown is asked for */
};

/* Members of `attributes` in these records. */
#define LINK_SERVED_BY "served_by"
#define LINK_SCORE "score"
#define LINK_BAND "band"
#define LINK_FLOOR "floor"

const char *tie_name(enum tie tie); /* "asked" */

/* Whether records of this type are ours alone. */
bool links_own(enum event_type type);
/* Takes the origin that an event names; of a new internal ticket that names none, says so. */
void links_name(struct turn *turn, bool late);
/* `linked`: an internal ticket serves this one. */
void links_take(struct turn *turn);
/* The same, of a ticket that nobody knows: turn->ticket is NULL. */
void links_answer_unknown(struct turn *turn);
/* `origin_changed`, before the rest of the turn: what the origin says, its urgency included. */
void links_hear(struct turn *turn);
/* And then: tells the holder what matters of it. */
void links_tell_holder(struct turn *turn);
/* It is time to ask again. */
void links_fire(struct turn *turn);
/* At the end of a turn: what those that serve this ticket must know. */
void links_conclude(struct turn *turn);
