/* Where a ticket stands. One door: status_move is the only code that changes it. */
#pragma once

#include <stdbool.h>
#include "base/error.h"

enum status {
    STATUS_NEW, /* nobody answered and nobody accepted yet */
    STATUS_OPEN,
    STATUS_PENDING,  /* waits for somebody outside */
    STATUS_RESOLVED, /* answered for good, as far as we know */
    STATUS_CLOSED,
    STATUS_COUNT
};

const char *status_name(enum status status); /* "new" */
static inline bool status_is_ended(enum status status)
{
    return status == STATUS_RESOLVED || status == STATUS_CLOSED;
}

/* False + err naming both states when the table has no such move; *status is then unchanged. */
bool status_move(enum status *status, enum status to, struct error *err);
