#include "track/ownership.h"

#include "track/agreements.h"
#include "track/ladder.h"
#include "track/load.h"
#include "track/returns.h"

static void inform(struct turn *turn, int department, enum dispatch_text text)
{
    struct str slug = turn->config->departments[department].slug;
    struct ticket *ticket = turn->ticket;
    if (str_equal(slug, ticket->department) || ticket_has_informed(ticket, slug))
        return;
    ticket_add_informed(ticket, slug, turn->arena);
    turn_dispatch(turn, department, ROLE_INFORMED, WHY_ROUTED, text);
}

static void inform_all(struct turn *turn, enum dispatch_text text)
{
    for (size_t i = 0; i < turn->verdict->informed_count; i++)
        inform(turn, turn->verdict->informed[i], text);
}

/* Where the judgement sends the ticket, and why. */
static int judged_department(const struct turn *turn, enum why *why)
{
    if (turn->screen && turn->screen->department >= 0) {
        *why = WHY_SCREENED;
        return turn->screen->department;
    }
    *why = turn->verdict->by_learned ? WHY_LEARNED
           : turn->verdict->unrouted ? WHY_UNROUTED
                                     : WHY_ROUTED;
    return turn->verdict->department;
}

/* What can wait goes elsewhere while the department is full, once: never further, and no return
 * brings it here again. */
static int spill(struct turn *turn, int department, enum why *why)
{
    enum { LEAST_URGENT_THAT_STAYS = 1 };
    struct overflow seen;
    int to = turn->config->departments[department].overflow;
    if (to < 0 || *why == WHY_ASSIGNED || turn->ticket->band <= LEAST_URGENT_THAT_STAYS ||
        !turn->load || !load_is_full(turn->load, department, turn->moment->horizon, &seen))
        return department;
    struct overflow *overflow = arena_alloc(turn->arena, sizeof(*overflow));
    *overflow = seen;
    rule_hit(turn->hits, turn->config->departments[department].rule);
    turn->overflow = overflow;
    *why = WHY_OVERFLOW;
    return to;
}

void ownership_begin(struct turn *turn, int assigned)
{
    struct ticket *ticket = turn->ticket;
    enum why why = WHY_ASSIGNED;
    int department = assigned >= 0 ? assigned : judged_department(turn, &why);
    ticket->unrouted = why == WHY_UNROUTED;
    department = spill(turn, department, &why);
    ticket->department = turn->config->departments[department].slug;
    ticket->hands.first = ticket->department;
    ticket->pinned = why == WHY_ASSIGNED;
    turn_dispatch(turn, department, ROLE_RESPONSIBLE, why, DISPATCH_EVENT_TEXT);
    inform_all(turn, DISPATCH_EVENT_TEXT);
}

/* A to B to A: the hand-off gained nothing, and the customer lost the time. Nobody is told where
 * the matter has ended, nor of the ways that a dispute and its settlement take. */
static void note_ping_pong(struct turn *turn, enum why why)
{
    turn->ticket->hands.ping_pongs++;
    if (why != WHY_DISPUTED && why != WHY_SETTLED && !status_is_ended(turn->ticket->status))
        ladder_trigger(turn, TRIGGER_PING_PONG, turn->at);
}

static void hand_over(struct turn *turn, int department, enum why why, bool accepted)
{
    struct ticket *ticket = turn->ticket;
    int holder = turn_holder(turn);
    struct str from = ticket->department;
    bool back =
        holder >= 0 && str_equal(turn->config->departments[department].slug, ticket->hands.from);
    agreements_end(turn);
    if (holder >= 0)
        turn_dispatch(turn, holder, ROLE_RELEASED, why, DISPATCH_NO_TEXT);
    else
        turn_release(turn, from, why);
    ticket->department = turn->config->departments[department].slug;
    ticket->hands.from = from;
    ticket->accepted = accepted;
    ticket->pinned = why == WHY_ASSIGNED;
    ticket->unrouted = why == WHY_UNROUTED;
    turn_dispatch(turn, department, ROLE_RESPONSIBLE, why, DISPATCH_OPENING_TEXT);
    agreements_begin(turn);
    ladder_move_all(turn, from);
    if (back)
        note_ping_pong(turn, why);
}

void ownership_move(struct turn *turn, int department, enum why why)
{
    hand_over(turn, department, why, false);
}

void ownership_return(struct turn *turn)
{
    ownership_move(turn, turn->verdict->department, WHY_RETURNED);
    inform_all(turn, DISPATCH_OPENING_TEXT);
}

void ownership_settle(struct turn *turn, int department)
{
    struct ticket *ticket = turn->ticket;
    ticket->accepted = true;
    if (department != turn_holder(turn)) {
        hand_over(turn, department, WHY_SETTLED, true);
    } else {
        turn_dispatch(turn, department, ROLE_RESPONSIBLE, WHY_SETTLED, DISPATCH_NO_TEXT);
        agreements_end(turn);
        agreements_begin(turn);
    }
    ticket->pinned = true;
    if (ticket->status == STATUS_NEW)
        status_move(&ticket->status, STATUS_OPEN, NULL);
}

void ownership_conclude(struct turn *turn)
{
    if (status_is_ended(turn->ticket->status))
        returns_end_dispute(turn, STR("resolved"));
}

void ownership_review(struct turn *turn, bool may_move)
{
    struct ticket *ticket = turn->ticket;
    enum why why = WHY_ROUTED;
    int department = judged_department(turn, &why);
    bool lost = turn_holder(turn) < 0;
    bool free = !ticket->pinned && !ticket->accepted && !ticket->hands.dispute;
    bool raised = may_move && free && ticket->floor > turn->earlier_floor;
    bool elsewhere = !str_equal(turn->config->departments[department].slug, ticket->department);
    if (elsewhere && (lost || (raised && why == WHY_ROUTED)))
        ownership_move(turn, department, why);
    else if (why == WHY_ROUTED)
        inform(turn, department, DISPATCH_OPENING_TEXT);
    inform_all(turn, DISPATCH_OPENING_TEXT);
}
