/* Whether a notice is to be told: inhibition, then silence, then whether its level knows it. */
#pragma once

#include "escalate/inhibitions.h"
#include "escalate/silences.h"
#include "escalate/spent.h"

/* What is asked; nothing of it is owned. */
struct quiet {
    const struct config *config;
    const struct inhibitions *inhibitions;
    const struct silences *silences; /* NULL: there are none */
    const struct spent *spent;
    struct match_scratch *scratch;
};

/* Whether something keeps it from being told at `now`, and what. The end of what was told never
 * is: the caller does not ask. */
bool quiet_judge(const struct quiet *quiet, const struct member *member,
                 const struct notice *notice, time_ms now, struct cause *why);

/* Whether the silence covers such a notice at all, whatever the time. Of a ticket with a floor it
 * does only if it names that ticket. */
bool quiet_covers(const struct silence *silence, const struct notice *notice,
                  struct match_scratch *scratch);
/* When it ends: no later than max_silence allows. */
time_ms quiet_end(const struct config *config, const struct silence *silence);
/* Whether it is in force. */
bool quiet_is_on(const struct quiet *quiet, const struct silence *silence, time_ms now);
