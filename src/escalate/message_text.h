/* A message while it is made, and what people read of it. */
#pragma once

#include "base/zone.h"
#include "escalate/groups.h"
#include "escalate/quiet.h"

struct message {
    const struct config *config;
    const struct quiet *quiet;
    const struct groups *groups;
    const struct group *group;
    const struct zone *zone;
    time_ms now;
    enum notice_status status;
    const struct member **members; /* sorted; those that the level may be told of */
    size_t count;
    size_t open;                    /* members that are not resolved */
    size_t muted;                   /* further ones, which it is not told of */
    struct notice first;            /* of the first member; all absent: there is none */
    struct str department, trigger; /* that all of them have; absent: they differ */
    struct config_name department_name;
    struct arena *arena;
};

/* "Quality: 3 complaints are past their promised time". */
struct str message_title_en(const struct message *message);
struct str message_title_zh(const struct message *message);
/* One paragraph a person can act on. Appends. */
void message_text_en(const struct message *message, struct buf *out);
void message_text_zh(const struct message *message, struct buf *out);
