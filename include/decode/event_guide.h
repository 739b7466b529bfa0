/* What each type of event does to a ticket, which fields it uses, and a sample: one row a type, for
 * producers. The documentation, the JSON schema and `ombudctl event` come from these rows. */
#pragma once

#include <stdbool.h>
#include "base/buf.h"
#include "model/event.h"

struct event_guide {
    const char *effect; /* sentences */
    bool creates;       /* makes the ticket where it is not known */
    bool ours;          /* written by ombudd alone: has no sample */
    const char *needs;  /* fields without which it is rejected: "due reason"; "a|b": one of them */
    const char *uses;   /* further fields that mean something to it; "…" of the words */
    const char *sample; /* JSON; $TICKET, $TIME and $DUE are put in by event_sample */
    const char *account_sample; /* the same of one that names an account instead of a ticket:
                                   $ACCOUNT and $HASH of it; NULL: this type cannot */
};

const struct event_guide *event_guide(enum event_type type);

/* A valid event of that type, happening at `now`. False: only ombudd writes such. */
bool event_sample(enum event_type type, struct str ticket, time_ms now, struct buf *out);
/* One that names an account instead of a ticket. False: an event of that type cannot. */
bool event_account_sample(enum event_type type, struct str account, time_ms now, struct buf *out);
