/* A new configuration is read and checked aside, then taken by every worker at its next transaction
 * boundary, or not at all. SIGHUP and the control socket ask for it; the answer is in the log, in
 * systemd's STATUS, and goes to whoever waits for it. */
#pragma once

#include <event2/event.h>
#include "serve/app.h"

struct reload;

struct reload *reload_new(struct event_base *base, struct app *app, struct error *err);
void reload_free(struct reload *reload);  /* waits for one under way; NULL is fine */
void reload_start(struct reload *reload); /* while one is under way: once more after it */
/* The router is stopping: whoever waits, or asks from now on, is told so; none begins any more. */
void reload_stop(struct reload *reload);

struct reload_answer {
    bool taken;
    bool read;           /* false: nobody looked at it, because the router is stopping */
    const char *text;    /* the fingerprint in force, or why it was refused */
    struct str findings; /* what was said of the new configuration, a line each */
};
typedef void reload_answer_fn(void *waiting, const struct reload_answer *answer);
/* Starts one, and hears how that one ended: not one under way, which may have read the file before
 * it was changed. */
void reload_ask(struct reload *reload, reload_answer_fn *answer, void *waiting);
/* `waiting` is not answered any more. */
void reload_forget(struct reload *reload, const void *waiting);

/* Sees whether all workers have taken it. */
void reload_look(struct reload *reload);
