/* The rules that somebody believes in and that were never taken. */
#pragma once

#include "config/config.h"
#include "json/json_writer.h"
#include "serve/app.h"

/* An array, in the configuration's order: each of its rules that a running task could take, and
 * that none of this process has taken so far. */
void never_hit_put(const struct app_report *report, const struct config *config,
                   struct json_writer *json);
