/* Groups of notices: one for each level, department and trigger, with a member for each ticket (or
 * dead letter) that a supervisor of that level was or will be told about.
 *
 * Every change is one write of a changelog record, and memory is nothing but those records applied:
 * restoring applies them again, undoing applies the previous ones. Keys are "g/LEVEL/DEPARTMENT/
 * TRIGGER" for a group and "n/LEVEL/DEPARTMENT/TRIGGER/MEMBER" for a member; one record a member,
 * so an outage of ten thousand tickets never makes a record too large. */
#pragma once

#include "base/error.h"
#include "base/timers.h"
#include "escalate/member.h"
#include "model/actions.h"

struct groups;

struct group {
    struct str name; /* "lead/quality/breach" */
    struct str level, department, trigger;
    time_ms since;           /* when its first notice came */
    time_ms flush;           /* when its next message is due, or TIME_NEVER */
    time_ms sent;            /* when its last message was, or TIME_NEVER */
    int64_t messages;        /* sent so far */
    struct member **members; /* in no particular order */
    size_t member_count;
};

struct groups *groups_new(void);
void groups_free(struct groups *groups); /* NULL is fine */

/* The member that this notice is about, or NULL: its level was not told of it. Valid until the next
 * groups_put or groups_flushed. `arena` is for the key that is looked up. */
const struct member *groups_find(const struct groups *groups, const struct notice *notice,
                                 struct arena *arena);
/* The ticket, or the source of a dead letter. */
struct str notice_member(const struct notice *notice);

/* How long what is new waits for company: `wait` from `now` on, and in a group that was told of
 * before `interval` from its last message on, whatever is later. ms. */
struct group_pace {
    time_ms now, wait, interval;
};

/* Puts the notice (its JSON is `value`) into its group, which is made if need be, and sets when the
 * group's next message is due, unless one is due earlier. Appends changelog records. */
void groups_put(struct groups *groups, const struct notice *notice, struct str value,
                const struct group_pace *pace, struct actions *actions);
/* After a message was sent at `now`: counts it, drops the members that need no further one
 * (resolved ones and dead letters), and the group when none is left. `told` false: nothing was
 * sent. */
void groups_flushed(struct groups *groups, struct group *group, bool told, time_ms now,
                    struct actions *actions);

/* The group whose message is due first, or NULL. */
struct group *groups_due(const struct groups *groups);

/* Those whose messages are due next, soonest first, at most `most` into `list`; how many. Looks at
 * every group. */
size_t groups_upcoming(const struct groups *groups, const struct group **list, size_t most);

/* Every group once, in no stable order: `size_t at = 0; while ((group = groups_each(g, &at)))`. */
const struct group *groups_each(const struct groups *groups, size_t *at);

bool groups_restore(struct groups *groups, struct str key, struct str value, struct error *err);
void groups_mark(struct groups *groups);
void groups_undo(struct groups *groups);

size_t groups_count(const struct groups *groups);
size_t groups_members(const struct groups *groups);
size_t groups_memory(const struct groups *groups); /* bytes of the members and of both tables */
