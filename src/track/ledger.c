#include "track/ledger.h"

#include <string.h>

static const char *const names[PARTY_COUNT] = {
    [PARTY_DEPARTMENT] = "department",
    [PARTY_CUSTOMER] = "customer",
    [PARTY_THIRD_PARTY] = "third_party",
    [PARTY_DISPUTE] = "dispute",
    [PARTY_ENDED] = "ended",
};

const char *party_name(enum party party)
{
    return names[party];
}

/* While somebody outside is waited for, a dispute costs no time. */
struct owner ledger_owner(const struct ticket *ticket)
{
    struct owner owner = { PARTY_DEPARTMENT, STR_NONE };
    if (status_is_ended(ticket->status))
        owner.party = PARTY_ENDED;
    else if (ticket->status == STATUS_PENDING && ticket->wait == WAIT_CUSTOMER)
        owner.party = PARTY_CUSTOMER;
    else if (ticket->status == STATUS_PENDING && ticket->wait == WAIT_THIRD_PARTY)
        owner.party = PARTY_THIRD_PARTY;
    else if (ticket->hands.dispute)
        owner.party = PARTY_DISPUTE;
    else
        owner.department = ticket->department;
    return owner;
}

static bool is_same(struct owner a, struct owner b)
{
    return a.party == b.party && str_equal(a.department, b.department);
}

void ledger_begin(struct turn *turn)
{
    turn->earlier_owner = ledger_owner(turn->ticket);
}

/* Whole seconds of the ticket's life that are shared out already. */
static int64_t shared(const struct ticket *ticket)
{
    int64_t seconds = 0;
    for (size_t i = 0; i < ticket->share_count; i++)
        seconds += ticket->shares[i].seconds;
    return seconds;
}

static void add(struct share *shares, size_t *count, struct owner owner, int64_t seconds)
{
    for (size_t i = 0; i < *count; i++) {
        if (is_same(shares[i].owner, owner)) {
            shares[i].seconds += seconds;
            return;
        }
    }
    shares[(*count)++] = (struct share){ owner, seconds };
}

size_t ledger_shares(const struct ticket *ticket, time_ms now, struct arena *arena,
                     struct share **shares)
{
    size_t count = ticket->share_count;
    int64_t rest = (now - ticket->created) / TIME_SECOND - shared(ticket);
    *shares = arena_alloc_raw(arena, (count + 1) * sizeof(**shares));
    if (count)
        memcpy(*shares, ticket->shares, count * sizeof(**shares));
    add(*shares, &count, ledger_owner(ticket), rest > 0 ? rest : 0);
    return count;
}

void ledger_conclude(struct turn *turn)
{
    struct ticket *ticket = turn->ticket;
    int64_t rest = (turn->at - ticket->created) / TIME_SECOND - shared(ticket);
    size_t count = ticket->share_count;
    /* What is older than the last change took nobody's time away. */
    if (turn->created || rest <= 0 || is_same(turn->earlier_owner, ledger_owner(ticket)))
        return;
    struct share *shares = arena_alloc_raw(turn->arena, (count + 1) * sizeof(*shares));
    if (count)
        memcpy(shares, ticket->shares, count * sizeof(*shares));
    add(shares, &count, turn->earlier_owner, rest);
    ticket->shares = shares;
    ticket->share_count = count;
}
