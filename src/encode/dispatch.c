#include "config/outputs.h"
#include "encode/headers.h"
#include "encode/parts.h"

static void put_message(struct json_writer *json, const struct event *event)
{
    if (str_empty(event->body))
        return;
    JSON_STR(json, "message", event->body);
}

static void put_texts(struct json_writer *json, const struct turn *turn,
                      const struct dispatch *dispatch)
{
    switch (dispatch->text) {
    case DISPATCH_EVENT_TEXT:
        JSON_STR(json, "subject", turn->event->subject);
        JSON_STR(json, "body", turn->event->body);
        return;
    case DISPATCH_OPENING_TEXT:
        /* {"subject":...,"body":...} as kept: its inside is just what belongs here. */
        if (turn->opening.size > 2) {
            struct str inside = { turn->opening.data + 1, turn->opening.size - 2 };
            json_put_raw(json, inside);
            put_message(json, turn->event);
            return;
        }
        break;
    case DISPATCH_NO_TEXT:
        break;
    }
    JSON_NULL(json, "subject");
    JSON_NULL(json, "body");
}

/* What whoever answers may grant by himself: only the responsible department's own. */
static void put_authority(struct json_writer *json, const struct turn *turn,
                          const struct dispatch *dispatch)
{
    if (dispatch->role != ROLE_RESPONSIBLE)
        return;
    const struct config_department *department = &turn->config->departments[dispatch->department];
    struct str authority = department->authority[turn->ticket->band];
    if (!str_present(authority))
        return;
    JSON_STR(json, "authority", authority);
}

static void put_dispatch(struct json_writer *json, const struct turn *turn,
                         const struct dispatch *dispatch)
{
    const struct ticket *ticket = turn->ticket;
    json_open_object(json);
    JSON_STR(json, "kind", STR("dispatch"));
    JSON_STR(json, "ticket", ticket->id);
    JSON_STR(json, "event", event_id_of(turn));
    JSON_TEXT(json, "type", event_type_name(turn->event->type));
    JSON_STR(json, "department", dispatch->slug);
    JSON_TEXT(json, "role", role_name(dispatch->role));
    JSON_TEXT(json, "why", why_name(dispatch->why));
    put_overflow(json, turn);
    put_handback(json, turn->handback);
    put_origin(json, ticket);
    put_authority(json, turn, dispatch);
    JSON_KEY(json, "urgency");
    json_open_object(json);
    JSON_INT(json, "score", ticket->score);
    JSON_TEXT(json, "band", band_name(ticket->band));
    json_close_object(json);
    JSON_STR(json, "label", ticket->label);
    JSON_STR(json, "category", ticket->category);
    JSON_KEY(json, "signals");
    put_signal_names(json, ticket);
    JSON_KEY(json, "route");
    put_route(json, turn->verdict);
    JSON_KEY(json, "clocks");
    put_clocks(json, turn, true);
    JSON_KEY(json, "customer");
    put_customer(json, &ticket->customer);
    put_texts(json, turn, dispatch);
    JSON_TIME_MS(json, "decided_at", turn->moment->now);
    JSON_TEXT(json, "config", turn->config->fingerprint);
    json_close_object(json);
}

void encode_dispatches(struct encoder *encoder, const struct turn *turn, struct actions *actions,
                       struct record_counts *counts)
{
    size_t n = 0;
    struct str key = STR_NONE;
    for (const struct dispatch *dispatch = turn->dispatches; dispatch; dispatch = dispatch->next) {
        struct json_writer json = json_writer_to(&encoder->buf);
        buf_clear(&encoder->buf);
        put_dispatch(&json, turn, dispatch);
        if (!str_present(key))
            key = arena_copy(actions->arena, turn->ticket->id);
        struct str id = record_id(turn, "dispatch", n++, actions->arena);
        struct action *action = actions_add(actions, OUTPUT_DEPARTMENT);
        action->index = (uint32_t)dispatch->department;
        if (dispatch->department < 0)
            action->topic =
                output_lost_topic(turn->config, OUTPUT_DEPARTMENT, dispatch->slug, actions->arena);
        action->key = key;
        action->value = record_value(encoder, actions);
        headers_set(action, actions, "ombud.dispatch", SOURCE_TICKETS, id);
    }
    counts->dispatches += n;
}

struct str opening_text(const struct event *event, size_t keep, struct arena *arena)
{
    if (!str_present(event->subject) && !str_present(event->body))
        return STR_NONE;
    struct buf out = { 0 };
    buf_reserve(&out, 1024);
    struct json_writer json = json_writer_to(&out);
    struct str subject = utf8_prefix(event->subject, keep);
    json_open_object(&json);
    JSON_STR(&json, "subject", subject);
    JSON_STR(&json, "body", utf8_prefix(event->body, keep - subject.size));
    json_close_object(&json);
    struct str text = arena_copy(arena, buf_str(&out));
    buf_free(&out);
    return text;
}
