/* What signals do from the first line of main until the main loop listens to them. In order, all by
 * the main thread; threads that are started in between get none of them. */
#pragma once

/* Before the first thread. SIGPIPE is ignored: whoever hangs up is met by the write's own error.
 * SIGHUP waits for the loop. SIGTERM and SIGINT end the process at once and well: nothing has begun
 * that would have to end first. */
void signals_begin(void);
/* Something has begun: from here on SIGTERM and SIGINT, too, wait for the loop. */
void signals_hold(void);
/* The loop has its handlers; what has waited comes now. */
void signals_release(void);
