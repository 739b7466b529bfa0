#include "groups_store.h"

#include <assert.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/hash.h"
#include "base/mem.h"
#include "base/table.h"

struct home {
    struct group group; /* first: converts */
    struct timer timer;
    bool written;
    size_t room; /* in group.members */
    size_t name_size;
    char name[]; /* "lead/quality/breach" */
};

/* How one record was before a change. */
struct undo {
    bool of_member;
    struct str key;        /* a group's name, or a member's key */
    struct str group;      /* of a member: where it was, or would be */
    struct head head;      /* of a group */
    struct member *member; /* owned; NULL: there was none */
};

struct groups {
    struct inhibitions *inhibitions;
    bool at_commit; /* changelog records wait for it */
    struct table *homes, *members;
    size_t member_bytes, muted;
    struct timers *timers;
    struct undo *undos;
    size_t undo_count, undo_capacity;
    struct arena *undo_arena;
    struct arena *scratch; /* of one restored record */
};

enum { UNDO_BLOCK = 64 * 1024, SCRATCH_BLOCK = 4096 };

static struct str home_name(const void *value)
{
    const struct home *home = value;
    return (struct str){ home->name, home->name_size };
}

static struct str key_of_member(const void *value)
{
    return member_key(value);
}

struct groups *groups_new(struct inhibitions *inhibitions, bool at_commit)
{
    struct groups *groups = mem_alloc(sizeof(*groups));
    groups->inhibitions = inhibitions;
    groups->at_commit = at_commit;
    groups->homes = table_new(home_name);
    groups->members = table_new(key_of_member);
    groups->timers = timers_new();
    groups->undo_arena = arena_new(UNDO_BLOCK);
    groups->scratch = arena_new(SCRATCH_BLOCK);
    return groups;
}

static void home_free(struct home *home)
{
    free(home->group.members);
    free(home);
}

void groups_free(struct groups *groups)
{
    if (groups == NULL)
        return;
    groups_mark(groups);
    size_t at = 0;
    for (struct member *member; (member = table_next(groups->members, &at)) != NULL;)
        free(member);
    at = 0;
    for (struct home *home; (home = table_next(groups->homes, &at)) != NULL;)
        home_free(home);
    table_free(groups->members);
    table_free(groups->homes);
    timers_free(groups->timers);
    arena_free(groups->undo_arena);
    arena_free(groups->scratch);
    free(groups->undos);
    free(groups);
}

static struct home *home_of(struct group *group)
{
    return (struct home *)group;
}

static struct home *home_find_or_add(struct groups *groups, struct str name)
{
    struct home *home = table_get(groups->homes, name);
    if (home)
        return home;
    home = mem_alloc(offsetof(struct home, name) + name.size);
    memcpy(home->name, name.data, name.size);
    home->name_size = name.size;
    home->timer = (struct timer){ .due = TIME_NEVER, .order = hash64(name) };
    struct group *group = &home->group;
    group->name = home_name(home);
    const char *slash = memchr(home->name, '/', name.size);
    group->level = (struct str){ home->name, slash ? (size_t)(slash - home->name) : name.size };
    group->flush = group->wake = group->sent = TIME_NEVER;
    table_put(groups->homes, home);
    return home;
}

/* A group without record and without members is nothing. */
static void drop_empty(struct groups *groups, struct home *home)
{
    if (home->written || home->group.member_count > 0)
        return;
    timers_set(groups->timers, &home->timer, TIME_NEVER);
    table_remove(groups->homes, home_name(home));
    home_free(home);
}

struct head groups_head(const struct groups *groups, struct str name)
{
    const struct home *home = table_get(groups->homes, name);
    if (!home || !home->written)
        return no_head;
    const struct group *group = &home->group;
    return (struct head){ .written = true,
                          .since = group->since,
                          .flush = group->flush,
                          .wake = group->wake,
                          .sent = group->sent,
                          .messages = group->messages,
                          .rounds = group->rounds };
}

/* One of the two doors to memory: a group's record becomes `head`. */
static void set_head(struct groups *groups, struct str name, struct head head)
{
    struct home *home = home_find_or_add(groups, name);
    home->written = head.written;
    home->group.since = head.since;
    home->group.flush = head.flush;
    home->group.wake = head.wake;
    home->group.sent = head.sent;
    home->group.messages = head.messages;
    home->group.rounds = head.rounds;
    timers_set(groups->timers, &home->timer, group_due(&home->group));
    drop_empty(groups, home);
}

static void join(struct groups *groups, struct home *home, struct member *member)
{
    struct group *group = &home->group;
    if (group->member_count == home->room) {
        home->room = home->room ? 2 * home->room : 4;
        group->members = mem_resize(group->members, home->room, sizeof(*group->members));
    }
    member->group = group;
    member->place = (uint32_t)group->member_count;
    group->members[group->member_count++] = member;
    table_put(groups->members, member);
}

static void leave(struct groups *groups, struct member *member)
{
    struct group *group = member->group;
    struct member *last = group->members[--group->member_count];
    group->members[member->place] = last;
    last->place = member->place;
    table_remove(groups->members, member_key(member));
    drop_empty(groups, home_of(group));
}

static void count_in(struct groups *groups, struct member *member)
{
    groups->member_bytes += member_size(member);
    groups->muted += member->muted;
    member->group->muted_count += member->muted;
    inhibitions_join(groups->inhibitions, member);
}

static void count_out(struct groups *groups, struct member *member)
{
    groups->member_bytes -= member_size(member);
    groups->muted -= member->muted;
    member->group->muted_count -= member->muted;
    inhibitions_leave(groups->inhibitions, member);
}

/* The other door: the member of that key becomes `member`, taken over, or nothing (NULL). One that
 * is there stays in its group, a new one comes to `group`. Returns the one before, now the
 * caller's, or NULL. */
static struct member *set_member(struct groups *groups, struct str key, struct str group,
                                 struct member *member)
{
    struct member *before = table_get(groups->members, key);
    if (member && before) {
        member->group = before->group;
        member->place = before->place;
        member->group->members[member->place] = member;
        table_put(groups->members, member);
    } else if (member) {
        join(groups, home_find_or_add(groups, group), member);
    }
    /* In this order no source of an inhibition seems to go that only changes. */
    if (member)
        count_in(groups, member);
    if (before)
        count_out(groups, before);
    if (before && !member)
        leave(groups, before);
    return before;
}

/* ---- the changelog */

static bool restore_member(struct groups *groups, struct str key, struct str value,
                           struct error *err)
{
    struct str path = { key.data + 2, key.size - 2 }, parts[NAME_PARTS], plain, name, group;
    struct member *member;
    if (!split_name(path, parts, &plain, &name) || !str_present(name))
        return error_set(err, "'%.*s' is no key of a group", STR_ARG(key));
    if (!member_read(key, name, value, groups->scratch, &member, &group, err))
        return error_prefix(err, "%.*s", STR_ARG(key));
    free(set_member(groups, key, str_present(group) ? group : plain, member));
    return true;
}

bool groups_restore(struct groups *groups, struct str key, struct str value, struct error *err)
{
    struct head head;
    arena_reset(groups->scratch);
    if (key.size > 2 && str_starts(key, STR("n/")))
        return restore_member(groups, key, value, err);
    if (key.size <= 2 || !str_starts(key, STR("g/")))
        return error_set(err, "'%.*s' is no key of a group", STR_ARG(key));
    if (!head_parse(value, groups->scratch, &head, err))
        return error_prefix(err, "%.*s", STR_ARG(key));
    set_head(groups, (struct str){ key.data + 2, key.size - 2 }, head);
    return true;
}

static struct undo *remember(struct groups *groups, struct str key)
{
    if (groups->undo_count == groups->undo_capacity) {
        groups->undo_capacity = groups->undo_capacity ? 2 * groups->undo_capacity : 64;
        groups->undos = mem_resize(groups->undos, groups->undo_capacity, sizeof(*groups->undos));
    }
    struct undo *undo = &groups->undos[groups->undo_count++];
    *undo = (struct undo){ .key = arena_copy(groups->undo_arena, key) };
    return undo;
}

static void add_head(struct str name, const struct head *head, struct actions *actions)
{
    struct action *action = actions_add(actions, OUTPUT_GROUPS);
    action->key = arena_printf(actions->arena, "g/%.*s", STR_ARG(name));
    action->value = head->written ? head_text(head, actions->arena) : STR_NONE;
}

/* `key` lives as long as `actions`. */
static void add_member(struct str key, struct str group, const struct member *member,
                       struct actions *actions)
{
    struct action *action = actions_add(actions, OUTPUT_GROUPS);
    action->key = key;
    action->value = member ? member_record(member, group, actions->arena) : STR_NONE;
}

void groups_write_head(struct groups *groups, struct str name, struct head head,
                       struct actions *actions)
{
    if (!groups->at_commit)
        add_head(name, &head, actions);
    struct undo *undo = remember(groups, name);
    undo->head = groups_head(groups, name);
    set_head(groups, undo->key, head);
}

void groups_write_member(struct groups *groups, struct str key, struct str group,
                         struct member *member, struct actions *actions)
{
    if (!groups->at_commit)
        add_member(key, group, member, actions);
    struct undo *undo = remember(groups, key);
    undo->of_member = true;
    undo->group = arena_copy(groups->undo_arena, group);
    undo->member = set_member(groups, undo->key, undo->group, member);
}

/* Groups before members, by their keys, the oldest change first. */
static int compare_undos(const void *a, const void *b)
{
    const struct undo *one = *(const struct undo *const *)a;
    const struct undo *other = *(const struct undo *const *)b;
    if (one->of_member != other->of_member)
        return one->of_member ? 1 : -1;
    int order = str_compare(one->key, other->key);
    return order != 0 ? order : one < other ? -1 : one > other;
}

/* What became of it since; nothing where it came and went. */
static void add_change(const struct groups *groups, const struct undo *first,
                       struct actions *actions)
{
    if (!first->of_member) {
        struct head head = groups_head(groups, first->key);
        if (head.written || first->head.written)
            add_head(first->key, &head, actions);
        return;
    }
    const struct member *member = table_get(groups->members, first->key);
    if (member || first->member)
        add_member(arena_copy(actions->arena, first->key),
                   member ? member->group->name : first->group, member, actions);
}

void groups_changelog(const struct groups *groups, struct actions *actions)
{
    size_t count = groups->at_commit ? groups->undo_count : 0;
    const struct undo **undos = arena_alloc_raw(actions->arena, (count + 1) * sizeof(*undos));
    for (size_t i = 0; i < count; i++)
        undos[i] = &groups->undos[i];
    qsort(undos, count, sizeof(*undos), compare_undos);
    for (size_t i = 0; i < count; i++) {
        const struct undo *before = i > 0 ? undos[i - 1] : NULL;
        if (!before || before->of_member != undos[i]->of_member ||
            !str_equal(before->key, undos[i]->key))
            add_change(groups, undos[i], actions);
    }
}

bool groups_changed(const struct groups *groups)
{
    return groups->undo_count > 0;
}

void groups_mark(struct groups *groups)
{
    for (size_t i = 0; i < groups->undo_count; i++)
        free(groups->undos[i].member);
    groups->undo_count = 0;
    arena_reset(groups->undo_arena);
}

void groups_undo(struct groups *groups)
{
    while (groups->undo_count > 0) {
        const struct undo *undo = &groups->undos[--groups->undo_count];
        if (undo->of_member)
            free(set_member(groups, undo->key, undo->group, undo->member));
        else
            set_head(groups, undo->key, undo->head);
    }
    arena_reset(groups->undo_arena);
}

const struct member *groups_member(const struct groups *groups, struct str key)
{
    return table_get(groups->members, key);
}

struct group *groups_due(const struct groups *groups)
{
    struct timer *timer = timers_first(groups->timers);
    if (timer == NULL)
        return NULL;
    struct home *home = (struct home *)((char *)timer - offsetof(struct home, timer));
    return &home->group;
}

struct group *groups_each(const struct groups *groups, size_t *at)
{
    struct home *home = table_next(groups->homes, at);
    return home == NULL ? NULL : &home->group;
}

const struct member *groups_next_member(const struct groups *groups, size_t *at)
{
    return table_next(groups->members, at);
}

size_t groups_count(const struct groups *groups)
{
    return table_count(groups->homes);
}

size_t groups_members(const struct groups *groups)
{
    return table_count(groups->members);
}

size_t groups_muted(const struct groups *groups)
{
    return groups->muted;
}

size_t groups_memory(const struct groups *groups)
{
    return groups->member_bytes + table_memory(groups->members) + table_memory(groups->homes);
}
