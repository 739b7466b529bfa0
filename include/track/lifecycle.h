/* What each type of event does to a ticket: one row a type. */
#pragma once

#include "track/turn.h"

/* Whether events of this type do something in this release; the others are rejected. */
bool lifecycle_supports(enum event_type type);
/* Whether an event of this type makes an unknown ticket: losing a complaint is the failure that
 * matters, so whatever carries a demand does. */
bool lifecycle_creates(enum event_type type);
/* Whether it carries words of the customer, which are scored and routed by. */
bool lifecycle_speaks(const struct event *event);
/* Whether this customer's message opens a resolved ticket again. */
bool lifecycle_reopens(const struct ticket *ticket, const struct event *event,
                       const struct config *config);
/* Whether an event of this type can be too old: acknowledgements cannot, they are no history of
 * the ticket. */
bool lifecycle_ages(enum event_type type);

/* Applies turn->event to turn->ticket; sets outcome and reason. `late`: status and owner stay. */
void lifecycle_apply(struct turn *turn, bool late);
