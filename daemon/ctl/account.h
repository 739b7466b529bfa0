/* Output records told in words, for `watch`. */
#pragma once

#include <stdbool.h>
#include "base/buf.h"
#include "base/zone.h"
#include "config/config.h"

struct account_record {
    struct str topic, key, value;
    struct str refusal; /* header ombud-error of a dead letter, else absent */
};

/* Appends some lines about one output record; nothing for what concerns another ticket than
 * `ticket` (absent: all). `colour`: with ANSI escapes. */
void account_add(const struct config *config, const struct zone *zone,
                 const struct account_record *record, struct str ticket, bool colour,
                 struct buf *out);
