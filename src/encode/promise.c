#include <string.h>

#include "encode/headers.h"
#include "encode/parts.h"

static struct str name_or(struct str name, struct str slug)
{
    return str_empty(name) ? slug : name;
}

static struct config_name department_names(const struct turn *turn)
{
    int holder = turn_holder(turn);
    struct str slug = turn->ticket->department;
    if (holder < 0)
        return (struct config_name){ slug, slug };
    const struct config_department *department = &turn->config->departments[holder];
    return (struct config_name){ name_or(department->name.zh, slug),
                                 name_or(department->name.en, slug) };
}

/* What a customer can be told: {who} the department, {due} on the local clock, {zone} whose. */
struct sentence {
    struct str zh, en;
};
static const struct sentence sentences[PROMISE_STATUS_COUNT] = {
    [PROMISE_MADE] = { STR("{who}将在 {due}（{zone}）之前答复您。"),
                       STR("You will hear from {who} by {due} ({zone}).") },
    [PROMISE_MOVED] = { STR("{who}现在承诺在 {due}（{zone}）之前答复您。"),
                        STR("{who} now promises that you will hear by {due} ({zone}).") },
    [PROMISE_MET] = { STR("{who}已在承诺的 {due}（{zone}）之前答复您。"),
                      STR("{who} has answered you before {due} ({zone}), as promised.") },
    [PROMISE_MISSED] = { STR("{who}未能在承诺的 "
                             "{due}（{zone}）之前答复您，非常抱歉，我们仍在跟进。"),
                         STR("{who} has not answered you by {due} ({zone}), which was promised. We "
                             "are sorry and stay on it.") },
    [PROMISE_ENDED] = { STR("此事已结束，{who}无需再于 {due}（{zone}）之前答复。"),
                        STR("The matter has ended; {who} no longer owes an answer by {due} "
                            "({zone}).") },
};
static const struct sentence answered_late = {
    STR("{who}已答复您，但晚于承诺的 {due}（{zone}），非常抱歉。"),
    STR("{who} has answered you, but after {due} ({zone}), which was promised. We are sorry.")
};
/* The answer was in time, but its report came after the breach had been announced. */
static const struct sentence answered_in_time = {
    STR("{who}已答复您，但我们未能及时确认，曾告知您已超过承诺的 {due}（{zone}），非常抱歉。"),
    STR("{who} has answered you before {due} ({zone}); we learned of it too late and told you "
        "otherwise. We are sorry.")
};

static const struct sentence *choose(const struct promise *promise, const struct clock *clock)
{
    if (promise->status != PROMISE_MISSED || clock->fulfilled == TIME_NEVER)
        return &sentences[promise->status];
    return clock->fulfilled <= clock->due ? &answered_in_time : &answered_late;
}

static struct str fill(struct str format, struct str who, struct str due, struct str zone,
                       struct arena *arena)
{
    char *text = arena_alloc_raw(arena, format.size + who.size + due.size + zone.size);
    size_t size = 0;
    const struct {
        struct str name, value;
    } blanks[] = { { STR("{who}"), who }, { STR("{due}"), due }, { STR("{zone}"), zone } };
    while (format.size) {
        struct str piece = { format.data, 1 };
        size_t taken = 1;
        for (size_t i = 0; *format.data == '{' && i < sizeof(blanks) / sizeof(*blanks); i++) {
            if (str_starts(format, blanks[i].name)) {
                piece = blanks[i].value;
                taken = blanks[i].name.size;
            }
        }
        memcpy(text + size, piece.data, piece.size);
        size += piece.size;
        format = (struct str){ format.data + taken, format.size - taken };
    }
    return (struct str){ text, size };
}

static void put_promise(struct json_writer *json, struct encoder *encoder,
                        const struct promise *promise)
{
    char text[TIME_TEXT_SIZE];
    json_open_object(json);
    JSON_KEY(json, "clock");
    json_put_text(json, clock_kind_name(promise->clock));
    JSON_KEY(json, "status");
    json_put_text(json, promise_status_name(promise->status));
    JSON_KEY(json, "due");
    json_put_time(json, promise->due);
    JSON_KEY(json, "due_local");
    json_put_str(json, zone_format(encoder->zone, promise->due, text));
    JSON_KEY(json, "zone");
    json_put_str(json, encoder->config->zone);
    JSON_KEY(json, "previous_due");
    json_put_time(json, promise->previous_due);
    JSON_KEY(json, "reason");
    json_put_str(json, promise->reason);
    json_close_object(json);
}

static void put_names(struct json_writer *json, struct config_name names)
{
    json_open_object(json);
    JSON_KEY(json, "zh");
    json_put_str(json, names.zh);
    JSON_KEY(json, "en");
    json_put_str(json, names.en);
    json_close_object(json);
}

static void put_record(struct json_writer *json, struct encoder *encoder, const struct turn *turn)
{
    char text[TIME_TEXT_SIZE];
    const struct promise *last = turn->promises;
    struct config_name who = department_names(turn);
    json_open_object(json);
    JSON_KEY(json, "kind");
    json_put_str(json, STR("promise"));
    JSON_KEY(json, "ticket");
    json_put_str(json, turn->ticket->id);
    JSON_KEY(json, "event");
    json_put_str(json, event_id_of(turn));
    JSON_KEY(json, "department");
    json_put_str(json, turn->ticket->department);
    JSON_KEY(json, "department_name");
    put_names(json, who);
    JSON_KEY(json, "promises");
    json_open_array(json);
    for (const struct promise *promise = last; promise; promise = promise->next) {
        put_promise(json, encoder, promise);
        last = promise;
    }
    json_close_array(json);
    JSON_KEY(json, "text");
    const struct sentence *sentence = choose(last, &turn->ticket->response);
    struct str due = zone_format(encoder->zone, last->due, text);
    struct str zone = encoder->config->zone;
    put_names(json, (struct config_name){ fill(sentence->zh, who.zh, due, zone, turn->arena),
                                          fill(sentence->en, who.en, due, zone, turn->arena) });
    JSON_KEY(json, "decided_at");
    json_put_time_ms(json, turn->moment->now);
    JSON_KEY(json, "config");
    json_put_text(json, turn->config->fingerprint);
    json_close_object(json);
}

void encode_promise(struct encoder *encoder, const struct turn *turn, struct actions *actions,
                    struct record_counts *counts)
{
    if (!turn->promises)
        return;
    struct json_writer json = json_writer_to(&encoder->buf);
    buf_clear(&encoder->buf);
    put_record(&json, encoder, turn);
    struct str key = arena_copy(actions->arena, turn->ticket->id);
    struct action *action = actions_add(actions, OUTPUT_PROMISES);
    action->key = key;
    action->value = record_value(encoder, actions);
    headers_set(action, actions, "ombud.promise", SOURCE_TICKETS,
                record_id(turn, "promise", 0, actions->arena), key, turn->moment->now,
                arena_copy(actions->arena, turn->ticket->department));
    counts->promises++;
}
