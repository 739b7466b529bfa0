/* The memory of groups and their changelog: two kinds of records, each with one door by which it is
 * written. What notices and messages mean for a group is in groups.c. */
#pragma once

#include "escalate/groups.h"
#include "groups_log.h"

/* What the group's own record says; no_head where there is none. */
struct head groups_head(const struct groups *groups, struct str name);
/* The member of that key, or NULL. Valid until the next change. */
const struct member *groups_member(const struct groups *groups, struct str key);

/* Writes a group's record and does what it says. `name` may be the group's own. */
void groups_write_head(struct groups *groups, struct str name, struct head head,
                       struct actions *actions);
/* Writes a member's record and does what it says: `member` is taken over, NULL removes the one that
 * is there. One that is there stays in its group, a new one comes to `group`. `key` lives as long
 * as `actions`. */
void groups_write_member(struct groups *groups, struct str key, struct str group,
                         struct member *member, struct actions *actions);
