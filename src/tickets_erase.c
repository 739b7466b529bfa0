#include "tickets_erase.h"

#include "track/erasing.h"

/* Whatever else is due of it: only data go. */
static void erase_ticket(const struct erase *erase, const struct turn *by, struct str id)
{
    arena_reset(by->arena);
    struct turn turn = *by;
    turn.ticket = state_load(erase->state, id, by->arena);
    turn.opening = state_opening(erase->state, id);
    turn.record = NULL;
    turn.at = by->moment->now;
    struct event blank = event_blank(id, &turn.ticket->customer, by->moment->now);
    turn.event = &blank;
    turn_begin(&turn);
    erasing_strip(&turn);
    turn.timer = STR("erased");
    turn.ticket->turns++;
    encode_turn(erase->encoder, &turn, erase->actions, &erase->tally->records);
    erase->tally->timers++;
    state_save(erase->state, turn.ticket, STR_NONE, erase->actions);
}

/* Of the account no word: what an event erased is to be found by its id, not by a name. */
static void conclude(struct turn *turn, size_t count, size_t told)
{
    enum outcome outcome = count > 0 ? OUTCOME_APPLIED : OUTCOME_ECHO;
    const char *tail = told == 0   ? ""
                       : told == 1 ? "; the other partition is told"
                                   : "; the other partitions are told";
    if (count == 0)
        turn_outcome(turn, outcome, "no ticket of the account is known here%s", tail);
    else
        turn_outcome(turn, outcome, "the account's %zu %s here %s erased%s", count,
                     count == 1 ? "ticket" : "tickets", count == 1 ? "is" : "are", tail);
}

void erase_account(struct erase *erase, struct turn *turn)
{
    const struct event *event = turn->event;
    struct erasures *seen = state_erasures(erase->state);
    const struct moment *moment = turn->moment;
    turn_begin(turn);
    if (erasures_has(seen, turn->identity)) {
        turn_outcome(turn, OUTCOME_DUPLICATE, "this event was applied before");
        return;
    }
    erasures_add(seen, turn->identity, moment->stream, moment->stream - turn->config->retention,
                 erase->actions);
    erase->tickets =
        state_find_account(erase->state, event->customer.account, erasing_contact(event),
                           erase->actions->arena, &erase->ticket_count);
    for (size_t i = 0; i < erase->ticket_count; i++)
        erase_ticket(erase, turn, erase->tickets[i]);
    size_t told =
        event->type == EVENT_ERASED
            ? encode_account_erased(erase->encoder, turn, erase->actions, &erase->tally->records)
            : 0;
    arena_reset(turn->arena);
    conclude(turn, erase->ticket_count, told);
}

void erase_texts(const struct erase *erase)
{
    for (size_t i = 0; i < erase->ticket_count; i++)
        state_erase_text(erase->state, erase->tickets[i], erase->actions);
}
