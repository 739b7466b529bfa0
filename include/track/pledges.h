/* What people say of promises: that they made one, moved one, or kept one. Each of turn->event;
 * sets outcome and reason. */
#pragma once

#include "track/turn.h"

/* "I will call at 16:00": a date that stands whatever happens, until another is named. */
void pledge_promise(struct turn *turn);
/* The resolution takes longer, with a reason and a new date, as often as the SLA allows. */
void pledge_extend(struct turn *turn);
/* What the named clock promised was done. */
void pledge_fulfil(struct turn *turn);
