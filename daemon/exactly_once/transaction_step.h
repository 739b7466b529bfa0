/* What follows on what, for one worker's transactions: events in, work out. Pure, so that every
 * order of events can be tried; transaction.c does what it says.
 *
 *   starting ─> idle ─> open ─> committing ─> idle              (committed)
 *                         │         ├─> aborting ─> idle        (undone)
 *                         └─────────┤      └─> recreating
 *                                   ├─> recreating ─> idle        (undone)
 *                                   └─> asking ─> idle          (what the group says)
 *   any ─> over (fenced, hopeless)
 *
 * Kafka's rule behind `asking`: a commit that was neither confirmed nor refused may have happened.
 * A new producer under the same name ends it one way or the other (init_transactions), and then the
 * committed offsets tell which. */
#pragma once

#include "kafka/verdict.h"

enum transaction_state {
    TRANSACTION_STARTING, /* the producer is being initialised */
    TRANSACTION_IDLE,
    TRANSACTION_OPEN,
    TRANSACTION_COMMITTING,
    TRANSACTION_ABORTING,
    TRANSACTION_RECREATING, /* a new producer; what was written is surely not committed */
    TRANSACTION_ASKING,     /* a new producer, then the group's committed offsets */
    TRANSACTION_OVER
};

enum transaction_event {
    TRANSACTION_OPENS,    /* something is to be written */
    TRANSACTION_COMMITS,  /* somebody wants it ended so */
    TRANSACTION_GIVES_UP, /* or so */
    TRANSACTION_HEARS,    /* the producer has a verdict */
    TRANSACTION_ENDS      /* the work that was ordered is done, or has failed */
};

enum transaction_work { WORK_NONE, WORK_COMMIT, WORK_ABORT, WORK_RECREATE };

enum transaction_end {
    TRANSACTION_GOES_ON, /* no end yet */
    TRANSACTION_READY,   /* the first producer is initialised */
    TRANSACTION_COMMITTED,
    TRANSACTION_UNDONE,  /* tasks are back at their marks: read again from there */
    TRANSACTION_STRANGE, /* somebody else committed for these tasks: they must be restored */
    TRANSACTION_ANSWER,  /* one of the three above, as the committed offsets say */
    TRANSACTION_FENCED,  /* another process runs under this name */
    TRANSACTION_HOPELESS /* nothing can be written; the reason is in the log */
};

struct transaction_step {
    enum transaction_state state;
    enum transaction_work work;
    enum transaction_end end;
};

/* `work`: how the work ended, with TRANSACTION_ENDS; `producer`: the worst it has to say since the
 * transaction was opened. Aborts for an event that the state does not allow: that is our bug. */
struct transaction_step transaction_step(enum transaction_state state, enum transaction_event event,
                                         enum remedy work, enum remedy producer);
