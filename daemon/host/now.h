/* What time it is, in ms, and how to let some pass. Only the shell may ask; the core is told. */
#pragma once

#include "base/time.h"

time_ms now_wall(void);         /* since 1970 */
time_ms now_monotonic(void);    /* never jumps; stands still while the machine sleeps */
int64_t now_monotonic_us(void); /* the same, in microseconds */
time_ms now_boot(void);         /* never jumps; a machine that slept is a gap like any other */

void now_wait(time_ms duration); /* blocks: not on a loop */
