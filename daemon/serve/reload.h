/* SIGHUP: a new configuration is read and checked aside, then taken by every worker at its next
 * transaction boundary, or not at all. The answer is in the log and in systemd's STATUS. */
#pragma once

#include <event2/event.h>
#include "serve/app.h"

struct reload;

struct reload *reload_new(struct event_base *base, struct app *app, struct error *err);
void reload_free(struct reload *reload);  /* waits for one under way; NULL is fine */
void reload_start(struct reload *reload); /* while one is under way: once more after it */
/* Sees whether all workers have taken it. */
void reload_look(struct reload *reload);
