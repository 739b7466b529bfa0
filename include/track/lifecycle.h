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
/* Whether it does where it makes the ticket: all that is known of it is then in this event. */
bool lifecycle_may_speak(const struct event *event);
/* Whether the event opens its ended ticket again: because it says so, as a customer's message soon
 * after `resolved`, or, once it is scored, because it tells of a danger. `late` as below. */
bool lifecycle_reopens(const struct turn *turn, bool late);
/* Whether a danger alone does that: customers' words with a floor, whatever the ticket's age, even
 * late ones, unless whoever ended the ticket knew of such a danger. */
bool lifecycle_alarms(const struct turn *turn, bool late);
/* Whether it is a low rating of the customer's own: 1 or 2 of 5, or not solved. */
bool lifecycle_rates_low(const struct event *event);
/* Whether an event of this type can be too old: acknowledgements cannot, they are no history of
 * the ticket. */
bool lifecycle_ages(enum event_type type);

/* Applies turn->event to turn->ticket; sets outcome and reason. `late`: status and owner stay, but
 * for an alarm. */
void lifecycle_apply(struct turn *turn, bool late);

/* Whether the end that the ticket waits for is that it is closed, for it has been resolved for so
 * long; else that it is forgotten. */
bool lifecycle_closes(const struct turn *turn);
void lifecycle_close(struct turn *turn);
