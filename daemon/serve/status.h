/* How the daemon is, in one line for systemd and in the answers of /readyz. */
#pragma once

#include <stdbool.h>
#include "serve/app.h"
#include "base/buf.h"

/* Appends one line. True: ready (every task that it was given is restored, the broker answers, no
 * transaction hangs). */
bool status_line(const struct app_report *app, struct buf *line);
void status_notify(struct app *app); /* sd_notify STATUS= */
