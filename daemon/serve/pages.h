/* What the daemon answers by HTTP: /metrics, /healthz and /readyz. */
#pragma once

#include "serve/app.h"
#include "serve/http.h"

/* Serves them at the address of app->config, on `base`; `app` outlives it. NULL + err. */
struct http *pages_serve(struct event_base *base, struct app *app, struct error *err);
