/* What is due in a group: what is new in it becomes a message, but for what is not to be told. */
#pragma once

#include "base/zone.h"
#include "escalate/groups.h"
#include "escalate/quiet.h"
#include "model/moment.h"

struct flush {
    struct quiet quiet;
    struct groups *groups;
    const struct zone *zone;       /* for times that people read */
    struct rule_hits *hits;        /* of inhibitions; NULL: nobody counts */
    uint64_t messages, suppressed; /* what came of it is added here */
};

/* The group is due at moment->horizon. */
void flush_group(struct flush *flush, struct group *group, const struct moment *moment,
                 struct actions *actions);
