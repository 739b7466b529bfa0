/* What a running router can take over from a new configuration. */
#pragma once

#include "config/config.h"

/* False + err, naming the first setting that only a restart can change. */
bool config_reload_allowed(const struct config *old, const struct config *next, struct error *err);
