/* Output records told in words, for `watch`. */
#pragma once

#include <stdbool.h>
#include "base/buf.h"
#include "base/zone.h"
#include "config/config.h"

struct story_record {
    struct str topic, key, value;
    struct str refusal; /* header ombud-error of a dead letter, else absent */
};

/* Appends some lines about one output record; nothing for what concerns another ticket than
 * `ticket` (absent: all). `colour`: with ANSI escapes. */
void story_add(const struct config *config, const struct zone *zone,
               const struct story_record *record, struct str ticket, bool colour, struct buf *out);
