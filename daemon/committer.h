/* A thread for what may block: sending offsets, committing, aborting, making a producer anew. The
 * loop hands it one piece of work at a time and hears of the end on its own thread. */
#pragma once

#include <stdbool.h>
#include <event2/event.h>
#include "base/error.h"

struct committer;

typedef void committer_work_fn(void *arg); /* on the committer's thread */
typedef void committer_done_fn(void *arg); /* on the loop */

/* NULL + err. `name` (at most 15 bytes) is what the thread is called in top and gdb. */
struct committer *committer_new(struct event_base *base, const char *name, struct error *err);
/* Only when idle. `arg` belongs to the work until `done` is called. */
void committer_run(struct committer *committer, committer_work_fn *work, committer_done_fn *done,
                   void *arg);
bool committer_busy(const struct committer *committer);
/* Waits for the work under way, whose `done` is not called any more. NULL is fine. */
void committer_free(struct committer *committer);
