/* What files on a ticket's clocks have in common. Inside src/track only. */
#pragma once

#include "track/clocks.h"

/* The SLA that the ticket is under; of one without any clock the first that matches now. 0: none.
 */
uint64_t clocks_sla(const struct turn *turn);
/* The first that matches now. 0: none. */
uint64_t clocks_choose_sla(const struct turn *turn);
/* One that was kept or ended runs on from `time`. False: it cannot. */
bool clocks_run_on(struct turn *turn, struct clock *clock, time_ms time);
/* A clock that starts while the ticket waits stands still, if it pauses for that. */
void clocks_wait_with(struct turn *turn, struct clock *clock, time_ms time);
/* A promise that was broken by `time` may not have been announced yet: an event can tighten it to a
 * moment that has passed and end it, too, and one whose own time is ahead of Kafka's comes before
 * the deadline. What becomes of the clock after that is another thing. */
void clocks_declare_if_late(struct turn *turn, struct clock *clock, time_ms time);
/* What the clock promised was done at `time`, its own: the promise says met or missed. */
void clocks_keep(struct turn *turn, struct clock *clock, time_ms time);
/* Starts what that cue starts. */
void clocks_begin(struct turn *turn, enum clock_cue cue, time_ms time);
