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
    JSON_STR(json, "by", handback->by);
    JSON_STR(json, "code", handback->code);
    JSON_STR(json, "reason", handback->text);
    JSON_STR(json, "against", handback->against);
    json_close_object(json);
}

/* Nothing for a ticket that stayed with whom it was given to. */
void put_hands(struct json_writer *json, const struct hands *hands)
{
    if (!str_present(hands->from) && hands->returns == 0)
        return;
    JSON_KEY(json, "hands");
    json_open_object(json);
    JSON_STR(json, "first", hands->first);
    JSON_STR(json, "from", hands->from);
    JSON_KEY(json, "returned");
    json_open_array(json);
    for (size_t i = 0; i < hands->returned_count; i++)
        json_put_str(json, hands->returned[i]);
    json_close_array(json);
    JSON_INT(json, "returns", hands->returns);
    JSON_INT(json, "ping_pongs", hands->ping_pongs);
    JSON_BOOL(json, "dispute", hands->dispute);
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
    JSON_STR(json, "from", turn->config->departments[overflow->from].slug);
    JSON_INT(json, "load", overflow->load);
    JSON_INT(json, "capacity", overflow->capacity);
    JSON_STR(json, "age", duration_format(overflow->age, text));
    json_close_object(json);
}

static void put_share(struct json_writer *json, const struct share *share)
{
    json_open_object(json);
    JSON_TEXT(json, "party", party_name(share->owner.party));
    if (share->owner.party == PARTY_DEPARTMENT) {
        JSON_STR(json, "department", share->owner.department);
    }
    JSON_INT(json, "seconds", share->seconds);
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
    JSON_INT(json, "age", age);
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
    JSON_STR(json, "by", rating->by);
    JSON_STR(json, "of", rating->of);
    if (rating->stars > 0) {
        JSON_INT(json, "rating", rating->stars);
    }
    if (rating->solved >= 0) {
        JSON_BOOL(json, "solved", rating->solved > 0);
    }
    json_close_object(json);
}
