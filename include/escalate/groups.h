/* Groups of notices: what supervisors of one level are told in one message. A group has a member
 * for each ticket (or dead letter) that the level was or will be told about, or is not told of for
 * now.
 *
 * Every change makes one changelog record another, and memory is nothing but those records applied:
 * restoring applies them again, undoing applies the previous ones. However often a record changes
 * in a transaction, it is written once, with the commit; where there are none, each time. Keys are
 * "g/GROUP" for a group and "n/LEVEL/DEPARTMENT/TRIGGER/MEMBER" for a member, whatever group it is
 * in; one record a member, so an outage of ten thousand tickets never makes a record too large. */
#pragma once

#include "base/error.h"
#include "base/timers.h"
#include "escalate/inhibitions.h"
#include "escalate/member.h"
#include "model/actions.h"

struct groups;

struct group {
    struct str name; /* "lead/quality/breach" */
    struct str level;
    time_ms since;           /* when its first notice came */
    time_ms flush;           /* when what is new in it is to be told, or TIME_NEVER */
    time_ms wake;            /* when what is muted is to be judged again, or TIME_NEVER */
    time_ms sent;            /* when its last message was, or TIME_NEVER */
    int64_t messages;        /* sent so far */
    uint32_t rounds;         /* how often what was new in it has been told, or kept quiet */
    struct member **members; /* in no particular order */
    size_t member_count, muted_count;
};

/* `inhibitions` hears of every member that comes, changes or goes. `at_commit`: changelog records
 * wait for groups_changelog; else each change appends its own at once. */
struct groups *groups_new(struct inhibitions *inhibitions, bool at_commit);
void groups_free(struct groups *groups); /* NULL is fine */

/* The member that this notice is about, or NULL: its level was not told of it. Valid until the next
 * change. `arena` is for the key that is looked up. */
const struct member *groups_find(const struct groups *groups, const struct notice *notice,
                                 struct arena *arena);
/* The ticket, or the source of a dead letter. */
struct str notice_member(const struct notice *notice);
/* The group of a new notice, by the bits of `by` (enum notice_label): "lead/quality/breach". A
 * slash in a value is %2F; what a notice does not have is "none". */
struct str groups_name(const struct notice *notice, unsigned by, struct arena *arena);

/* How long what is new waits for company: `wait` from `now` on, and in a group that was told of
 * before `interval` from its last message on, whatever is later. ms. */
struct group_pace {
    time_ms now, wait, interval;
};

/* Puts the notice into its group, the one it is in or else `name`, which is made if need be, and
 * sets when that is to be flushed, unless it is to be earlier. */
void groups_put(struct groups *groups, const struct notice *notice, struct str name,
                const struct group_pace *pace, struct actions *actions);
/* The member is not told for that reason; NULL: it was, or is about to be. Invalidates it. */
void groups_mute(struct groups *groups, const struct member *member, const struct cause *why,
                 struct actions *actions);
/* Takes the customer out of every member of that ticket: what the complaint was about, its words,
 * the account, what was said in answer. What its level was told of it, and when the group is
 * flushed, stays as it is: nobody hears of it. Looks at every member. */
void groups_erase(struct groups *groups, struct str ticket, struct actions *actions);
/* What is muted in the group is to be judged again, at `at` at the latest. */
void groups_wake(struct groups *groups, struct group *group, time_ms at, struct actions *actions);
/* What was muted in it was judged again, and nothing of it is told. */
void groups_judged(struct groups *groups, struct group *group, time_ms wake,
                   struct actions *actions);
/* All that was new in it was told or muted at `now`: drops the members that need no further message
 * (resolved ones and dead letters), and the group when none is left. `told` false: no message was
 * sent. `wake` as above. */
void groups_flushed(struct groups *groups, struct group *group, bool told, time_ms wake,
                    time_ms now, struct actions *actions);

/* The group that is to be flushed or woken first, or NULL; and when. */
struct group *groups_due(const struct groups *groups);
static inline time_ms group_due(const struct group *group)
{
    return time_min(group->flush, group->wake);
}
/* Those whose messages are due next, soonest first, at most `most` into `list`; how many. Looks at
 * every group. */
size_t groups_upcoming(const struct groups *groups, const struct group **list, size_t most);
/* Every group once, in no stable order: `size_t at = 0; while ((group = groups_each(g, &at)))`. */
struct group *groups_each(const struct groups *groups, size_t *at);
/* Every member once, likewise. */
const struct member *groups_next_member(const struct groups *groups, size_t *at);

/* One record whose key begins with g/ or n/. */
bool groups_restore(struct groups *groups, struct str key, struct str value, struct error *err);
/* The records that wait for the commit: of what changed since the last mark, one a key. */
void groups_changelog(const struct groups *groups, struct actions *actions);
bool groups_changed(const struct groups *groups); /* since the last mark */
void groups_mark(struct groups *groups);
void groups_undo(struct groups *groups);

size_t groups_count(const struct groups *groups);
size_t groups_members(const struct groups *groups);
size_t groups_muted(const struct groups *groups);
size_t groups_memory(const struct groups *groups); /* bytes of the members and of both tables */
