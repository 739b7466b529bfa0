/* A source that sends whole rows instead of events: what changed between two of them. Rows are
 * compared with the row before, not with the ticket: that a department here handed it on does not
 * mean that every later row hands it back. */
#pragma once

#include "track/turn.h"

/* What is to be done; -1: nothing. */
struct row_change {
    int department;
    bool unknown_department; /* it names one that is not configured: the owner stays */
    int status;              /* enum status */
};

/* Of turn->event, a snapshot, against what the ticket keeps of the row before. */
struct row_change row_compare(const struct turn *turn);
/* Whether it takes an ended ticket up again. */
bool row_reopens(const struct turn *turn);
/* Keeps what this row said for the next one. */
void row_keep(struct turn *turn);
/* Whether the row's ticket is resolved or closed. */
bool row_is_ended(const struct event *event);
