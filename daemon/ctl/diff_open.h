/* What a reload would do to the promises that are open when the events end: a part of `ombudctl
 * diff`. */
#pragma once

#include "base/str.h"
#include "model/actions.h"

struct open_change {
    unsigned earlier, later; /* promises that move */
    unsigned made;           /* that there were none before */
    unsigned ended;          /* of which nothing is left */
    unsigned broken;         /* that are late as soon as they have moved */
};

/* Adds what the promises among the actions say. */
void open_change_take(struct open_change *change, const struct actions *actions);
