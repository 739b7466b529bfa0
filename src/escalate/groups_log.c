#include "groups_log.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json/json.h"
#include "json/json_writer.h"

const struct head no_head = { .flush = TIME_NEVER, .wake = TIME_NEVER, .sent = TIME_NEVER };

bool split_name(struct str path, struct str parts[NAME_PARTS], struct str *first, struct str *rest)
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
    *first = (struct str){ path.data, end };
    *rest = end < path.size ? (struct str){ path.data + from, path.size - from } : STR_NONE;
    return true;
}

/* ---- a group's own */

bool head_parse(struct str value, struct arena *arena, struct head *head, struct error *err)
{
    *head = no_head;
    if (!str_present(value))
        return true;
    size_t at = 0;
    int64_t version = 0, rounds = 0;
    const cJSON *root = json_parse(value, &json_event_limits, arena, NULL, &at, err);
    json_integer(json_get(root, STR("flush")), &head->flush);
    json_integer(json_get(root, STR("wake")), &head->wake);
    json_integer(json_get(root, STR("sent")), &head->sent);
    json_integer(json_get(root, STR("rounds")), &rounds);
    head->rounds = (uint32_t)rounds;
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

struct str head_text(const struct head *head, struct arena *arena)
{
    struct buf value = { 0 };
    struct json_writer writer = json_writer_to(&value), *out = &writer;
    json_open_object(out);
    JSON_INT(out, "v", 1);
    JSON_INT(out, "since", head->since);
    JSON_KEY(out, "flush");
    put_time_or_null(out, head->flush);
    if (head->wake != TIME_NEVER) {
        JSON_INT(out, "wake", head->wake);
    }
    JSON_KEY(out, "sent");
    put_time_or_null(out, head->sent);
    JSON_INT(out, "messages", head->messages);
    JSON_INT(out, "rounds", head->rounds);
    json_close_object(out);
    struct str copy = arena_copy(arena, buf_str(&value));
    buf_free(&value);
    return copy;
}

/* ---- a member's: the notice, and behind it what its level knows */

static void put_cause(struct json_writer *json, const struct cause *why)
{
    json_open_object(json);
    JSON_TEXT(json, "by", suppression_name(why->kind));
    JSON_STR(json, "name", why->name);
    JSON_KEY(json, "until");
    put_time_or_null(json, why->until);
    json_close_object(json);
}

static void put_standing(struct json_writer *json, const struct standing *standing)
{
    if (standing->round != ROUND_UNKNOWN) {
        JSON_INT(json, "round", standing->round);
    }
    if (standing->told) {
        char mark[20];
        snprintf(mark, sizeof(mark), "%016llx", (unsigned long long)standing->told);
        JSON_TEXT(json, "told", mark);
    }
    if (standing->muted) {
        JSON_KEY(json, "muted");
        put_cause(json, &standing->why);
    }
}

struct str member_record(const struct member *member, struct str group, struct arena *arena)
{
    struct notice notice;
    struct standing standing = member_standing(member);
    member_notice(member, &notice);
    struct str said = notice_encode(&notice, arena);
    struct str key = member_key(member), parts[NAME_PARTS], plain, rest;
    split_name((struct str){ key.data + 2, key.size - 2 }, parts, &plain, &rest);
    struct buf value = { 0 };
    buf_add(&value, said.data, said.size - 1);
    struct json_writer writer = { &value, true }, *json = &writer;
    put_standing(json, &standing);
    if (!str_equal(group, plain)) {
        JSON_STR(json, "group", group);
    }
    json_close_object(json);
    struct str copy = arena_copy(arena, buf_str(&value));
    buf_free(&value);
    return copy;
}

static bool parse_cause(const cJSON *item, struct standing *standing, struct error *err)
{
    struct str by = json_string(json_get(item, STR("by")));
    struct cause *why = &standing->why;
    *why = (struct cause){ .kind = SUPPRESSION_COUNT,
                           .name = json_string(json_get(item, STR("name"))),
                           .until = TIME_NEVER };
    for (int kind = 0; kind < SUPPRESSION_COUNT; kind++) {
        if (str_is(by, suppression_name((enum suppression)kind)))
            why->kind = (enum suppression)kind;
    }
    json_integer(json_get(item, STR("until")), &why->until);
    standing->muted = true;
    return why->kind != SUPPRESSION_COUNT ||
           error_set(err, "'%.*s' keeps no notice from being told", STR_ARG(by));
}

static bool parse_standing(const cJSON *root, struct standing *standing, struct error *err)
{
    int64_t round = ROUND_UNKNOWN;
    struct str told = json_string(json_get(root, STR("told")));
    const cJSON *muted = json_get(root, STR("muted"));
    json_integer(json_get(root, STR("round")), &round);
    *standing = (struct standing){ .round = (uint32_t)round };
    if (str_present(told))
        standing->told = strtoull(told.data, NULL, 16);
    return muted == NULL || parse_cause(muted, standing, err);
}

bool member_read(struct str key, struct str name, struct str value, struct arena *arena,
                 struct member **member, struct str *group, struct error *err)
{
    struct notice notice;
    struct standing standing;
    size_t at = 0;
    *member = NULL;
    *group = STR_NONE;
    if (!str_present(value))
        return true;
    if (!notice_decode(value, arena, &notice, err))
        return false;
    const cJSON *root = json_parse(value, &json_event_limits, arena, NULL, &at, err);
    if (!parse_standing(root, &standing, err))
        return false;
    *group = json_string(json_get(root, STR("group")));
    *member = member_new(key, name.size, &notice, &standing);
    return true;
}
