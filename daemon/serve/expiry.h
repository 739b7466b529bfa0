/* Says once a day, and after every reload, which calendars' dates end soon. */
#pragma once

#include "config/config.h"
#include "host/log.h"

struct expiry { /* zero-initialise it */
    time_ms told;
    char fingerprint[sizeof(((struct config *)0)->fingerprint)]; /* what it was told of */
};

void expiry_look(struct expiry *expiry, const struct config *config, struct log *log, time_ms now);
