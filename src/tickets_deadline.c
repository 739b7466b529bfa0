/* Stage tickets: one deadline of one ticket. */
#include "track/ledger.h"
#include "track/links.h"
#include "track/ownership.h"
#include "track/renewal.h"
#include "track/track.h"
#include "track/urgency.h"
#include "tickets_inside.h"
#include "tickets_judge.h"

static void forget(struct tickets *tickets, const struct ticket *ticket, struct actions *actions)
{
    struct str id = arena_copy(actions->arena, ticket->id);
    state_remove(tickets->state, id, actions);
    struct action *action = actions_add(actions, OUTPUT_PROMISES);
    action->key = id;
}

/* The responsible department left the configuration: whoever is told of this deadline must be one
 * that exists. The tree decides by what the ticket knows. */
static void find_holder(struct turn *turn)
{
    if (turn_holder(turn) >= 0 || status_is_ended(turn->ticket->status))
        return;
    judge_route(turn);
    ownership_review(turn, false);
}

void tickets_take_deadline(struct tickets *tickets, struct ticket *ticket,
                           const struct moment *moment, struct actions *actions)
{
    struct event blank = event_blank(ticket->id, &ticket->customer, moment->now);
    struct turn turn = { .config = tickets->setup.config,
                         .definitions = state_definitions(tickets->state),
                         .moment = moment,
                         .arena = tickets->arena,
                         .scratch = tickets->match_scratch,
                         .hits = &tickets->hits,
                         .features = tickets_features(tickets),
                         .event = &blank,
                         .at = time_min(ticket_deadline(ticket, state_definitions(tickets->state)),
                                        moment->horizon),
                         .ticket = ticket,
                         .opening = state_opening(tickets->state, ticket->id) };
    /* Woken for what another configuration has taken back. */
    if (ticket_deadline(ticket, turn.definitions) > moment->horizon &&
        !state_bereaves(tickets->state, ticket)) {
        tickets_announce(tickets, actions);
        state_save(tickets->state, ticket, STR_NONE, actions);
        return;
    }
    tickets_announce(tickets, actions);
    turn_begin(&turn);
    ledger_begin(&turn);
    find_holder(&turn);
    if (!renewal_take(&turn))
        track_deadline(&turn);
    ledger_conclude(&turn);
    urgency_remember(&turn);
    links_conclude(&turn);
    ticket->turns++;
    tickets_encode(tickets, &turn, actions);
    if (turn.gone)
        forget(tickets, ticket, actions);
    else
        state_save(tickets->state, ticket, STR_NONE, actions);
}
