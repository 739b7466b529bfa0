#include "encode/headers.h"
#include "encode/parts.h"

struct sentence {
    struct str zh, en; /* the department's names */
    struct str due;    /* "2026-11-21 18:00" */
    struct str zone;
};

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

/* What a customer can be told, as it stands after the turn's last promise. */
static struct config_name compose(const struct promise *promise, bool answered,
                                  struct config_name who, struct str due, struct str zone,
                                  struct arena *arena)
{
#define SAY(zh_format, en_format)                                                                  \
    return (struct config_name)                                                                    \
    {                                                                                              \
        arena_printf(arena, zh_format, STR_ARG(who.zh), STR_ARG(due), STR_ARG(zone)),              \
            arena_printf(arena, en_format, STR_ARG(who.en), STR_ARG(due), STR_ARG(zone))           \
    }
    switch (promise->status) {
    case PROMISE_MOVED:
        SAY("%.*s现在承诺在 %.*s（%.*s）之前答复您。",
            "%.*s now promises that you will hear by %.*s (%.*s).");
    case PROMISE_MET:
        SAY("%.*s已在承诺的 %.*s（%.*s）之前答复您。",
            "%.*s has answered you before %.*s (%.*s), as promised.");
    case PROMISE_MISSED:
        if (answered)
            SAY("%.*s已答复您，但晚于承诺的 %.*s（%.*s），非常抱歉。",
                "%.*s has answered you, but after %.*s (%.*s), which was promised. We are sorry.");
        SAY("%.*s未能在承诺的 %.*s（%.*s）之前答复您，非常抱歉，我们仍在跟进。",
            "%.*s has not answered you by %.*s (%.*s), which was promised. We are sorry and stay "
            "on it.");
    case PROMISE_ENDED:
        SAY("此事已结束，%.*s无需再于 %.*s（%.*s）之前答复。",
            "The matter has ended; %.*s no longer owes an answer by %.*s (%.*s).");
    case PROMISE_MADE:
    case PROMISE_STATUS_COUNT:
        break;
    }
    SAY("%.*s将在 %.*s（%.*s）之前答复您。", "You will hear from %.*s by %.*s (%.*s).");
#undef SAY
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
    put_names(json, compose(last, turn->ticket->response.fulfilled != TIME_NEVER, who,
                            zone_format(encoder->zone, last->due, text), encoder->config->zone,
                            turn->arena));
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
    headers_set(action, actions, "ombud.promise", RECORD_SOURCE,
                record_id(turn, "promise", 0, actions->arena), key, turn->moment->now,
                arena_copy(actions->arena, turn->ticket->department));
    counts->promises++;
}
