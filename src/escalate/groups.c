#include "escalate/groups.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/hash.h"
#include "base/mem.h"
#include "base/table.h"
#include "json/json.h"
#include "json/json_writer.h"

/* One changelog record in memory, with what it says. */
struct entry {
    struct str key;      /* "g/..." or "n/..." */
    struct str value;    /* a member's */
    struct arena *arena; /* owns key, value and the strings of group or member */
    struct entry *home;  /* a member's group; NULL for a group */
    size_t place;        /* a member's, in its group's array */
    struct group group;
    struct member member;
    struct timer timer; /* a group's */
    bool written;       /* a group's: has a record of its own, not only members */
};

struct undo {
    struct str key, value; /* value absent: there was no record */
};

struct groups {
    struct table *entries;
    struct timers *timers;
    struct undo *undos;
    size_t undo_count, undo_capacity;
    struct arena *undo_arena;
    size_t group_count, member_count;
};

enum { ENTRY_BLOCK = 2048, UNDO_BLOCK = 64 * 1024, NAME_PARTS = 3 };

static struct str entry_key(const void *value)
{
    return ((const struct entry *)value)->key;
}

struct groups *groups_new(void)
{
    struct groups *groups = mem_alloc(sizeof(*groups));
    groups->entries = table_new(entry_key);
    groups->timers = timers_new();
    groups->undo_arena = arena_new(UNDO_BLOCK);
    return groups;
}

static void entry_free(struct entry *entry)
{
    free(entry->group.members);
    arena_free(entry->arena);
    free(entry);
}

void groups_free(struct groups *groups)
{
    if (groups == NULL)
        return;
    size_t at = 0;
    for (struct entry *entry; (entry = table_next(groups->entries, &at)) != NULL;)
        entry_free(entry);
    table_free(groups->entries);
    timers_free(groups->timers);
    arena_free(groups->undo_arena);
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

static struct entry *entry_new(struct groups *groups, struct str key)
{
    struct entry *entry = mem_alloc(sizeof(*entry));
    entry->arena = arena_new(ENTRY_BLOCK);
    entry->key = arena_copy(entry->arena, key);
    entry->timer.due = TIME_NEVER;
    table_put(groups->entries, entry);
    return entry;
}

static struct entry *group_entry(struct groups *groups, struct str name)
{
    struct buf key = { 0 };
    buf_add_str(&key, STR("g/"));
    buf_add_str(&key, name);
    struct entry *entry = table_get(groups->entries, buf_str(&key));
    if (entry == NULL) {
        entry = entry_new(groups, buf_str(&key));
        struct str parts[NAME_PARTS], rest;
        struct str path = { entry->key.data + 2, entry->key.size - 2 };
        struct group *group = &entry->group;
        split_name(path, parts, &group->name, &rest);
        group->level = parts[0];
        group->department = parts[1];
        group->trigger = parts[2];
        group->flush = TIME_NEVER;
        entry->timer.order = hash64(name);
        groups->group_count++;
    }
    buf_free(&key);
    return entry;
}

/* A group without record and without members is nothing. */
static void drop_empty(struct groups *groups, struct entry *home)
{
    if (home->written || home->group.member_count > 0)
        return;
    timers_set(groups->timers, &home->timer, TIME_NEVER);
    table_remove(groups->entries, home->key);
    groups->group_count--;
    entry_free(home);
}

static bool apply_group(struct groups *groups, struct str name, struct str value, struct error *err)
{
    struct entry *entry = group_entry(groups, name);
    struct group *group = &entry->group;
    if (!str_present(value)) {
        entry->written = false;
        group->flush = TIME_NEVER;
        group->messages = 0;
        timers_set(groups->timers, &entry->timer, TIME_NEVER);
        drop_empty(groups, entry);
        return true;
    }
    struct arena *arena = arena_new(ENTRY_BLOCK);
    size_t at = 0;
    const cJSON *root = json_parse(value, &json_event_limits, arena, NULL, &at, err);
    int64_t version = 0, since = 0, flush = TIME_NEVER, messages = 0;
    bool ok = root && json_integer(json_get(root, STR("v")), &version) && version == 1 &&
              json_integer(json_get(root, STR("since")), &since) &&
              json_integer(json_get(root, STR("messages")), &messages);
    json_integer(json_get(root, STR("flush")), &flush);
    arena_free(arena);
    if (!ok) {
        drop_empty(groups, entry);
        return error_set(err, "group '%.*s' is not a record of version 1", STR_ARG(name));
    }
    entry->written = true;
    group->since = since;
    group->flush = flush;
    group->messages = messages;
    timers_set(groups->timers, &entry->timer, flush);
    return true;
}

static void remove_member(struct groups *groups, struct entry *entry)
{
    struct entry *home = entry->home;
    struct group *group = &home->group;
    struct member *last = group->members[--group->member_count];
    group->members[entry->place] = last;
    struct entry *moved = (struct entry *)((char *)last - offsetof(struct entry, member));
    moved->place = entry->place;
    table_remove(groups->entries, entry->key);
    entry_free(entry);
    groups->member_count--;
    drop_empty(groups, home);
}

static struct entry *add_member(struct groups *groups, struct str key, struct str group_name)
{
    struct entry *entry = entry_new(groups, key);
    struct group *group = &(entry->home = group_entry(groups, group_name))->group;
    entry->place = group->member_count;
    group->members = mem_resize(group->members, group->member_count + 1, sizeof(*group->members));
    group->members[group->member_count++] = &entry->member;
    groups->member_count++;
    return entry;
}

static bool apply_member(struct groups *groups, struct str key, struct str group_name,
                         struct str member, struct str value, struct error *err)
{
    struct entry *entry = table_get(groups->entries, key);
    if (!str_present(value)) {
        if (entry)
            remove_member(groups, entry);
        return true;
    }
    struct arena *arena = arena_new(ENTRY_BLOCK);
    struct notice notice;
    struct str copy = arena_copy(arena, value);
    if (!notice_decode(copy, arena, &notice, err)) {
        arena_free(arena);
        return error_prefix(err, "member '%.*s'", STR_ARG(key));
    }
    if (entry == NULL)
        entry = add_member(groups, key, group_name);
    /* The key the table knows must outlive the arena it came from. */
    struct arena *old = entry->arena;
    struct str old_key = entry->key;
    entry->arena = arena;
    entry->key = arena_copy(arena, old_key);
    entry->value = copy;
    entry->member.name =
        (struct str){ entry->key.data + (entry->key.size - member.size), member.size };
    entry->member.notice = notice;
    arena_free(old);
    return true;
}

/* The one door: memory becomes what this record says. */
static bool apply(struct groups *groups, struct str key, struct str value, struct error *err)
{
    struct str parts[NAME_PARTS], name, member;
    struct str path = key.size > 2 ? (struct str){ key.data + 2, key.size - 2 } : STR_NONE;
    if (!str_present(path) || !split_name(path, parts, &name, &member))
        return error_set(err, "'%.*s' is no key of a group", STR_ARG(key));
    if (str_starts(key, STR("g/")) && !str_present(member))
        return apply_group(groups, name, value, err);
    if (str_starts(key, STR("n/")) && str_present(member))
        return apply_member(groups, key, name, member, value, err);
    return error_set(err, "'%.*s' is no key of a group", STR_ARG(key));
}

bool groups_restore(struct groups *groups, struct str key, struct str value, struct error *err)
{
    return apply(groups, key, value, err);
}

static struct str group_value(time_ms since, time_ms flush, int64_t messages, struct arena *arena)
{
    struct buf value = { 0 };
    struct json_writer writer = json_writer_to(&value), *out = &writer;
    json_open_object(out);
    JSON_KEY(out, "v");
    json_put_int(out, 1);
    JSON_KEY(out, "since");
    json_put_int(out, since);
    JSON_KEY(out, "flush");
    if (flush == TIME_NEVER)
        json_put_null(out);
    else
        json_put_int(out, flush);
    JSON_KEY(out, "messages");
    json_put_int(out, messages);
    json_close_object(out);
    struct str copy = arena_copy(arena, buf_str(&value));
    buf_free(&value);
    return copy;
}

/* What the changelog holds for `key` now; absent: nothing. */
static struct str current_value(const struct groups *groups, struct str key, struct arena *arena)
{
    const struct entry *entry = table_get(groups->entries, key);
    if (entry && entry->home)
        return arena_copy(arena, entry->value);
    if (entry && entry->written)
        return group_value(entry->group.since, entry->group.flush, entry->group.messages, arena);
    return STR_NONE;
}

static void write_record(struct groups *groups, struct str key, struct str value,
                         struct actions *actions)
{
    if (groups->undo_count == groups->undo_capacity) {
        groups->undo_capacity = groups->undo_capacity ? 2 * groups->undo_capacity : 64;
        groups->undos = mem_resize(groups->undos, groups->undo_capacity, sizeof(*groups->undos));
    }
    groups->undos[groups->undo_count++] =
        (struct undo){ .key = arena_copy(groups->undo_arena, key),
                       .value = current_value(groups, key, groups->undo_arena) };

    struct action *action = actions_add(actions, OUTPUT_GROUPS);
    action->key = arena_copy(actions->arena, key);
    action->value = arena_copy(actions->arena, value);
    struct error err;
    bool ok = apply(groups, action->key, action->value, &err);
    assert(ok && "what we write ourselves can be read");
    (void)ok;
}

void groups_mark(struct groups *groups)
{
    groups->undo_count = 0;
    arena_reset(groups->undo_arena);
}

void groups_undo(struct groups *groups)
{
    while (groups->undo_count > 0) {
        const struct undo *undo = &groups->undos[--groups->undo_count];
        bool ok = apply(groups, undo->key, undo->value, NULL);
        assert(ok && "what was applied before applies again");
        (void)ok;
    }
    arena_reset(groups->undo_arena);
}

struct str notice_member(const struct notice *notice)
{
    return str_present(notice->ticket) ? notice->ticket : notice->source;
}

static struct str group_key(const struct notice *notice, char kind, struct arena *arena)
{
    return arena_printf(arena, "%c/%.*s/%.*s/%.*s", kind, STR_ARG(notice->level),
                        STR_ARG(notice->department), STR_ARG(notice->trigger));
}

static struct str member_key(const struct notice *notice, struct arena *arena)
{
    return arena_printf(arena, "%.*s/%.*s", STR_ARG(group_key(notice, 'n', arena)),
                        STR_ARG(notice_member(notice)));
}

const struct member *groups_find(const struct groups *groups, const struct notice *notice,
                                 struct arena *arena)
{
    const struct entry *entry = table_get(groups->entries, member_key(notice, arena));
    return entry ? &entry->member : NULL;
}

static void write_group(struct groups *groups, struct str key, time_ms since, time_ms flush,
                        int64_t messages, struct actions *actions)
{
    write_record(groups, key, group_value(since, flush, messages, actions->arena), actions);
}

void groups_put(struct groups *groups, const struct notice *notice, struct str value, time_ms flush,
                struct actions *actions)
{
    struct str key = group_key(notice, 'g', actions->arena);
    const struct entry *entry = table_get(groups->entries, key);
    const struct group *group = entry && entry->written ? &entry->group : NULL;
    if (group == NULL || flush < group->flush)
        write_group(groups, key, group ? group->since : notice->time, flush,
                    group ? group->messages : 0, actions);
    write_record(groups, member_key(notice, actions->arena), value, actions);
}

static bool is_done(const struct notice *notice)
{
    return notice->status == NOTICE_RESOLVED || !str_present(notice->ticket);
}

static int compare_keys(const void *a, const void *b)
{
    return str_compare(*(const struct str *)a, *(const struct str *)b);
}

void groups_flushed(struct groups *groups, struct group *group, bool told, struct actions *actions)
{
    struct entry *home = (struct entry *)((char *)group - offsetof(struct entry, group));
    struct str key = arena_copy(actions->arena, home->key);
    time_ms since = group->since;
    int64_t messages = group->messages + (told ? 1 : 0);

    size_t count = 0, left = group->member_count;
    struct str *done = arena_alloc_raw(actions->arena, (left + 1) * sizeof(*done));
    for (size_t i = 0; i < group->member_count; i++) {
        const struct entry *entry =
            (struct entry *)((char *)group->members[i] - offsetof(struct entry, member));
        if (is_done(&entry->member.notice))
            done[count++] = arena_copy(actions->arena, entry->key);
    }
    /* Members stand in no particular order, records must. */
    qsort(done, count, sizeof(*done), compare_keys);
    /* The group's own record first: it keeps the group in place while members leave. */
    if (count < left)
        write_group(groups, key, since, TIME_NEVER, messages, actions);
    for (size_t i = 0; i < count; i++)
        write_record(groups, done[i], STR_NONE, actions);
    if (count == left)
        write_record(groups, key, STR_NONE, actions);
}

struct group *groups_due(const struct groups *groups)
{
    struct timer *timer = timers_first(groups->timers);
    if (timer == NULL)
        return NULL;
    struct entry *entry = (struct entry *)((char *)timer - offsetof(struct entry, timer));
    return &entry->group;
}

size_t groups_count(const struct groups *groups)
{
    return groups->group_count;
}

size_t groups_members(const struct groups *groups)
{
    return groups->member_count;
}
