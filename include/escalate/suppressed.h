/* The record, among the decisions, of a notice that its level was not told of. */
#pragma once

#include "config/config.h"
#include "escalate/groups.h"
#include "escalate/silences.h"
#include "model/actions.h"

/* `silence` is the one that `why` names, or NULL. */
void suppressed_add(const struct config *config, const struct notice *notice, struct str group,
                    const struct cause *why, const struct silence *silence, time_ms now,
                    struct actions *actions);
