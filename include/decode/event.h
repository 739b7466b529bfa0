/* Bytes in, one event out: strict where it must be, lenient where it can be (product contract,
 * section 3). */
#pragma once

#include "base/arena.h"
#include "model/event.h"

struct config_source;

/* Why a record cannot be an event. It goes to the dead-letter topic with these two headers. */
struct refusal {
    struct str reason; /* ombud-error: a sentence */
    struct str at;     /* ombud-at: JSON pointer ("/ticket") or "byte 17" */
};

/* Decodes `record` as the format of `source` says (NULL: the canonical format "ombud"; a
 * forwarded record carries its format in the header ombud-format). Everything `event` points at is
 * in `arena` or in the record. On failure `event` is untouched and `refusal` says why, in `arena`.
 * `max_event` is in bytes. */
bool event_decode(const struct record *record, const struct config_source *source,
                  size_t max_event, struct arena *arena, struct event *event,
                  struct refusal *refusal);
