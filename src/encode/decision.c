#include "encode/headers.h"
#include "encode/judgement.h"
#include "encode/parts.h"

/* What the ticket had before this event, so that its score adds up. */
static void put_earlier(struct json_writer *json, const struct turn *turn)
{
    JSON_KEY(json, "earlier");
    if (turn->created || !turn->score) {
        json_put_null(json);
        return;
    }
    json_open_object(json);
    JSON_INT(json, "score", turn->earlier_score);
    JSON_INT(json, "base", turn->earlier_base);
    JSON_INT(json, "floor", turn->earlier_floor);
    json_close_object(json);
}

static void put_informed(struct json_writer *json, const struct turn *turn)
{
    JSON_KEY(json, "informed");
    json_open_array(json);
    for (const struct dispatch *dispatch = turn->dispatches; dispatch; dispatch = dispatch->next) {
        if (dispatch->role == ROLE_INFORMED)
            json_put_str(json, dispatch->slug);
    }
    json_close_array(json);
}

static void put_notices(struct json_writer *json, const struct turn *turn)
{
    JSON_KEY(json, "notices");
    json_open_array(json);
    for (const struct told *told = turn->told; told; told = told->next) {
        const struct notice *notice = &told->notice;
        json_open_object(json);
        JSON_STR(json, "trigger", notice->trigger);
        JSON_STR(json, "department", notice->department);
        JSON_STR(json, "level", notice->level);
        JSON_INT(json, "step", notice->step);
        JSON_TEXT(json, "status", notice_status_name(notice->status));
        json_close_object(json);
    }
    json_close_array(json);
}

/* The ticket as it stands after the turn; all null for one that is unknown. */
static void put_ticket(struct json_writer *json, const struct turn *turn)
{
    const struct ticket *ticket = turn->ticket;
    JSON_KEY(json, "score");
    if (!ticket) {
        json_put_raw(json, STR("null,\"band\":null,\"label\":null,\"status\":null,"
                               "\"responsible\":null,\"customer\":null,\"clocks\":[]"));
        return;
    }
    json_put_int(json, ticket->score);
    JSON_TEXT(json, "band", band_name(ticket->band));
    JSON_STR(json, "label", ticket->label);
    JSON_TEXT(json, "status", status_name(ticket->status));
    JSON_STR(json, "responsible", ticket->department);
    put_hands(json, &ticket->hands);
    put_bands(json, ticket);
    put_origin(json, ticket);
    put_served_by(json, ticket);
    JSON_KEY(json, "customer");
    put_customer(json, &ticket->customer);
    JSON_KEY(json, "clocks");
    put_clocks(json, turn, false);
}

static void put_tail(struct json_writer *json, const struct turn *turn)
{
    put_notices(json, turn);
    JSON_TIME_MS(json, "decided_at", turn->moment->now);
    JSON_TEXT(json, "config", turn->config->fingerprint);
    json_close_object(json);
}

static void put_timer(struct json_writer *json, const struct turn *turn)
{
    char text[TIME_TEXT_SIZE];
    time_ms late_by = turn->moment->now - turn->at;
    json_open_object(json);
    JSON_STR(json, "kind", STR("timer"));
    JSON_STR(json, "ticket", turn->ticket->id);
    JSON_STR(json, "timer", turn->timer);
    JSON_TIME_MS(json, "due", turn->at);
    JSON_STR(json, "late_by", late_by > TIME_SECOND ? duration_format(late_by, text) : STR_NONE);
    put_ticket(json, turn);
    put_tail(json, turn);
}

static void put_event_decision(struct json_writer *json, const struct turn *turn)
{
    const struct event *event = turn->event;
    const struct record *record = turn->record;
    json_open_object(json);
    JSON_STR(json, "kind", STR("decision"));
    JSON_STR(json, "ticket", event->ticket);
    JSON_STR(json, "event", event->id);
    JSON_TEXT(json, "type", event_type_name(event->type));
    JSON_TIME_MS(json, "time", event->time);
    JSON_TEXT(json, "outcome", outcome_name(turn->outcome));
    JSON_STR(json, "reason", turn->reason);
    put_ticket(json, turn);
    JSON_STR(json, "screen", turn->screen ? turn->screen->name : STR_NONE);
    JSON_KEY(json, "signals");
    if (turn->score)
        judgement_signals(json, turn->score);
    else
        json_put_raw(json, STR("[]"));
    put_earlier(json, turn);
    JSON_KEY(json, "route");
    put_route(json, turn->verdict);
    judgement_learned(json, turn->verdict, turn->arena);
    put_informed(json, turn);
    put_overflow(json, turn);
    put_handback(json, turn->handback);
    put_rating(json, turn->rating);
    put_ledger(json, turn);
    JSON_KEY(json, "near_miss");
    if (turn->verdict)
        judgement_near_miss(json, turn->verdict);
    else
        json_put_null(json);
    JSON_KEY(json, "warnings");
    json_open_array(json);
    for (size_t i = 0; i < event->warning_count; i++)
        json_put_str(json, event->warnings[i]);
    for (size_t i = 0; i < turn->warning_count; i++)
        json_put_str(json, turn->warnings[i]);
    json_close_array(json);
    JSON_INT(json, "unknown_fields", event->unknown_fields);
    JSON_KEY(json, "source");
    json_open_object(json);
    JSON_STR(json, "topic", record->topic);
    JSON_INT(json, "partition", record->partition);
    JSON_INT(json, "offset", record->offset);
    json_close_object(json);
    put_tail(json, turn);
}

/* Never an account's name: that is to be forgotten. */
static struct str key_of(const struct turn *turn)
{
    if (turn->ticket)
        return turn->ticket->id;
    return str_present(turn->event->ticket) ? turn->event->ticket : turn->event->id;
}

void encode_decision(struct encoder *encoder, const struct turn *turn, struct actions *actions,
                     struct record_counts *counts)
{
    struct json_writer json = json_writer_to(&encoder->buf);
    buf_clear(&encoder->buf);
    if (turn->record)
        put_event_decision(&json, turn);
    else
        put_timer(&json, turn);
    struct action *action = actions_add(actions, OUTPUT_DECISIONS);
    action->key = arena_copy(actions->arena, key_of(turn));
    action->value = record_value(encoder, actions);
    headers_set(action, actions, turn->record ? "ombud.decision" : "ombud.timer", SOURCE_TICKETS,
                record_id(turn, "decision", 0, actions->arena));
    counts->decisions++;
}

static bool says_the_same(const struct notice *a, const struct notice *b)
{
    return a->status == b->status && str_equal(a->department, b->department) &&
           str_equal(a->trigger, b->trigger) && str_equal(a->clock, b->clock) &&
           !str_equal(a->level, b->level);
}

/* The levels that this turn told the same before: who is of several of them need not hear it twice.
 */
static struct str levels_before(const struct turn *turn, const struct notice *notice,
                                struct arena *arena)
{
    struct str levels = STR_NONE;
    for (const struct told *told = turn->told; &told->notice != notice; told = told->next) {
        if (says_the_same(&told->notice, notice))
            levels = arena_printf(arena, "%.*s%s%.*s", STR_ARG(levels),
                                  str_present(levels) ? " " : "", STR_ARG(told->notice.level));
    }
    return levels;
}

/* Whoever keeps what they were told of the ticket takes the customer out of it. */
static void encode_erased(const struct turn *turn, struct actions *actions)
{
    struct notice notice = { .id = record_id(turn, "erased", 0, actions->arena),
                             .ticket = turn->ticket->id,
                             .event = event_id_of(turn),
                             .department = turn->ticket->department,
                             .status = NOTICE_ERASED,
                             .since = turn->moment->now,
                             .time = turn->moment->now,
                             .due = TIME_NEVER,
                             .score = turn->ticket->score,
                             .band = turn->ticket->band,
                             .next_at = TIME_NEVER };
    struct action *action = actions_add(actions, OUTPUT_NOTICES);
    action->key = arena_copy(actions->arena, notice.department);
    action->value = notice_encode(&notice, actions->arena);
    headers_set(action, actions, "ombud.notice", SOURCE_TICKETS, notice.id);
}

void encode_notices(struct encoder *encoder, const struct turn *turn, struct actions *actions,
                    struct record_counts *counts)
{
    size_t n = 0;
    (void)encoder;
    for (struct told *told = turn->told; told; told = told->next) {
        struct notice *notice = &told->notice;
        notice->id = record_id(turn, "notice", n++, actions->arena);
        notice->also = levels_before(turn, notice, actions->arena);
        struct action *action = actions_add(actions, OUTPUT_NOTICES);
        action->key = arena_copy(actions->arena, notice->department);
        action->value = notice_encode(notice, actions->arena);
        headers_set(action, actions, "ombud.notice", SOURCE_TICKETS, notice->id);
    }
    if (turn->erases)
        encode_erased(turn, actions);
    counts->notices += n + turn->erases;
}
