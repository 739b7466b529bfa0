#include "escalate/groups.h"

#include <stdlib.h>

#include "base/arena.h"
#include "groups_store.h"

struct str notice_member(const struct notice *notice)
{
    return str_present(notice->ticket) ? notice->ticket : notice->source;
}

static struct str key_of(const struct notice *notice, struct arena *arena)
{
    struct str member = notice_member(notice);
    return arena_printf(arena, "n/%.*s/%.*s/%.*s/%.*s", STR_ARG(notice->level),
                        STR_ARG(notice->department), STR_ARG(notice->trigger), STR_ARG(member));
}

static void add_part(struct buf *out, struct str value)
{
    buf_add_char(out, '/');
    if (!str_present(value))
        buf_add_str(out, STR("none"));
    for (size_t i = 0; i < value.size; i++) {
        if (value.data[i] == '/' || value.data[i] == '%')
            buf_printf(out, "%%%02X", (unsigned)value.data[i]);
        else
            buf_add_char(out, value.data[i]);
    }
}

struct str groups_name(const struct notice *notice, unsigned by, struct arena *arena)
{
    struct buf out = { 0 };
    buf_add_str(&out, notice->level);
    for (int label = 0; label < LABEL_COUNT; label++) {
        if (label != LABEL_LEVEL && (by & 1u << label))
            add_part(&out, notice_label(notice, (enum notice_label)label));
    }
    struct str copy = arena_copy(arena, buf_str(&out));
    buf_free(&out);
    return copy;
}

const struct member *groups_find(const struct groups *groups, const struct notice *notice,
                                 struct arena *arena)
{
    return groups_member(groups, key_of(notice, arena));
}

static time_ms flush_of(const struct head *head, const struct group_pace *pace)
{
    time_ms soon = pace->now + pace->wait;
    return head->sent == TIME_NEVER ? soon : time_max(soon, head->sent + pace->interval);
}

void groups_put(struct groups *groups, const struct notice *notice, struct str name,
                const struct group_pace *pace, struct actions *actions)
{
    struct str key = key_of(notice, actions->arena);
    const struct member *before = groups_member(groups, key);
    if (before)
        name = arena_copy(actions->arena, before->group->name);
    struct standing standing = { .told = before ? member_told(before) : 0 };
    struct head head = groups_head(groups, name);
    time_ms flush = flush_of(&head, pace);
    if (!head.written)
        head.since = notice->time;
    if (!head.written || flush < head.flush) {
        head.written = true;
        head.flush = flush;
        groups_write_head(groups, name, head, actions);
    }
    standing.round = head.rounds;
    struct member *member = member_new(key, notice_member(notice).size, notice, &standing);
    groups_write_member(groups, key, name, member, actions);
}

static void replace_member(struct groups *groups, const struct member *member,
                           const struct notice *notice, const struct standing *standing,
                           struct actions *actions)
{
    struct str key = arena_copy(actions->arena, member_key(member));
    struct str group = arena_copy(actions->arena, member->group->name);
    struct member *changed = member_new(key, member_name(member).size, notice, standing);
    groups_write_member(groups, key, group, changed, actions);
}

void groups_mute(struct groups *groups, const struct member *member, const struct cause *why,
                 struct actions *actions)
{
    struct standing standing = member_standing(member);
    struct notice notice;
    member_notice(member, &notice);
    if (why && !standing.muted)
        standing.told = member_told(member);
    standing.muted = why != NULL;
    if (why)
        standing.why = *why;
    replace_member(groups, member, &notice, &standing, actions);
}

static int compare_places(const void *a, const void *b)
{
    return str_compare(member_key(*(const struct member *const *)a),
                       member_key(*(const struct member *const *)b));
}

static const struct member **list_of_ticket(const struct groups *groups, struct str ticket,
                                            size_t *count, struct arena *arena)
{
    const struct member **found = NULL;
    size_t at = 0, room = 0;
    *count = 0;
    for (const struct member *member; (member = groups_next_member(groups, &at)) != NULL;) {
        if (!member->has_ticket || !str_equal(member_name(member), ticket))
            continue;
        found = arena_grow(arena, found, *count, &room, sizeof(*found));
        found[(*count)++] = member;
    }
    if (*count > 0)
        qsort(found, *count, sizeof(*found), compare_places);
    return found;
}

void groups_erase(struct groups *groups, struct str ticket, struct actions *actions)
{
    size_t count;
    const struct member **members = list_of_ticket(groups, ticket, &count, actions->arena);
    for (size_t i = 0; i < count; i++) {
        struct standing standing = member_standing(members[i]);
        struct notice notice;
        member_notice(members[i], &notice);
        notice.subject = notice.why = notice.account = notice.comment = STR_NONE;
        replace_member(groups, members[i], &notice, &standing, actions);
    }
}

void groups_wake(struct groups *groups, struct group *group, time_ms at, struct actions *actions)
{
    struct head head = groups_head(groups, group->name);
    if (head.wake <= at)
        return;
    head.written = true;
    head.since = group->since;
    head.rounds = group->rounds;
    head.wake = at;
    groups_write_head(groups, group->name, head, actions);
}

void groups_judged(struct groups *groups, struct group *group, time_ms wake,
                   struct actions *actions)
{
    struct head head = groups_head(groups, group->name);
    head.wake = wake;
    groups_write_head(groups, group->name, head, actions);
}

static int compare_keys(const void *a, const void *b)
{
    return str_compare(*(const struct str *)a, *(const struct str *)b);
}

/* Members stand in no particular order, records must. */
static struct str *list_done(const struct group *group, size_t *count, struct arena *arena)
{
    struct str *done = arena_alloc_raw(arena, (group->member_count + 1) * sizeof(*done));
    *count = 0;
    for (size_t i = 0; i < group->member_count; i++) {
        if (member_is_done(group->members[i]))
            done[(*count)++] = arena_copy(arena, member_key(group->members[i]));
    }
    qsort(done, *count, sizeof(*done), compare_keys);
    return done;
}

void groups_flushed(struct groups *groups, struct group *group, bool told, time_ms wake,
                    time_ms now, struct actions *actions)
{
    struct str name = arena_copy(actions->arena, group->name);
    struct head head = groups_head(groups, group->name);
    head.flush = TIME_NEVER;
    head.wake = wake;
    head.sent = told ? now : head.sent;
    head.messages += told ? 1 : 0;
    head.rounds++;
    size_t count, all = group->member_count;
    struct str *done = list_done(group, &count, actions->arena);
    /* The group's own record first: it keeps the group in place while members leave. */
    if (count < all)
        groups_write_head(groups, name, head, actions);
    for (size_t i = 0; i < count; i++)
        groups_write_member(groups, done[i], name, NULL, actions);
    if (count == all)
        groups_write_head(groups, name, no_head, actions);
}

/* Of two that are due at once the name decides, so that the list does not flicker. */
static bool is_sooner(const struct group *a, const struct group *b)
{
    return a->flush != b->flush ? a->flush < b->flush : str_compare(a->name, b->name) < 0;
}

size_t groups_upcoming(const struct groups *groups, const struct group **list, size_t most)
{
    size_t count = 0, at = 0;
    for (const struct group *group; (group = groups_each(groups, &at)) != NULL;) {
        size_t place = count;
        if (group->flush == TIME_NEVER || (count == most && !is_sooner(group, list[most - 1])))
            continue;
        if (count < most)
            count++;
        else
            place--;
        for (; place > 0 && is_sooner(group, list[place - 1]); place--)
            list[place] = list[place - 1];
        list[place] = group;
    }
    return count;
}
