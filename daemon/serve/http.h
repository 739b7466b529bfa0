/* /metrics, /healthz and /readyz. evhttp accepts more than it should, so here are limits: sizes,
 * connections, an absolute deadline for each, and who may be asked for by name. */
#pragma once

#include <event2/event.h>
#include "serve/app.h"

struct http;

/* `address` is "127.0.0.1:9404" or "[::1]:9404"; port 0 is any free one, and the log says which.
 * NULL + err when it cannot be listened on. */
struct http *http_new(struct event_base *base, struct app *app, struct str address,
                      struct error *err);
