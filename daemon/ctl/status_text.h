/* The router's answer to `status`, for a terminal of 80 columns and 24 lines. */
#pragma once

#include "base/buf.h"
#include "base/time.h"
#include "json/json.h"

/* Appends the lines. `now` is the wall clock. */
void status_text(const cJSON *answer, time_ms now, struct buf *text);
