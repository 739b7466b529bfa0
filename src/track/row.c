#include "track/row.h"

#include "track/ladder.h"

/* -1: no status of ours. */
static int status_of(struct str name)
{
    for (int status = 0; status < STATUS_COUNT; status++) {
        if (str_is(name, status_name((enum status)status)))
            return status;
    }
    return -1;
}

bool row_is_ended(const struct event *event)
{
    int status = status_of(event->status);
    return status >= 0 && status_is_ended((enum status)status);
}

/* What a row says and the row before did not; a row that leaves a field out says nothing of it. */
static bool says_new(const struct ticket *ticket, struct str before, struct str now)
{
    return ticket->row.given && !str_empty(now) && !str_equal(before, now);
}

struct row_change row_compare(const struct turn *turn)
{
    const struct ticket *ticket = turn->ticket;
    const struct event *event = turn->event;
    struct row_change change = { .department = -1, .status = -1 };
    if (says_new(ticket, ticket->row.department, event->department))
        change.department = config_department(turn->config, event->department);
    change.unknown_department =
        says_new(ticket, ticket->row.department, event->department) && change.department < 0;
    if (change.department >= 0 && change.department == turn_holder(turn))
        change.department = -1;
    /* The first row too: a ticket that its source has closed must not stay open here. */
    if (!str_equal(ticket->row.status, event->status))
        change.status = status_of(event->status);
    if (!ticket->row.given && change.status >= 0 && !row_is_ended(event))
        change.status = -1;
    return change;
}

bool row_reopens(const struct turn *turn)
{
    if (turn->event->type != EVENT_SNAPSHOT || !status_is_ended(turn->ticket->status))
        return false;
    int status = row_compare(turn).status;
    return status >= 0 && !status_is_ended((enum status)status);
}

void row_keep(struct turn *turn)
{
    struct ticket *ticket = turn->ticket;
    const struct event *event = turn->event;
    ticket->row.given = true;
    if (!str_empty(event->department))
        ticket->row.department = event->department;
    if (!str_empty(event->status))
        ticket->row.status = event->status;
}
