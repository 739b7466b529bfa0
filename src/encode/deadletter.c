#include "encode/deadletter.h"

#include "base/hash.h"
#include "config/config.h"
#include "encode/headers.h"
#include "model/notice.h"
#include "text/mask.h"

#define POISON "ended the process "

static const char *const kind_names[DEADLETTER_KINDS] = {
    [DEADLETTER_JSON] = "json",       [DEADLETTER_TYPE] = "type",
    [DEADLETTER_TICKET] = "ticket",   [DEADLETTER_RECORD] = "record",
    [DEADLETTER_EXPIRED] = "expired", [DEADLETTER_POISON] = "poison",
};

const char *deadletter_kind_name(enum deadletter_kind kind)
{
    return kind_names[kind];
}

enum deadletter_kind deadletter_kind_of(struct str reason, struct str at)
{
    if (str_is(reason, DEADLETTER_REASON_EXPIRED))
        return DEADLETTER_EXPIRED;
    if (str_starts(reason, STR(POISON)))
        return DEADLETTER_POISON;
    if (str_starts(at, STR("byte ")))
        return DEADLETTER_JSON;
    if (str_is(at, "/type"))
        return DEADLETTER_TYPE;
    return str_is(at, "/ticket") ? DEADLETTER_TICKET : DEADLETTER_RECORD;
}

uint64_t deadletter_total(const struct deadletter_tally *tally)
{
    uint64_t total = 0;
    for (int kind = 0; kind < DEADLETTER_KINDS; kind++)
        total += tally->counts[kind];
    return total;
}

void deadletter_series(const struct deadletter_tally *tally, int row, series_fn *each, void *arg)
{
    for (int kind = 0; kind < DEADLETTER_KINDS; kind++) {
        struct str values[SERIES_LABELS] = { str_from(kind_names[kind]) };
        each(arg, row, values, tally->counts[kind]);
    }
}

bool deadletter_tells(struct str name)
{
    static const char *const ours[] = {
        DEADLETTER_ERROR,     DEADLETTER_AT,     DEADLETTER_TOPIC,
        DEADLETTER_PARTITION, DEADLETTER_OFFSET, DEADLETTER_OUTPUT
    };
    for (size_t i = 0; i < sizeof(ours) / sizeof(ours[0]); i++) {
        if (str_is(name, ours[i]))
            return true;
    }
    return str_starts(name, STR(DEADLETTER_CONNECT));
}

enum { OWN_HEADERS = 9 };

/* Kafka Connect's names say the same again: tools that show and redrive its dead letters know them.
 */
static size_t put_headers(const struct record *record, struct str reason, struct str at,
                          struct header *headers, struct arena *arena)
{
    struct str topic = arena_copy(arena, record->topic);
    struct str partition = arena_printf(arena, "%d", (int)record->partition);
    struct str offset = arena_printf(arena, "%lld", (long long)record->offset);
    struct str why = arena_copy(arena, reason);
    const struct header own[OWN_HEADERS] = {
        { STR(DEADLETTER_ERROR), why },
        { STR(DEADLETTER_AT), str_present(at) ? arena_copy(arena, at) : STR("") },
        { STR(DEADLETTER_TOPIC), topic },
        { STR(DEADLETTER_PARTITION), partition },
        { STR(DEADLETTER_OFFSET), offset },
        { STR(DEADLETTER_CONNECT "topic"), topic },
        { STR(DEADLETTER_CONNECT "partition"), partition },
        { STR(DEADLETTER_CONNECT "offset"), offset },
        { STR(DEADLETTER_CONNECT "exception.message"), why },
    };
    for (size_t i = 0; i < OWN_HEADERS; i++)
        headers[i] = own[i];
    return OWN_HEADERS;
}

static void add_letter(const struct record *record, struct str reason, struct str at,
                       struct actions *actions)
{
    struct arena *arena = actions->arena;
    struct header *headers =
        arena_alloc_raw(arena, (record->header_count + OWN_HEADERS) * sizeof(*headers));
    size_t count = 0;
    for (size_t i = 0; i < record->header_count; i++) {
        const struct header *header = &record->headers[i];
        if (deadletter_tells(header->name))
            continue;
        headers[count++] =
            (struct header){ arena_copy(arena, header->name), arena_copy(arena, header->value) };
    }
    count += put_headers(record, reason, at, headers + count, arena);

    struct action *action = actions_add(actions, OUTPUT_DEADLETTER);
    action->key = arena_copy(arena, record->key);
    action->value = arena_copy(arena, record->value);
    action->headers = headers;
    action->header_count = count;
}

/* The first rule for dead letters, or NULL: matchers see tickets, so one that has any cannot match
 * here. A dead letter has no state, so only the ladder's first step can ever be told. */
static const struct config_escalation *deadletter_rule(const struct config *config)
{
    for (size_t i = 0; i < config->escalation_count; i++) {
        const struct config_escalation *rule = &config->escalations[i];
        if (rule->on[TRIGGER_DEADLETTER] && !rule->matcher)
            return rule;
    }
    return NULL;
}

static void say_who(const struct deadletter_writer *writer, struct notice *notice)
{
    enum { AS_URGENT_AS = 1 /* band: it may hide any complaint */ };
    const struct config *config = writer->config;
    const struct config_escalation *rule = deadletter_rule(config);
    notice->level = config->levels[0].name;
    if (!rule)
        return;
    struct config_ladder *ladder = &config->ladders[rule->ladder];
    notice->ladder = ladder->name;
    notice->pace = notice_pace(rule->group_wait, rule->group_interval[AS_URGENT_AS]);
    rule_hit(writer->hits, rule->rule);
    if (ladder->step_count == 0)
        return;
    notice->level = config->levels[ladder->steps[0].level].name;
    rule_hit(writer->hits, ladder->steps[0].rule);
}

static void add_notice(const struct deadletter_writer *writer, const struct record *record,
                       struct str reason, time_ms now, struct actions *actions)
{
    const struct config *config = writer->config;
    if (config->level_count == 0 ||
        (time_is_plausible(record->timestamp) && record->timestamp < config->quiet_before))
        return;
    struct arena *arena = actions->arena;
    struct str source = arena_printf(arena, "%.*s/%d/%lld", STR_ARG(record->topic),
                                     (int)record->partition, (long long)record->offset);
    struct str parts[] = { STR("deadletter"), source };
    char *id = arena_alloc_raw(arena, 32);
    hash128_hex(parts, 2, id);
    struct str department = config->departments[config->root->department].slug;
    struct notice notice = { .id = { id, 32 },
                             .department = department,
                             .step = 1,
                             .status = NOTICE_FIRING,
                             .trigger = str_from(trigger_name(TRIGGER_DEADLETTER)),
                             .since = now,
                             .time = now,
                             .band = -1,
                             .due = TIME_NEVER,
                             .why = mask_personal(reason, arena),
                             .next_at = TIME_NEVER,
                             .source = source };
    say_who(writer, &notice);
    struct str value = notice_encode(&notice, arena);
    struct action *action = actions_add(actions, OUTPUT_NOTICES);
    action->key = arena_copy(arena, department);
    action->value = value;
    headers_set(action, actions, "ombud.notice", writer->stage, notice.id);
}

void deadletter_add(const struct deadletter_writer *writer, const struct record *record,
                    struct str reason, struct str at, time_ms now, struct actions *actions)
{
    writer->tally->counts[deadletter_kind_of(reason, at)]++;
    add_letter(record, reason, at, actions);
    add_notice(writer, record, reason, now, actions);
}

void deadletter_poison(const struct deadletter_writer *writer, const struct record *record,
                       int attempts, time_ms now, struct actions *actions)
{
    struct str reason = arena_printf(actions->arena, POISON "%d times", attempts);
    deadletter_add(writer, record, reason, STR(""), now, actions);
}
