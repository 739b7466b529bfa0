#include "track/returns.h"

#include "track/agreements.h"
#include "track/ladder.h"
#include "track/ownership.h"

/* Who hands it back, as `accepted` says who takes it; empty: the holder. */
static struct str actor(const struct event *event)
{
    return str_empty(event->by_department) ? event->department : event->by_department;
}

static struct str slug_of(const struct turn *turn, int department)
{
    return turn->config->departments[department].slug;
}

/* Why the ticket as it stands cannot be returned by its holder; absent: it can. */
static struct str standing_refusal(const struct turn *turn)
{
    const struct ticket *ticket = turn->ticket;
    if (status_is_ended(ticket->status))
        return arena_printf(turn->arena, "the ticket is %s", status_name(ticket->status));
    if (ticket->hands.dispute)
        return arena_printf(turn->arena, "it is in dispute: %.*s leads until it is settled",
                            STR_ARG(ticket->department));
    if (agreements_overtook(turn, turn->at))
        return STR_NONE; /* it came in time, as a late answer does */
    if (ticket->accepted)
        return arena_printf(turn->arena, "%.*s has accepted it%s", STR_ARG(ticket->department),
                            agreements_lapsed(turn) ? " by silence" : "");
    return STR_NONE;
}

static struct str refusal(const struct turn *turn)
{
    const struct event *event = turn->event;
    struct str name = actor(event);
    int department = config_department(turn->config, name);
    if (turn_holder(turn) < 0)
        return STR("its department left the configuration");
    if (!str_empty(name) && department < 0)
        return arena_printf(turn->arena, "unknown department '%.*s'", STR_ARG(name));
    if (!str_empty(name) && department != turn_holder(turn))
        return arena_printf(turn->arena, "%.*s does not hold it, %.*s does",
                            STR_ARG(slug_of(turn, department)), STR_ARG(turn->ticket->department));
    struct str standing = standing_refusal(turn);
    if (str_present(standing))
        return standing;
    /* A code that is none was left out when the event was read, with a warning. */
    if (str_empty(event->reason_code) && str_empty(event->reason))
        return STR("a return needs a reason");
    return STR_NONE;
}

/* Assigned away by who holds it, before acceptance: a return by another name. */
static bool is_passed_on(const struct turn *turn)
{
    const struct event *event = turn->event;
    int holder = turn_holder(turn), to = config_department(turn->config, event->department);
    return event->type == EVENT_ASSIGNED && holder >= 0 && to >= 0 && to != holder &&
           config_department(turn->config, event->by_department) == holder &&
           agreements_await(turn) && !status_is_ended(turn->ticket->status);
}

void returns_judge(struct turn *turn)
{
    if (turn->event->type != EVENT_RETURNED && !is_passed_on(turn))
        return;
    struct str why = refusal(turn);
    if (str_present(why))
        turn_outcome(turn, OUTCOME_REJECTED, "%.*s", STR_ARG(why));
    else
        turn->returned = true;
}

int *returns_without(const struct turn *turn, size_t *count)
{
    const struct hands *hands = &turn->ticket->hands;
    int *departments =
        arena_alloc_raw(turn->arena, (hands->returned_count + 1) * sizeof(*departments));
    *count = 0;
    for (size_t i = 0; i < hands->returned_count; i++) {
        int department = config_department(turn->config, hands->returned[i]);
        if (department >= 0)
            departments[(*count)++] = department;
    }
    departments[(*count)++] = turn_holder(turn);
    return departments;
}

/* The first holder, as long as the configuration has it; else whoever holds it now. */
static int leader(const struct turn *turn)
{
    int first = config_department(turn->config, turn->ticket->hands.first);
    return first >= 0 ? first : turn_holder(turn);
}

static void stay(struct turn *turn, int department)
{
    turn_dispatch(turn, department, ROLE_RESPONSIBLE, WHY_DISPUTED, DISPATCH_OPENING_TEXT);
    turn->ticket->accepted = false;
    agreements_end(turn);
    agreements_begin(turn);
}

static void dispute(struct turn *turn)
{
    int first = leader(turn);
    turn->ticket->hands.dispute = true;
    if (first != turn_holder(turn))
        ownership_move(turn, first, WHY_DISPUTED);
    else
        stay(turn, first);
    ladder_trigger(turn, TRIGGER_DISPUTE, turn->at);
}

/* What is incomplete was sent incomplete: that counts against whoever sent it. */
static void note(struct turn *turn)
{
    const struct event *event = turn->event;
    struct handback *handback = arena_alloc(turn->arena, sizeof(*handback));
    bool incomplete = str_is(event->reason_code, "incomplete");
    handback->by = turn->ticket->department;
    handback->code = event->reason_code;
    handback->text = event->reason;
    handback->against = incomplete ? turn->ticket->hands.from : STR_NONE;
    turn->handback = handback;
}

/* The department that one which passes it on names: a person chose it, unless it returned the
 * ticket itself. -1: none. */
static int named(const struct turn *turn)
{
    int to = config_department(turn->config, turn->event->department);
    if (turn->event->type != EVENT_ASSIGNED || ticket_has_returned(turn->ticket, slug_of(turn, to)))
        return -1;
    return to;
}

static void hand_on(struct turn *turn, int to)
{
    if (to < 0) {
        ownership_return(turn);
        return;
    }
    ownership_move(turn, to, WHY_RETURNED);
    turn->ticket->pinned = true;
}

void returns_take(struct turn *turn)
{
    struct hands *hands = &turn->ticket->hands;
    if (!turn->returned)
        return; /* the outcome says why */
    note(turn);
    hands->returns++;
    turn->ticket->returns++;
    ticket_add_returned(turn->ticket, turn->ticket->department, turn->arena);
    int to = named(turn);
    if (hands->returns >= turn->config->max_returns || (to < 0 && turn->verdict->department < 0))
        dispute(turn);
    else
        hand_on(turn, to);
}

/* A department that would rid itself of the ticket by its own word; it may well take it. */
static bool is_party(const struct turn *turn, int department)
{
    const struct ticket *ticket = turn->ticket;
    int by = config_department(turn->config, turn->event->by_department);
    if (by < 0 || by == department)
        return false;
    struct str slug = slug_of(turn, by);
    return str_equal(slug, ticket->department) || ticket_has_returned(ticket, slug);
}

void returns_end_dispute(struct turn *turn, struct str by)
{
    struct hands *hands = &turn->ticket->hands;
    if (!hands->dispute)
        return;
    hands->dispute = false;
    ladder_end(turn, TRIGGER_DISPUTE, by);
}

void returns_settle(struct turn *turn)
{
    struct ticket *ticket = turn->ticket;
    struct str name = turn->event->department;
    int department = config_department(turn->config, name);
    if (!ticket->hands.dispute) {
        turn_outcome(turn, OUTCOME_REJECTED, "there is no dispute about it");
        return;
    }
    if (department < 0) {
        turn_outcome(turn, OUTCOME_REJECTED, "%s%.*s%s",
                     str_empty(name) ? "no department was named" : "unknown department '",
                     STR_ARG(name), str_empty(name) ? "" : "'");
        return;
    }
    if (is_party(turn, department)) {
        turn_outcome(turn, OUTCOME_REJECTED,
                     "%.*s is a party to the dispute: somebody else has to settle it",
                     STR_ARG(turn->event->by_department));
        return;
    }
    returns_end_dispute(turn, STR("settled"));
    ticket->hands.returns = 0;
    ticket->hands.returned_count = 0;
    ownership_settle(turn, department);
}
