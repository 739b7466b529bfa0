/* Believable ticket events, about 670 bytes each, half Chinese and half English. Deterministic. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/time.h"

enum { SAMPLE_EVENT_BYTES = 8192, SAMPLE_TICKET_BYTES = 64 };

/* When an event happens: one every millisecond; openings alone a hundred, so that no promise falls
 * due before all are open. */
time_ms sample_time(long number, time_ms start, bool only_open);
/* Event `number` as JSON into `out`, its ticket into `ticket`, both with a NUL behind; returns the
 * size. Tickets overlap, each gets its four events in order; `only_open`: only the openings. */
size_t sample_event(char *out, char *ticket, long number, time_ms start, bool only_open);
