#include "escalate/groups.h"

#include <assert.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/hash.h"
#include "base/mem.h"
#include "base/table.h"
#include "json/json.h"
#include "json/json_writer.h"

/* What a group's own record says. */
struct head {
    bool written; /* false: there is none, the group stands on its members' records alone */
    time_ms since, flush, sent;
    int64_t messages;
};

static const struct head no_head = { .flush = TIME_NEVER, .sent = TIME_NEVER };

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
    struct head head;      /* of a group */
    struct member *member; /* owned; NULL: there was none */
};

struct groups {
    struct table *homes, *members;
    size_t member_bytes;
    struct timers *timers;
    struct undo *undos;
    size_t undo_count, undo_capacity;
    struct arena *undo_arena;
    struct arena *scratch; /* of one restored record */
};

enum { UNDO_BLOCK = 64 * 1024, SCRATCH_BLOCK = 4096, NAME_PARTS = 3 };

static struct str home_name(const void *value)
{
    const struct home *home = value;
    return (struct str){ home->name, home->name_size };
}

static struct str key_of_member(const void *value)
{
    return member_key(value);
}

struct groups *groups_new(void)
{
    struct groups *groups = mem_alloc(sizeof(*groups));
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

/* "lead/quality/breach/T/1" -> the name of the group and the rest; none of the first three parts
 * has a slash, a ticket may. */
static bool split_name(struct str path, struct str parts[NAME_PARTS], struct str *name,
                       struct str *rest)
{
    size_t from = 0;
    for (int i = 0; i < NAME_PARTS; i++) {
        if (from > path.size)
            return false;
        const char *slash = memchr(path.data + from, '/', path.size - from);
        size_t to = slash ? (size_t)(slash - path.data) : path.size;
        parts[i] = (struct str){ path.data + from, to - from };
        from = to + 1;
    }
    size_t end = from - 1;
    *name = (struct str){ path.data, end };
    *rest = end < path.size ? (struct str){ path.data + from, path.size - from } : STR_NONE;
    return true;
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
    struct str parts[NAME_PARTS], rest;
    split_name(home_name(home), parts, &group->name, &rest);
    group->level = parts[0];
    group->department = parts[1];
    group->trigger = parts[2];
    group->flush = TIME_NEVER;
    group->sent = TIME_NEVER;
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
    return (struct head){ true, group->since, group->flush, group->sent, group->messages };
}

/* One of the two doors to memory: a group's record becomes `head`. */
static void set_head(struct groups *groups, struct str name, struct head head)
{
    struct home *home = home_find_or_add(groups, name);
    home->written = head.written;
    home->group.since = head.since;
    home->group.flush = head.flush;
    home->group.sent = head.sent;
    home->group.messages = head.messages;
    timers_set(groups->timers, &home->timer, head.flush);
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

/* The other door: the member of that key becomes `member`, taken over, or nothing (NULL). Returns
 * the one before, now the caller's, or NULL. */
static struct member *set_member(struct groups *groups, struct str key, struct member *member)
{
    struct str path = { key.data + 2, key.size - 2 }, parts[NAME_PARTS], group_name, rest;
    struct member *before = table_get(groups->members, key);
    groups->member_bytes += member ? member_size(member) : 0;
    groups->member_bytes -= before ? member_size(before) : 0;
    if (member && before) {
        member->group = before->group;
        member->place = before->place;
        member->group->members[member->place] = member;
        table_put(groups->members, member);
    } else if (member) {
        split_name(path, parts, &group_name, &rest);
        join(groups, home_find_or_add(groups, group_name), member);
    } else if (before) {
        leave(groups, before);
    }
    return before;
}

/* ---- the changelog */

static bool parse_head(struct str value, struct arena *arena, struct head *head, struct error *err)
{
    *head = no_head;
    if (!str_present(value))
        return true;
    size_t at = 0;
    int64_t version = 0;
    const cJSON *root = json_parse(value, &json_event_limits, arena, NULL, &at, err);
    json_integer(json_get(root, STR("flush")), &head->flush);
    json_integer(json_get(root, STR("sent")), &head->sent);
    if (!json_integer(json_get(root, STR("v")), &version) || version != 1 ||
        !json_integer(json_get(root, STR("since")), &head->since) ||
        !json_integer(json_get(root, STR("messages")), &head->messages))
        return error_set(err, "a group's record is not of version 1");
    head->written = true;
    return true;
}

static void put_time_or_null(struct json_writer *json, time_ms time)
{
    if (time == TIME_NEVER)
        json_put_null(json);
    else
        json_put_int(json, time);
}

static struct str head_text(const struct head *head, struct arena *arena)
{
    struct buf value = { 0 };
    struct json_writer writer = json_writer_to(&value), *out = &writer;
    json_open_object(out);
    JSON_KEY(out, "v");
    json_put_int(out, 1);
    JSON_KEY(out, "since");
    json_put_int(out, head->since);
    JSON_KEY(out, "flush");
    put_time_or_null(out, head->flush);
    JSON_KEY(out, "sent");
    put_time_or_null(out, head->sent);
    JSON_KEY(out, "messages");
    json_put_int(out, head->messages);
    json_close_object(out);
    struct str copy = arena_copy(arena, buf_str(&value));
    buf_free(&value);
    return copy;
}

static bool parse_member(struct str key, struct str name, struct str value, struct arena *arena,
                         struct member **member, struct error *err)
{
    struct notice notice;
    *member = NULL;
    if (!str_present(value))
        return true;
    if (!notice_decode(value, arena, &notice, err))
        return false;
    *member = member_new(key, name.size, &notice);
    return true;
}

bool groups_restore(struct groups *groups, struct str key, struct str value, struct error *err)
{
    struct str path = key.size > 2 ? (struct str){ key.data + 2, key.size - 2 } : STR_NONE;
    struct str parts[NAME_PARTS], name, rest;
    struct head head;
    struct member *member;
    arena_reset(groups->scratch);
    bool known = str_present(path) && split_name(path, parts, &name, &rest);
    if (known && str_starts(key, STR("g/")) && !str_present(rest)) {
        if (!parse_head(value, groups->scratch, &head, err))
            return error_prefix(err, "%.*s", STR_ARG(key));
        set_head(groups, name, head);
        return true;
    }
    if (known && str_starts(key, STR("n/")) && str_present(rest)) {
        if (!parse_member(key, rest, value, groups->scratch, &member, err))
            return error_prefix(err, "%.*s", STR_ARG(key));
        free(set_member(groups, key, member));
        return true;
    }
    return error_set(err, "'%.*s' is no key of a group", STR_ARG(key));
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

/* Writes a group's record and does what it says. */
static void write_head(struct groups *groups, struct str name, struct head head,
                       struct actions *actions)
{
    struct action *action = actions_add(actions, OUTPUT_GROUPS);
    action->key = arena_printf(actions->arena, "g/%.*s", STR_ARG(name));
    action->value = head.written ? head_text(&head, actions->arena) : STR_NONE;
    struct undo *undo = remember(groups, name);
    undo->head = head_of(table_get(groups->homes, name));
    set_head(groups, undo->key, head);
}

/* Writes a member's record and does what it says. `key` lives as long as `actions`. */
static void write_member(struct groups *groups, struct str key, struct member *member,
                         struct str value, struct actions *actions)
{
    struct action *action = actions_add(actions, OUTPUT_GROUPS);
    action->key = key;
    action->value = arena_copy(actions->arena, value);
    struct undo *undo = remember(groups, key);
    undo->of_member = true;
    undo->member = set_member(groups, undo->key, member);
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
            free(set_member(groups, undo->key, undo->member));
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

static struct str group_name(const struct notice *notice, struct arena *arena)
{
    return arena_printf(arena, "%.*s/%.*s/%.*s", STR_ARG(notice->level),
                        STR_ARG(notice->department), STR_ARG(notice->trigger));
}

static struct str key_of(const struct notice *notice, struct arena *arena)
{
    return arena_printf(arena, "n/%.*s/%.*s", STR_ARG(group_name(notice, arena)),
                        STR_ARG(notice_member(notice)));
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

void groups_put(struct groups *groups, const struct notice *notice, struct str value,
                const struct group_pace *pace, struct actions *actions)
{
    struct str name = group_name(notice, actions->arena);
    struct str key = key_of(notice, actions->arena);
    struct head head = head_of(table_get(groups->homes, name));
    time_ms flush = flush_of(&head, pace);
    if (!head.written)
        head.since = notice->time;
    if (!head.written || flush < head.flush) {
        head.written = true;
        head.flush = flush;
        write_head(groups, name, head, actions);
    }
    struct member *member = member_new(key, notice_member(notice).size, notice);
    write_member(groups, key, member, value, actions);
}

static int compare_keys(const void *a, const void *b)
{
    return str_compare(*(const struct str *)a, *(const struct str *)b);
}

void groups_flushed(struct groups *groups, struct group *group, bool told, time_ms now,
                    struct actions *actions)
{
    struct str name = arena_copy(actions->arena, group->name);
    struct head head = { true, group->since, TIME_NEVER, told ? now : group->sent,
                         group->messages + (told ? 1 : 0) };
    size_t count = 0, all = group->member_count;
    struct str *done = arena_alloc_raw(actions->arena, (all + 1) * sizeof(*done));
    for (size_t i = 0; i < all; i++) {
        if (member_is_done(group->members[i]))
            done[count++] = arena_copy(actions->arena, member_key(group->members[i]));
    }
    /* Members stand in no particular order, records must. */
    qsort(done, count, sizeof(*done), compare_keys);
    /* The group's own record first: it keeps the group in place while members leave. */
    if (count < all)
        write_head(groups, name, head, actions);
    for (size_t i = 0; i < count; i++)
        write_member(groups, done[i], NULL, STR_NONE, actions);
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

const struct group *groups_each(const struct groups *groups, size_t *at)
{
    const struct home *home = table_next(groups->homes, at);
    return home == NULL ? NULL : &home->group;
}

size_t groups_count(const struct groups *groups)
{
    return table_count(groups->homes);
}

size_t groups_members(const struct groups *groups)
{
    return table_count(groups->members);
}

size_t groups_memory(const struct groups *groups)
{
    return groups->member_bytes + table_memory(groups->members) + table_memory(groups->homes);
}
