/* Whom a message is for: the people that its departments name for its level. */
#pragma once

#include "escalate/groups.h"
#include "escalate/quiet.h"

struct people_question {
    const struct quiet *quiet;
    const struct groups *groups;
    const struct member *const *members; /* what the message is about */
    size_t count;
    int level;
    time_ms now;
};

struct people {
    struct str *items;
    size_t count;
};

/* Each once, but for those who hear all of it at a nearer level, too. In `arena`. */
struct people people_find(const struct people_question *question, struct arena *arena);
