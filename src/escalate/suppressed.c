#include "escalate/suppressed.h"

#include "base/hash.h"
#include "encode/headers.h"
#include "json/json_writer.h"

static void put_notice(struct json_writer *json, const struct notice *notice, struct str group)
{
    JSON_STR(json, "ticket", notice->ticket);
    JSON_STR(json, "source", notice->source);
    JSON_STR(json, "notice", notice->id);
    JSON_STR(json, "group", group);
    JSON_STR(json, "department", notice->department);
    JSON_STR(json, "level", notice->level);
    JSON_STR(json, "trigger", notice->trigger);
    JSON_INT(json, "step", notice->step);
    JSON_TEXT(json, "status", notice_status_name(notice->status));
}

static void put_cause(struct json_writer *json, const struct cause *why,
                      const struct silence *silence)
{
    JSON_TEXT(json, "cause", suppression_name(why->kind));
    JSON_STR(json, "name", why->name);
    JSON_STR(json, "by", silence ? silence->by : STR_NONE);
    JSON_STR(json, "comment", silence ? silence->comment : STR_NONE);
    JSON_TIME_MS(json, "until", why->until);
}

void suppressed_add(const struct config *config, const struct notice *notice, struct str group,
                    const struct cause *why, const struct silence *silence, time_ms now,
                    struct actions *actions)
{
    struct str parts[] = { STR("suppressed"), notice->id, str_from(suppression_name(why->kind)),
                           why->name };
    char *id = arena_alloc_raw(actions->arena, 32);
    hash128_hex(parts, sizeof(parts) / sizeof(parts[0]), id);
    struct buf out = { 0 };
    struct json_writer writer = json_writer_to(&out), *json = &writer;
    json_open_object(json);
    JSON_TEXT(json, "kind", "suppressed");
    put_notice(json, notice, group);
    put_cause(json, why, silence);
    JSON_TIME_MS(json, "decided_at", now);
    JSON_TEXT(json, "config", config->fingerprint);
    json_close_object(json);
    struct action *action = actions_add(actions, OUTPUT_DECISIONS);
    action->key = arena_copy(actions->arena, notice_member(notice));
    action->value = arena_copy(actions->arena, buf_str(&out));
    buf_free(&out);
    headers_set(action, actions, "ombud.suppressed", SOURCE_ESCALATIONS, (struct str){ id, 32 });
}
