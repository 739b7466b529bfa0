/* What one ticket tells another, as records of the home topic. */
#include "base/hash.h"
#include "encode/parts.h"
#include "track/erasing.h"
#include "track/links.h"

/* From whom: of a ticket that nobody knows the event has its name. */
static struct str sender_of(const struct turn *turn)
{
    return turn->ticket ? turn->ticket->id : turn->event->ticket;
}

static void put_urgency(struct json_writer *json, const struct ticket *ticket)
{
    JSON_KEY(json, "attributes");
    json_open_object(json);
    JSON_KEY(json, LINK_SCORE);
    json_put_int(json, ticket->score);
    JSON_KEY(json, LINK_BAND);
    json_put_text(json, band_name(ticket->band));
    JSON_KEY(json, LINK_FLOOR);
    json_put_int(json, ticket->floor);
    json_close_object(json);
}

static void put_linked(struct json_writer *json, const struct turn *turn)
{
    JSON_KEY(json, "attributes");
    json_open_object(json);
    JSON_KEY(json, LINK_SERVED_BY);
    json_put_str(json, sender_of(turn));
    json_close_object(json);
}

static void put_changed(struct json_writer *json, const struct turn *turn,
                        const struct errand *errand)
{
    JSON_STR(json, "origin", sender_of(turn));
    JSON_STR(json, "status", errand->status);
    if (!turn->ticket)
        return;
    if (str_present(turn->ticket->into)) {
        JSON_STR(json, "into", turn->ticket->into);
    }
    put_urgency(json, turn->ticket);
}

static void put_errand(struct json_writer *json, const struct turn *turn,
                       const struct errand *errand, struct str id)
{
    json_open_object(json);
    JSON_TEXT(json, "type", event_type_name(errand->type));
    JSON_STR(json, "ticket", errand->to);
    JSON_STR(json, "id", id);
    JSON_TIME_MS(json, "time", time_max(turn->at, turn->moment->horizon));
    if (errand->type == EVENT_LINKED)
        put_linked(json, turn);
    else
        put_changed(json, turn, errand);
    json_close_object(json);
}

/* Whose turn wrote it; a deadline has no record. */
static struct str place_of(const struct encoder *encoder, const struct turn *turn,
                           struct arena *arena)
{
    const struct record *record = turn->record;
    if (!record)
        return arena_printf(arena, "%.*s/%d/timer", STR_ARG(encoder->config->topics.home),
                            (int)encoder->partition);
    return arena_printf(arena, "%.*s/%d/%lld", STR_ARG(record->topic), (int)record->partition,
                        (long long)record->offset);
}

void encode_errands(struct encoder *encoder, const struct turn *turn, struct actions *actions,
                    struct record_counts *counts)
{
    size_t n = 0;
    for (const struct errand *errand = turn->errands; errand; errand = errand->next) {
        struct json_writer json = json_writer_to(&encoder->buf);
        buf_clear(&encoder->buf);
        put_errand(&json, turn, errand, record_id(turn, "errand", n++, actions->arena));
        struct header *header = arena_alloc(actions->arena, sizeof(*header));
        *header = (struct header){ STR(LINK_FROM), place_of(encoder, turn, actions->arena) };
        struct action *action = actions_add(actions, OUTPUT_HOME);
        action->partition = kafka_partition(errand->to, encoder->home_partitions);
        action->key = arena_copy(actions->arena, errand->to);
        action->value = record_value(encoder, actions);
        action->headers = header;
        action->header_count = 1;
    }
    counts->errands += n;
}

/* To each other partition of the home topic. */
static size_t tell_partitions(const struct encoder *encoder, struct str key, struct str value,
                              struct str place, struct actions *actions)
{
    size_t told = 0;
    for (int32_t i = 0; i < encoder->home_partitions; i++) {
        if (i == encoder->partition)
            continue;
        struct header *header = arena_alloc(actions->arena, sizeof(*header));
        *header = (struct header){ STR(LINK_FROM), place };
        struct action *action = actions_add(actions, OUTPUT_HOME);
        action->partition = i;
        action->key = key;
        action->value = value;
        action->headers = header;
        action->header_count = 1;
        told++;
    }
    return told;
}

void encode_load(struct encoder *encoder, struct str value, struct actions *actions,
                 struct record_counts *counts)
{
    struct str place = arena_printf(actions->arena, "%.*s/%d/load",
                                    STR_ARG(encoder->config->topics.home), (int)encoder->partition);
    struct str key = arena_printf(actions->arena, "load/%d", (int)encoder->partition);
    counts->errands += tell_partitions(encoder, key, value, place, actions);
}

static void put_account(struct json_writer *json, const struct turn *turn, struct str id)
{
    json_open_object(json);
    JSON_TEXT(json, "type", event_type_name(EVENT_ACCOUNT_ERASED));
    JSON_STR(json, "id", id);
    JSON_TIME_MS(json, "time", time_max(turn->at, turn->moment->horizon));
    JSON_KEY(json, "customer");
    json_open_object(json);
    JSON_STR(json, "account", turn->event->customer.account);
    if (str_present(erasing_contact(turn->event)))
        JSON_STR(json, "contact", turn->event->customer.contact);
    json_close_object(json);
    json_close_object(json);
}

size_t encode_account_erased(struct encoder *encoder, const struct turn *turn,
                             struct actions *actions, struct record_counts *counts)
{
    struct json_writer json = json_writer_to(&encoder->buf);
    struct str id = record_id(turn, "account", 0, actions->arena);
    if (encoder->home_partitions == 1)
        return 0;
    buf_clear(&encoder->buf);
    put_account(&json, turn, id);
    size_t told = tell_partitions(encoder, id, record_value(encoder, actions),
                                  place_of(encoder, turn, actions->arena), actions);
    counts->errands += told;
    return told;
}

void put_origin(struct json_writer *json, const struct ticket *ticket)
{
    const struct origin *origin = &ticket->origin;
    if (origin->tie == TIE_NONE)
        return;
    JSON_KEY(json, "origin");
    json_open_object(json);
    JSON_STR(json, "ticket", origin->ticket);
    JSON_TEXT(json, "status", tie_name(origin->tie));
    JSON_STR(json, "band",
             origin->tie == TIE_OPEN || origin->tie == TIE_ENDED ? str_from(band_name(origin->band))
                                                                 : STR_NONE);
    json_close_object(json);
}

/* A number where there are many: the records that linked them name each. */
void put_served_by(struct json_writer *json, const struct ticket *ticket)
{
    if (ticket->served_by_count == 0)
        return;
    JSON_INT(json, "internal_tickets", (int64_t)ticket->served_by_count);
}
