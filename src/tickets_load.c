/* Stage tickets: what this partition and the others know of each other's load. */
#include "tickets_inside.h"

void tickets_tell_load(struct tickets *tickets, time_ms now, struct actions *actions)
{
    struct load *load = state_load_of_departments(tickets->state);
    struct str value = load_tell(load, now, actions->arena);
    tickets_announce(tickets, actions);
    encode_load(tickets->encoder, value, actions, &tickets->tally.records);
    state_keep_load(tickets->state, actions);
}

void tickets_count_load(struct tickets *tickets, const struct moment *moment,
                        struct actions *actions)
{
    struct load *load = state_load_of_departments(tickets->state);
    load_count(load, state_census(tickets->state), moment->horizon);
    if (load_next(load) <= moment->horizon)
        tickets_tell_load(tickets, moment->horizon, actions);
    else
        state_keep_load(tickets->state, actions);
}

void tickets_take_load(struct tickets *tickets, struct turn *turn, struct actions *actions)
{
    if (load_take(state_load_of_departments(tickets->state), turn->event))
        turn_outcome(turn, OUTCOME_APPLIED, "the load of another partition");
    else
        turn_outcome(turn, OUTCOME_REJECTED, "no other partition of this topic says so");
    tickets_encode(tickets, turn, actions);
}
