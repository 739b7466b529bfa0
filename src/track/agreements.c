#include "track/agreements.h"

#include "track/clocks.h"
#include "track/ladder.h"

/* Who hands the ticket on; of an internal customer's first dispatch the customer. -1: nobody. */
static int sender(const struct turn *turn)
{
    const struct ticket *ticket = turn->ticket;
    if (str_present(ticket->hands.from))
        return config_department(turn->config, ticket->hands.from);
    return ticket->customer.internal ? config_department(turn->config, ticket->customer.department)
                                     : -1;
}

/* The one of the pair before the one that is everybody's with the holder; 0: there is none. */
static uint64_t find_agreement(const struct turn *turn)
{
    const struct config *config = turn->config;
    int from = sender(turn), to = turn_holder(turn);
    size_t found = config->agreement_count;
    for (size_t i = 0; i < config->agreement_count; i++) {
        const struct config_agreement *agreement = &config->agreements[i];
        if (agreement->to != to || (agreement->from >= 0 && agreement->from != from))
            continue;
        if (found == config->agreement_count || agreement->from >= 0)
            found = i;
    }
    if (found == config->agreement_count)
        return 0;
    rule_hit(turn->hits, config->agreements[found].terms.rule);
    return definitions_hash(turn->definitions, DEFINITION_AGREEMENT, found);
}

void agreements_end(struct turn *turn)
{
    ladder_end_clock(turn, CLOCK_ACCEPT, STR("moved"));
    ladder_end_clock(turn, CLOCK_HOLD, STR("moved"));
}

void agreements_begin(struct turn *turn)
{
    const struct ticket *ticket = turn->ticket;
    bool runs = !ticket->hands.dispute && !status_is_ended(ticket->status) && !turn->event->initial;
    uint64_t agreement = runs && turn->config->agreement_count > 0 ? find_agreement(turn) : 0;
    clocks_agree(turn, CLOCK_ACCEPT, ticket->accepted ? 0 : agreement);
    clocks_agree(turn, CLOCK_HOLD, agreement);
}

static const struct clock *accepting(const struct turn *turn)
{
    const struct clock *clock = ticket_clock(turn->ticket, CLOCK_ACCEPT);
    return clock && clock_is_open(clock) && clock->due != TIME_NEVER ? clock : NULL;
}

bool agreements_await(const struct turn *turn)
{
    return accepting(turn) && !turn->ticket->accepted;
}

bool agreements_lapsed(const struct turn *turn)
{
    const struct clock *clock = accepting(turn);
    return clock && clock->breached != TIME_NEVER;
}

bool agreements_overtook(const struct turn *turn, time_ms time)
{
    return agreements_lapsed(turn) && !clock_is_late(accepting(turn), time);
}
