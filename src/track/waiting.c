#include "track/waiting.h"

#include "track/clocks.h"

static const char *wait_text(enum wait wait)
{
    return wait == WAIT_THIRD_PARTY ? "a third party" : "the customer";
}

static enum wait wanted(const struct event *event)
{
    return str_is(event->on, "third_party") ? WAIT_THIRD_PARTY : WAIT_CUSTOMER;
}

void waiting_begin(struct turn *turn)
{
    struct ticket *ticket = turn->ticket;
    enum wait wait = wanted(turn->event);
    if (ticket->status == STATUS_PENDING && ticket->wait == wait) {
        turn_outcome(turn, OUTCOME_ECHO, "it waits for %s already", wait_text(wait));
        return;
    }
    if (clocks_are_full(ticket)) {
        turn_outcome(turn, OUTCOME_REJECTED,
                     "a clock of it has stood still and run on so often (%d times) that no more is "
                     "kept",
                     CLOCK_INTERVALS_MAX);
        return;
    }
    if (ticket->status != STATUS_PENDING && !turn_move(turn, STATUS_PENDING))
        return;
    ticket->wait = wait;
    clocks_wait(turn, wait, turn->at);
}

static void go_on(struct turn *turn)
{
    if (turn_move(turn, STATUS_OPEN))
        clocks_resume(turn, turn->at);
}

void waiting_end(struct turn *turn)
{
    enum status status = turn->ticket->status;
    if (status_is_ended(status))
        turn_outcome(turn, OUTCOME_REJECTED, "the ticket is %s", status_name(status));
    else if (status != STATUS_PENDING)
        turn_outcome(turn, OUTCOME_ECHO, "the ticket is %s", status_name(status));
    else
        go_on(turn);
}

void waiting_hear(struct turn *turn)
{
    const struct ticket *ticket = turn->ticket;
    if (ticket->status == STATUS_PENDING && ticket->wait != WAIT_THIRD_PARTY)
        go_on(turn);
}
