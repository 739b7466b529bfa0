/* What a worker does next: its turn, without the doing. Pure; worker.c asks again until it is to
 * wait. */
#pragma once

#include <stdbool.h>
#include "exactly_once/membership.h"
#include "exactly_once/transaction_step.h"

struct situation {
    enum transaction_state transaction;
    enum membership_wish wish;
    bool stopping;     /* asked to stop */
    bool goodbye;      /* a task that goes has something to say, and has not tried yet */
    bool config_waits; /* another configuration is to be taken, and may be */
    bool closes;       /* its state is being written: nothing more goes into it */
    bool wants_end;    /* the feeder has enough in the transaction */
    bool fed;          /* this turn has fed already, or is to feed nothing now */
};

enum plan {
    PLAN_WAIT,        /* for news */
    PLAN_ABORT,       /* the open transaction */
    PLAN_SAY_GOODBYE, /* open a transaction if none is; tasks that go note that nothing died */
    PLAN_COMMIT,      /* the open transaction */
    PLAN_SETTLE,      /* no transaction: let go of what leaves */
    PLAN_ADOPT,       /* no transaction: take the other configuration */
    PLAN_FEED,
    PLAN_STOP /* all is ended */
};

enum plan plan_next(const struct situation *situation);
