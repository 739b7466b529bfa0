#include "escalate/suppressed.h"

#include "base/hash.h"
#include "encode/headers.h"
#include "json/json_writer.h"

static void put_notice(struct json_writer *json, const struct notice *notice, struct str group)
{
    JSON_KEY(json, "ticket");
    json_put_str(json, notice->ticket);
    JSON_KEY(json, "source");
    json_put_str(json, notice->source);
    JSON_KEY(json, "notice");
    json_put_str(json, notice->id);
    JSON_KEY(json, "group");
    json_put_str(json, group);
    JSON_KEY(json, "department");
    json_put_str(json, notice->department);
    JSON_KEY(json, "level");
    json_put_str(json, notice->level);
    JSON_KEY(json, "trigger");
    json_put_str(json, notice->trigger);
    JSON_KEY(json, "step");
    json_put_int(json, notice->step);
    JSON_KEY(json, "status");
    json_put_text(json, notice_status_name(notice->status));
}

static void put_cause(struct json_writer *json, const struct cause *why,
                      const struct silence *silence)
{
    JSON_KEY(json, "cause");
    json_put_text(json, suppression_name(why->kind));
    JSON_KEY(json, "name");
    json_put_str(json, why->name);
    JSON_KEY(json, "by");
    json_put_str(json, silence ? silence->by : STR_NONE);
    JSON_KEY(json, "comment");
    json_put_str(json, silence ? silence->comment : STR_NONE);
    JSON_KEY(json, "until");
    json_put_time_ms(json, why->until);
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
    JSON_KEY(json, "kind");
    json_put_text(json, "suppressed");
    put_notice(json, notice, group);
    put_cause(json, why, silence);
    JSON_KEY(json, "decided_at");
    json_put_time_ms(json, now);
    JSON_KEY(json, "config");
    json_put_text(json, config->fingerprint);
    json_close_object(json);
    struct action *action = actions_add(actions, OUTPUT_DECISIONS);
    action->key = arena_copy(actions->arena, notice_member(notice));
    action->value = arena_copy(actions->arena, buf_str(&out));
    buf_free(&out);
    headers_set(action, actions, "ombud.suppressed", SOURCE_ESCALATIONS, (struct str){ id, 32 });
}
