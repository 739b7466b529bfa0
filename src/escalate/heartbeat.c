#include "escalate/heartbeat.h"

#include "base/hash.h"
#include "encode/headers.h"
#include "json/json_writer.h"

/* What a level has open. */
struct pulse {
    int64_t firing, acknowledged, muted, groups;
};

static void count(const struct config *config, const struct groups *groups, struct pulse *pulses)
{
    struct group *group;
    for (size_t at = 0; (group = groups_each(groups, &at)) != NULL;) {
        int level = config_level(config, group->level);
        struct pulse *pulse = &pulses[level < 0 ? 0 : level];
        pulse->groups++;
        pulse->muted += (int64_t)group->muted_count;
        for (size_t i = 0; i < group->member_count; i++) {
            pulse->firing += group->members[i]->status == NOTICE_FIRING;
            pulse->acknowledged += group->members[i]->status == NOTICE_ACKNOWLEDGED;
        }
    }
}

static void put_pulse(struct json_writer *json, const struct pulse *pulse)
{
    JSON_INT(json, "groups", pulse->groups);
    JSON_INT(json, "firing", pulse->firing);
    JSON_INT(json, "acknowledged", pulse->acknowledged);
    JSON_INT(json, "muted", pulse->muted);
}

static void add_one(const struct config *config, size_t level, const struct pulse *pulse,
                    time_ms now, time_ms next, struct actions *actions)
{
    struct str name = config->levels[level].name;
    struct str when = { (const char *)&next, sizeof(next) };
    struct str parts[] = { STR("heartbeat"), name, when };
    char *id = arena_alloc_raw(actions->arena, 32);
    hash128_hex(parts, sizeof(parts) / sizeof(parts[0]), id);
    struct buf out = { 0 };
    struct json_writer writer = json_writer_to(&out), *json = &writer;
    json_open_object(json);
    JSON_TEXT(json, "kind", "heartbeat");
    JSON_STR(json, "id", ((struct str){ id, 32 }));
    JSON_STR(json, "level", name);
    put_pulse(json, pulse);
    JSON_TIME_MS(json, "sent_at", now);
    JSON_TIME_MS(json, "next_at", next);
    JSON_TEXT(json, "config", config->fingerprint);
    json_close_object(json);
    struct action *action = actions_add(actions, OUTPUT_ESCALATIONS);
    action->index = (uint32_t)level;
    action->key = STR("heartbeat");
    action->value = arena_copy(actions->arena, buf_str(&out));
    buf_free(&out);
    headers_set(action, actions, "ombud.heartbeat", SOURCE_ESCALATIONS, (struct str){ id, 32 });
}

void heartbeat_add(const struct config *config, const struct groups *groups, time_ms now,
                   time_ms next, struct actions *actions)
{
    struct pulse *pulses = arena_alloc(actions->arena, (config->level_count + 1) * sizeof(*pulses));
    count(config, groups, pulses);
    for (size_t level = 0; level < config->level_count; level++)
        add_one(config, level, &pulses[level], now, next, actions);
}

time_ms heartbeat_after(const struct config *config, time_ms now)
{
    if (config->heartbeat <= 0)
        return TIME_NEVER;
    return (now / config->heartbeat + 1) * config->heartbeat;
}
