#include "track/erasing.h"

void erasing_take(struct turn *turn)
{
    struct ticket *ticket = turn->ticket;
    struct customer *customer = &ticket->customer;
    /* A tier and a stage say nothing of a person, and ladders match them. */
    customer->account = STR_NONE;
    customer->contact = STR_NONE;
    customer->vulnerable = -1;
    ticket->quote = STR_NONE;
    turn->erases = true;
    turn_outcome(turn, OUTCOME_APPLIED, "the kept text and the customer's person are erased");
}
