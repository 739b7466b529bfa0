#include "track/erasing.h"

void erasing_strip(struct turn *turn)
{
    struct ticket *ticket = turn->ticket;
    struct customer *customer = &ticket->customer;
    /* A tier and a stage say nothing of a person, and ladders match them. */
    customer->account = STR_NONE;
    customer->contact = STR_NONE;
    customer->vulnerable = -1;
    ticket->quote = STR_NONE;
    turn->erases = true;
}

void erasing_take(struct turn *turn)
{
    erasing_strip(turn);
    turn_outcome(turn, OUTCOME_APPLIED, "the kept text and the customer's person are erased");
}

bool erasing_is_of_account(const struct event *event)
{
    return event->type == EVENT_ACCOUNT_ERASED ||
           (event->type == EVENT_ERASED && !str_present(event->ticket));
}

struct str erasing_contact(const struct event *event)
{
    const struct customer *customer = &event->customer;
    return str_equal(customer->account, customer->contact) ? STR_NONE : customer->contact;
}
