#include "escalate/groups.h"

#include <assert.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/hash.h"
#include "base/mem.h"
#include "base/table.h"
#include "groups_log.h"

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

static struct head head_of(const struct home *home)
{
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

/* Writes a group's record and does what it says. `name` may be the group's own. */
static void write_head(struct groups *groups, struct str name, struct head head,
                       struct actions *actions)
{
    if (!groups->at_commit)
        add_head(name, &head, actions);
    struct undo *undo = remember(groups, name);
    undo->head = head_of(table_get(groups->homes, name));
    set_head(groups, undo->key, head);
}

/* Writes a member's record and does what it says. `key` lives as long as `actions`. */
static void write_member(struct groups *groups, struct str key, struct str group,
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
        struct head head = head_of(table_get(groups->homes, first->key));
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

/* ---- notices in, messages out */

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
    return table_get(groups->members, key_of(notice, arena));
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
    const struct member *before = table_get(groups->members, key);
    if (before)
        name = arena_copy(actions->arena, before->group->name);
    struct standing standing = { .told = before ? member_told(before) : 0 };
    struct head head = head_of(table_get(groups->homes, name));
    time_ms flush = flush_of(&head, pace);
    if (!head.written)
        head.since = notice->time;
    if (!head.written || flush < head.flush) {
        head.written = true;
        head.flush = flush;
        write_head(groups, name, head, actions);
    }
    standing.round = head.rounds;
    struct member *member = member_new(key, notice_member(notice).size, notice, &standing);
    write_member(groups, key, name, member, actions);
}

static void replace_member(struct groups *groups, const struct member *member,
                           const struct notice *notice, const struct standing *standing,
                           struct actions *actions)
{
    struct str key = arena_copy(actions->arena, member_key(member));
    struct str group = arena_copy(actions->arena, member->group->name);
    struct member *changed = member_new(key, member_name(member).size, notice, standing);
    write_member(groups, key, group, changed, actions);
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
    return str_compare(member_key(*(struct member *const *)a),
                       member_key(*(struct member *const *)b));
}

static struct member **list_of_ticket(const struct groups *groups, struct str ticket, size_t *count,
                                      struct arena *arena)
{
    struct member **found = NULL;
    size_t at = 0, room = 0;
    *count = 0;
    for (struct member *member; (member = table_next(groups->members, &at)) != NULL;) {
        if (!member->has_ticket || !str_equal(member_name(member), ticket))
            continue;
        if (*count == room) {
            struct member **grown = arena_alloc_raw(arena, (2 * room + 8) * sizeof(*found));
            if (room)
                memcpy(grown, found, room * sizeof(*found));
            found = grown;
            room = 2 * room + 8;
        }
        found[(*count)++] = member;
    }
    if (*count > 0)
        qsort(found, *count, sizeof(*found), compare_places);
    return found;
}

void groups_erase(struct groups *groups, struct str ticket, struct actions *actions)
{
    size_t count;
    struct member **members = list_of_ticket(groups, ticket, &count, actions->arena);
    for (size_t i = 0; i < count; i++) {
        struct standing standing = member_standing(members[i]);
        struct notice notice;
        member_notice(members[i], &notice);
        notice.subject = notice.why = notice.account = notice.comment = STR_NONE;
        replace_member(groups, members[i], &notice, &standing, actions);
    }
}

static struct head head_of_group(struct group *group)
{
    return head_of(home_of(group));
}

void groups_wake(struct groups *groups, struct group *group, time_ms at, struct actions *actions)
{
    struct head head = head_of_group(group);
    if (head.wake <= at)
        return;
    head.written = true;
    head.since = group->since;
    head.rounds = group->rounds;
    head.wake = at;
    write_head(groups, group->name, head, actions);
}

void groups_judged(struct groups *groups, struct group *group, time_ms wake,
                   struct actions *actions)
{
    struct head head = head_of_group(group);
    head.wake = wake;
    write_head(groups, group->name, head, actions);
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
    struct head head = head_of_group(group);
    head.flush = TIME_NEVER;
    head.wake = wake;
    head.sent = told ? now : head.sent;
    head.messages += told ? 1 : 0;
    head.rounds++;
    size_t count, all = group->member_count;
    struct str *done = list_done(group, &count, actions->arena);
    /* The group's own record first: it keeps the group in place while members leave. */
    if (count < all)
        write_head(groups, name, head, actions);
    for (size_t i = 0; i < count; i++)
        write_member(groups, done[i], name, NULL, actions);
    if (count == all)
        write_head(groups, name, no_head, actions);
}

struct group *groups_due(const struct groups *groups)
{
    struct timer *timer = timers_first(groups->timers);
    if (timer == NULL)
        return NULL;
    struct home *home = (struct home *)((char *)timer - offsetof(struct home, timer));
    return &home->group;
}

/* Of two that are due at once the name decides, so that the list does not flicker. */
static bool is_sooner(const struct group *a, const struct group *b)
{
    return a->flush != b->flush ? a->flush < b->flush : str_compare(a->name, b->name) < 0;
}

size_t groups_upcoming(const struct groups *groups, const struct group **list, size_t most)
{
    size_t count = 0, at = 0;
    for (const struct home *home; (home = table_next(groups->homes, &at)) != NULL;) {
        const struct group *group = &home->group;
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
