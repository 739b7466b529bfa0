/* A thread for what may block: committing, aborting, restoring, reading files. The loop hands it
 * one piece of work at a time and hears of the end on its own thread. */
#pragma once

#include <stdbool.h>
#include <event2/event.h>
#include "base/error.h"

struct aside;

typedef void aside_work_fn(void *arg); /* on the thread aside */
typedef void aside_done_fn(void *arg); /* on the loop */

/* NULL + err. `name` (at most 15 bytes) is what the thread is called in top and gdb. */
struct aside *aside_new(struct event_base *base, const char *name, struct error *err);
/* Only when idle. `arg` belongs to the work until `done` is called. */
void aside_run(struct aside *aside, aside_work_fn *work, aside_done_fn *done, void *arg);
bool aside_busy(const struct aside *aside);
/* Waits for the work under way, whose `done` is not called any more. NULL is fine. */
void aside_free(struct aside *aside);
