#include "track/merging.h"

#include "track/clocks.h"
#include "track/ladder.h"

void merging_take(struct turn *turn)
{
    struct ticket *ticket = turn->ticket;
    struct str into = turn->event->into;
    if (str_empty(into)) {
        turn_outcome(turn, OUTCOME_REJECTED, "no ticket was named: `into` is missing");
    } else if (str_equal(into, ticket->id)) {
        turn_outcome(turn, OUTCOME_REJECTED, "a ticket cannot be merged into itself");
    } else if (str_equal(into, ticket->into)) {
        turn_outcome(turn, OUTCOME_ECHO, "it is merged into %.*s already", STR_ARG(into));
    } else if (ticket->status == STATUS_CLOSED || turn_move(turn, STATUS_CLOSED)) {
        ticket->into = into;
        ticket->closed_at = turn->at;
        clocks_cue(turn, CUE_MERGED, turn->at);
        ladder_end_all(turn, STR("merged"));
        turn_outcome(turn, OUTCOME_APPLIED, "merged into %.*s", STR_ARG(into));
    }
}

bool merging_passes_on(const struct ticket *ticket, const struct event *event)
{
    return str_present(ticket->into) && event->type == EVENT_MESSAGE;
}
