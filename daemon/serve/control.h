/* A socket in the file system on which `ombudctl` asks the running router: a line comes, a line of
 * JSON goes back, and the connection ends. Only the router's own user, its group and root may
 * connect. Whoever is slow, silent or many waits for nobody but itself. */
#pragma once

#include <event2/event.h>
#include <stdbool.h>
#include "base/error.h"
#include "base/str.h"
#include "base/time.h"
#include "host/control_place.h"
#include "host/log.h"

struct control;
struct control_client;

struct control_request {
    const char *line; /* "status" */
    /* Answers with control_reply, now or later: within the deadline of an answer. */
    void (*take)(void *arg, struct control_client *client);
};

/* All but `log` and what `requests` points at is only read while control_new runs. */
struct control_setup {
    const struct control_places *places; /* the first that can be had is taken */
    const struct control_request *requests;
    size_t request_count;
    /* Has hung up before its answer came: do not answer it any more. */
    void (*gone)(void *arg, struct control_client *client);
    void *arg;
    time_ms deadline; /* of a request, and of taking the answer; 0: five seconds */
    time_ms patience; /* of an answer; 0: ten minutes */
    struct log *log;
};

/* NULL + err when there is no place for it. */
struct control *control_new(struct event_base *base, const struct control_setup *setup,
                            struct error *err);
void control_free(struct control *control); /* NULL is fine; hangs up on all, removes the socket */
const char *control_path(const struct control *control);

/* Once for each request; the client is gone after it. `text` is one JSON value. */
void control_reply(struct control_client *client, struct str text);
