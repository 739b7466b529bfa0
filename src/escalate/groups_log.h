/* Groups and members as changelog records. */
#pragma once

#include "base/arena.h"
#include "base/error.h"
#include "escalate/member.h"

/* What a group's own record says. */
struct head {
    bool written; /* false: there is none, the group stands on its members' records alone */
    time_ms since, flush, wake, sent;
    int64_t messages;
    uint32_t rounds;
};
extern const struct head no_head;

/* "lead/quality/breach/T/1" -> the first three parts and the rest; none of them has a slash, a
 * ticket may. False: there are not so many. `rest` may be absent. */
enum { NAME_PARTS = 3 };
bool split_name(struct str path, struct str parts[NAME_PARTS], struct str *first, struct str *rest);

struct str head_text(const struct head *head, struct arena *arena);
/* An absent value is no_head. */
bool head_parse(struct str value, struct arena *arena, struct head *head, struct error *err);

/* `group`: the name of its group; said only where the key does not say it. */
struct str member_record(const struct member *member, struct str group, struct arena *arena);
/* `*group` is absent where the key says it. An absent value gives NULL. */
bool member_read(struct str key, struct str name, struct str value, struct arena *arena,
                 struct member **member, struct str *group, struct error *err);
