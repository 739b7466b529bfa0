/* Through whose hands a ticket goes, in the records. */
#include "encode/parts.h"
#include "track/ledger.h"
#include "track/load.h"

void put_handback(struct json_writer *json, const struct handback *handback)
{
    if (!handback)
        return;
    JSON_KEY(json, "return");
    json_open_object(json);
    JSON_KEY(json, "by");
    json_put_str(json, handback->by);
    JSON_KEY(json, "code");
    json_put_str(json, handback->code);
    JSON_KEY(json, "reason");
    json_put_str(json, handback->text);
    JSON_KEY(json, "against");
    json_put_str(json, handback->against);
    json_close_object(json);
}

/* Nothing for a ticket that stayed with whom it was given to. */
void put_hands(struct json_writer *json, const struct hands *hands)
{
    if (!str_present(hands->from) && hands->returns == 0)
        return;
    JSON_KEY(json, "hands");
    json_open_object(json);
    JSON_KEY(json, "first");
    json_put_str(json, hands->first);
    JSON_KEY(json, "from");
    json_put_str(json, hands->from);
    JSON_KEY(json, "returned");
    json_open_array(json);
    for (size_t i = 0; i < hands->returned_count; i++)
        json_put_str(json, hands->returned[i]);
    json_close_array(json);
    JSON_KEY(json, "returns");
    json_put_int(json, hands->returns);
    JSON_KEY(json, "ping_pongs");
    json_put_int(json, hands->ping_pongs);
    JSON_KEY(json, "dispute");
    json_put_bool(json, hands->dispute);
    json_close_object(json);
}

void put_overflow(struct json_writer *json, const struct turn *turn)
{
    char text[TIME_TEXT_SIZE];
    const struct overflow *overflow = turn->overflow;
    if (!overflow)
        return;
    JSON_KEY(json, "overflow");
    json_open_object(json);
    JSON_KEY(json, "from");
    json_put_str(json, turn->config->departments[overflow->from].slug);
    JSON_KEY(json, "load");
    json_put_int(json, overflow->load);
    JSON_KEY(json, "capacity");
    json_put_int(json, overflow->capacity);
    JSON_KEY(json, "age");
    json_put_str(json, duration_format(overflow->age, text));
    json_close_object(json);
}

static void put_share(struct json_writer *json, const struct share *share)
{
    json_open_object(json);
    JSON_KEY(json, "party");
    json_put_text(json, party_name(share->owner.party));
    if (share->owner.party == PARTY_DEPARTMENT) {
        JSON_KEY(json, "department");
        json_put_str(json, share->owner.department);
    }
    JSON_KEY(json, "seconds");
    json_put_int(json, share->seconds);
    json_close_object(json);
}

static bool ends_now(const struct turn *turn)
{
    return turn->ticket && turn->outcome == OUTCOME_APPLIED &&
           status_is_ended(turn->ticket->status) &&
           (turn->earlier_owner.party != PARTY_ENDED || turn->event->type == EVENT_CLOSED);
}

void put_ledger(struct json_writer *json, const struct turn *turn)
{
    struct share *shares = NULL;
    int64_t age = 0;
    if (!ends_now(turn))
        return;
    size_t count = ledger_shares(turn->ticket, turn->at, turn->arena, &shares);
    for (size_t i = 0; i < count; i++)
        age += shares[i].seconds;
    JSON_KEY(json, "ledger");
    json_open_object(json);
    JSON_KEY(json, "age");
    json_put_int(json, age);
    JSON_KEY(json, "shares");
    json_open_array(json);
    for (size_t i = 0; i < count; i++) {
        if (shares[i].seconds > 0)
            put_share(json, &shares[i]);
    }
    json_close_array(json);
    json_close_object(json);
}

void put_rating(struct json_writer *json, const struct rating *rating)
{
    if (!rating)
        return;
    JSON_KEY(json, "rating");
    json_open_object(json);
    JSON_KEY(json, "by");
    json_put_str(json, rating->by);
    JSON_KEY(json, "of");
    json_put_str(json, rating->of);
    if (rating->stars > 0) {
        JSON_KEY(json, "rating");
        json_put_int(json, rating->stars);
    }
    if (rating->solved >= 0) {
        JSON_KEY(json, "solved");
        json_put_bool(json, rating->solved > 0);
    }
    json_close_object(json);
}
