#include "track/status.h"

static const char *const names[STATUS_COUNT] = {
    [STATUS_NEW] = "new",           [STATUS_OPEN] = "open",     [STATUS_PENDING] = "pending",
    [STATUS_RESOLVED] = "resolved", [STATUS_CLOSED] = "closed",
};

/* moves[from][to]. Staying is no move. A closed ticket opens again only by an explicit `reopened`:
 * a customer's message to it is a follow-up. */
static const bool moves[STATUS_COUNT][STATUS_COUNT] = {
    [STATUS_NEW] = { [STATUS_OPEN] = true,
                     [STATUS_PENDING] = true,
                     [STATUS_RESOLVED] = true,
                     [STATUS_CLOSED] = true },
    [STATUS_OPEN] = { [STATUS_PENDING] = true, [STATUS_RESOLVED] = true, [STATUS_CLOSED] = true },
    [STATUS_PENDING] = { [STATUS_OPEN] = true, [STATUS_RESOLVED] = true, [STATUS_CLOSED] = true },
    [STATUS_RESOLVED] = { [STATUS_OPEN] = true, [STATUS_CLOSED] = true },
    [STATUS_CLOSED] = { [STATUS_OPEN] = true },
};

const char *status_name(enum status status)
{
    return names[status];
}

bool status_move(enum status *status, enum status to, struct error *err)
{
    if (!moves[*status][to])
        return error_set(err, "a ticket that is %s cannot become %s", names[*status], names[to]);
    *status = to;
    return true;
}
