#include "escalate/message.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "config/outputs.h"
#include "encode/headers.h"
#include "escalate/people.h"
#include "json/json_writer.h"
#include "message_text.h"

/* Firing first, then the most urgent, then the oldest. */
static int compare_members(const void *a, const void *b)
{
    const struct member *left = *(const struct member *const *)a;
    const struct member *right = *(const struct member *const *)b;
    if (left->status != right->status)
        return left->status < right->status ? -1 : 1;
    if (left->score != right->score)
        return left->score > right->score ? -1 : 1;
    if (left->since != right->since)
        return left->since < right->since ? -1 : 1;
    return str_compare(member_name(left), member_name(right));
}

/* What kept the level from hearing of it before, or null. */
static void put_held_back(const struct member *member, time_ms now, struct json_writer *json)
{
    if (!member->released) {
        json_put_null(json);
        return;
    }
    struct cause why = member_standing(member).why;
    json_open_object(json);
    JSON_TEXT(json, "cause", suppression_name(why.kind));
    JSON_STR(json, "name", why.name);
    JSON_TIME_MS(json, "until", why.until == TIME_NEVER ? TIME_NEVER : time_min(why.until, now));
    json_close_object(json);
}

static void put_ticket(const struct message *message, const struct member *member,
                       struct json_writer *json)
{
    struct notice unpacked, *notice = &unpacked;
    member_notice(member, notice);
    char text[TIME_TEXT_SIZE];
    bool due = str_present(notice->clock) && notice->due != TIME_NEVER;
    json_open_object(json);
    JSON_STR(json, "ticket", notice->ticket);
    JSON_STR(json, "subject", notice->subject);
    JSON_STR(json, "department", notice->department);
    JSON_STR(json, "trigger", notice->trigger);
    JSON_TEXT(json, "status", notice_status_name(notice->status));
    JSON_INT(json, "score", notice->score);
    JSON_TEXT(json, "band", notice->band < 0 ? NULL : band_name(notice->band));
    JSON_STR(json, "clock", notice->clock);
    JSON_TIME(json, "due", due ? notice->due : TIME_NEVER);
    JSON_STR(json, "due_local", due ? zone_format(message->zone, notice->due, text) : STR_NONE);
    JSON_STR(json, "overdue",
             due && notice->due < message->now ? duration_format(message->now - notice->due, text)
                                               : STR_NONE);
    JSON_STR(json, "why", notice->why);
    JSON_STR(json, "source", notice->source);
    JSON_INT(json, "step", notice->step);
    JSON_INT(json, "repeat", notice->repeat);
    JSON_STR(json, "by", notice->by);
    JSON_STR(json, "comment", notice->comment);
    JSON_KEY(json, "next");
    notice_put_next(json, notice);
    JSON_KEY(json, "held_back");
    put_held_back(member, message->now, json);
    json_close_object(json);
}

static void put_to(const struct message *message, int level, struct json_writer *json)
{
    const struct people_question question = { .quiet = message->quiet,
                                              .groups = message->groups,
                                              .members = message->members,
                                              .count = message->count,
                                              .level = level,
                                              .now = message->now };
    struct people people = people_find(&question, message->arena);
    json_open_array(json);
    for (size_t i = 0; i < people.count; i++)
        json_put_str(json, people.items[i]);
    json_close_array(json);
}

static void put_head(const struct message *message, struct str id, int level,
                     struct json_writer *json)
{
    const struct group *group = message->group;
    JSON_TEXT(json, "kind", "escalation");
    JSON_STR(json, "id", id);
    JSON_STR(json, "group", group->name);
    JSON_STR(json, "level", group->level);
    JSON_STR(json, "department", message->department);
    JSON_STR(json, "trigger", message->trigger);
    JSON_TEXT(json, "status", notice_status_name(message->status));
    JSON_STR(json, "by", message->status == NOTICE_FIRING ? STR_NONE : message->first.by);
    JSON_STR(json, "title", message_title_en(message));
    struct buf text = { 0 };
    message_text_en(message, &text);
    JSON_STR(json, "text", buf_str(&text));
    buf_free(&text);
    JSON_KEY(json, "to");
    put_to(message, level, json);
}

/* What bridges to other alerting systems read as it is. */
static void put_bridge(const struct message *message, struct json_writer *json)
{
    const struct group *group = message->group;
    int band = -1;
    for (size_t i = 0; i < message->count; i++) {
        int of = message->members[i]->band;
        if (of >= 0 && (band < 0 || of < band))
            band = of;
    }
    JSON_KEY(json, "labels");
    json_open_object(json);
    JSON_STR(json, "alertname",
             str_present(message->trigger)
                 ? arena_printf(message->arena, "ombud_%.*s", STR_ARG(message->trigger))
                 : STR("ombud"));
    JSON_STR(json, "level", group->level);
    if (str_present(message->department)) {
        JSON_STR(json, "department", message->department);
    }
    if (str_present(message->trigger)) {
        JSON_STR(json, "trigger", message->trigger);
    }
    if (band >= 0) {
        JSON_TEXT(json, "band", band_name(band));
    }
    json_close_object(json);
    JSON_KEY(json, "annotations");
    json_open_object(json);
    JSON_STR(json, "summary", message_title_en(message));
    JSON_STR(json, "summary_zh", message_title_zh(message));
    struct buf text = { 0 };
    message_text_en(message, &text);
    JSON_STR(json, "description", buf_str(&text));
    buf_clear(&text);
    message_text_zh(message, &text);
    JSON_STR(json, "description_zh", buf_str(&text));
    buf_free(&text);
    json_close_object(json);
    JSON_TIME_MS(json, "startsAt", group->since);
    JSON_TIME_MS(json, "endsAt", message->status == NOTICE_RESOLVED ? message->now : TIME_NEVER);
}

static void put_message(const struct message *message, struct str id, int level, struct buf *out)
{
    struct json_writer writer = json_writer_to(out), *json = &writer;
    json_open_object(json);
    put_head(message, id, level, json);
    JSON_TIME_MS(json, "since", message->group->since);
    JSON_INT(json, "tickets_total", (int64_t)message->count);
    JSON_INT(json, "tickets_open", (int64_t)message->open);
    JSON_INT(json, "tickets_muted", (int64_t)message->muted);
    JSON_KEY(json, "tickets");
    json_open_array(json);
    for (size_t i = 0; i < message->count && i < MESSAGE_TICKETS; i++) {
        put_ticket(message, message->members[i], json);
    }
    json_close_array(json);
    put_bridge(message, json);
    JSON_TIME_MS(json, "sent_at", message->now);
    JSON_TEXT(json, "config", message->config->fingerprint);
    json_close_object(json);
}

/* What all members have in common is what the message is about. */
static void find_common(struct message *message)
{
    for (size_t i = 0; i < message->count; i++) {
        struct str department = member_label(message->members[i], LABEL_DEPARTMENT);
        struct str trigger = member_label(message->members[i], LABEL_TRIGGER);
        if (i == 0) {
            message->department = department;
            message->trigger = trigger;
        }
        if (!str_equal(message->department, department))
            message->department = STR_NONE;
        if (!str_equal(message->trigger, trigger))
            message->trigger = STR_NONE;
    }
}

static void sort(const struct member **members, size_t count)
{
    if (count > 1)
        qsort(members, count, sizeof(*members), compare_members);
}

/* Puts those in front that are listed, in their order, out of perhaps thousands. */
static void sort_first(const struct member **members, size_t count)
{
    size_t first = count < MESSAGE_TICKETS ? count : MESSAGE_TICKETS;
    sort(members, first);
    for (size_t i = first; i < count; i++) {
        const struct member *member = members[i];
        size_t at = first;
        while (at > 0 && compare_members(&member, &members[at - 1]) < 0)
            at--;
        if (at == first)
            continue;
        members[i] = members[first - 1];
        memmove(&members[at + 1], &members[at], (first - 1 - at) * sizeof(*members));
        members[at] = member;
    }
}

static void gather(struct message *message, const struct group *group)
{
    message->members = arena_alloc(message->arena, (group->member_count + 1) * sizeof(void *));
    for (size_t i = 0; i < group->member_count; i++) {
        const struct member *member = group->members[i];
        bool ended = member->status == NOTICE_RESOLVED;
        if (member->muted && !member->released) {
            message->muted++;
            continue;
        }
        if (ended && member->told == 0)
            continue; /* before the level was told of it */
        message->members[message->count++] = member;
        message->open += !ended;
    }
    find_common(message);
    /* Of several departments people are asked in the order of all. */
    if (str_present(message->department))
        sort_first(message->members, message->count);
    else
        sort(message->members, message->count);
    message->status = NOTICE_RESOLVED;
    if (message->count > 0) {
        member_notice(message->members[0], &message->first);
        message->status = message->first.status;
    }
}

/* As people call it; the configuration may have lost it, or it is of several. */
static void name_department(struct message *message)
{
    int department = str_present(message->department)
                         ? config_department(message->config, message->department)
                         : -1;
    message->department_name =
        department >= 0 ? message->config->departments[department].name
                        : (struct config_name){ message->department, message->department };
}

void message_add(const struct quiet *quiet, const struct zone *zone, const struct groups *groups,
                 const struct group *group, time_ms now, struct actions *actions)
{
    const struct config *config = quiet->config;
    struct message message = { .config = config,
                               .quiet = quiet,
                               .groups = groups,
                               .group = group,
                               .zone = zone,
                               .now = now,
                               .arena = actions->arena };
    gather(&message, group);
    name_department(&message);
    int level = config_level(config, group->level);
    char *id = arena_alloc_raw(actions->arena, 32);
    struct str since = arena_printf(actions->arena, "%lld", (long long)group->since);
    struct str number = arena_printf(actions->arena, "%lld", (long long)group->messages);
    /* A group that went and came again counts anew, perhaps from the same time; what it is about
     * is new. */
    struct str parts[] = { STR("escalation"), group->name, since, number, message.first.id };
    hash128_hex(parts, sizeof(parts) / sizeof(parts[0]), id);

    struct buf out = { 0 };
    put_message(&message, (struct str){ id, 32 }, level < 0 ? 0 : level, &out);
    struct action action = { .output = OUTPUT_ESCALATIONS,
                             .partition = -1,
                             .index = level < 0 ? 0 : (uint32_t)level,
                             .key = arena_copy(actions->arena, group->name),
                             .value = arena_copy(actions->arena, buf_str(&out)) };
    buf_free(&out);
    headers_set(&action, actions, "ombud.escalation", SOURCE_ESCALATIONS, (struct str){ id, 32 });
    *actions_add(actions, OUTPUT_ESCALATIONS) = action;
    if (level >= 0)
        return;
    /* A level that the configuration no longer has: the first one is told, because nobody must be
     * left out, and of the end its own topic, too, so that nobody there goes on waiting for it. */
    action.topic = output_lost_topic(config, OUTPUT_ESCALATIONS, group->level, actions->arena);
    if (message.status == NOTICE_RESOLVED)
        *actions_add(actions, OUTPUT_ESCALATIONS) = action;
}
