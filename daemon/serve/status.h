/* How the daemon is: in one line for systemd, as JSON for /readyz and `ombudctl status`. */
#pragma once

#include <stdbool.h>
#include "json/json_writer.h"
#include "serve/app.h"

enum { STATUS_REASONS = 8 };

/* Something that keeps it from routing all it was given. */
struct status_reason {
    const char *reason; /* one word for programs: "restoring" */
    char text[160];     /* a sentence's part for people */
};
/* Into `reasons`, the gravest first; how many. 0: ready (every task that it was given is restored,
 * the broker answers, no transaction hangs). */
size_t status_reasons(const struct app_report *app, struct status_reason reasons[STATUS_REASONS]);

/* Appends one line. True: ready. */
bool status_line(const struct app_report *app, struct buf *line);
/* Puts "ready", "status" and "reasons" into an open object. True: ready. */
bool status_put(const struct app_report *app, struct json_writer *json);
void status_notify(const struct app_report *app); /* sd_notify STATUS= */
