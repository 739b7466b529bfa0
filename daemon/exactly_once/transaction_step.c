#include "exactly_once/transaction_step.h"

#include <stdio.h>
#include <stdlib.h>

static const char *const state_names[] = { "starting", "idle",       "open",   "committing",
                                           "aborting", "recreating", "asking", "over" };

#define IN(state) (1 << TRANSACTION_##state)
#define WORKING (IN(STARTING) | IN(COMMITTING) | IN(ABORTING) | IN(RECREATING) | IN(ASKING))
/* In which states an event may come. */
static const int allowed[] = {
    [TRANSACTION_OPENS] = IN(IDLE),
    [TRANSACTION_COMMITS] = IN(OPEN),
    [TRANSACTION_GIVES_UP] = IN(OPEN),
    [TRANSACTION_HEARS] = IN(IDLE) | IN(OPEN) | WORKING | IN(OVER),
    [TRANSACTION_ENDS] = WORKING,
};

static enum remedy worse(enum remedy a, enum remedy b)
{
    return a > b ? a : b;
}

static struct transaction_step stay(enum transaction_state state)
{
    return (struct transaction_step){ state, WORK_NONE, TRANSACTION_GOES_ON };
}

static struct transaction_step idle(enum transaction_end end)
{
    return (struct transaction_step){ TRANSACTION_IDLE, WORK_NONE, end };
}

/* Of a transaction that was not confirmed. */
static struct transaction_step mend(enum remedy remedy)
{
    switch (remedy) {
    case REMEDY_NONE:
    case REMEDY_RETRY:
    case REMEDY_ABORT:
        return (struct transaction_step){ TRANSACTION_ABORTING, WORK_ABORT, TRANSACTION_GOES_ON };
    case REMEDY_RECREATE:
        return (struct transaction_step){ TRANSACTION_RECREATING, WORK_RECREATE,
                                          TRANSACTION_GOES_ON };
    case REMEDY_ASK:
        return (struct transaction_step){ TRANSACTION_ASKING, WORK_RECREATE, TRANSACTION_GOES_ON };
    case REMEDY_YIELD:
        return (struct transaction_step){ TRANSACTION_OVER, WORK_NONE, TRANSACTION_FENCED };
    case REMEDY_STOP:
    case REMEDY_DIE:
        break;
    }
    return (struct transaction_step){ TRANSACTION_OVER, WORK_NONE, TRANSACTION_HOPELESS };
}

static struct transaction_step after_work(enum transaction_state state, enum remedy work,
                                          enum remedy producer)
{
    switch (state) {
    case TRANSACTION_COMMITTING:
        if (work != REMEDY_NONE)
            return mend(worse(work, producer));
        /* A record that was refused was committed without: nobody may go on as if it were there. */
        return producer == REMEDY_NONE ? idle(TRANSACTION_COMMITTED) : mend(REMEDY_DIE);
    case TRANSACTION_ABORTING:
        return work == REMEDY_NONE ? idle(TRANSACTION_UNDONE) : mend(worse(work, REMEDY_RECREATE));
    default:
        break;
    }
    if (work != REMEDY_NONE)
        return mend(
            worse(work, REMEDY_STOP)); /* without a producer there is nothing to go on with */
    return idle(state == TRANSACTION_STARTING ? TRANSACTION_READY
                : state == TRANSACTION_ASKING ? TRANSACTION_ANSWER
                                              : TRANSACTION_UNDONE);
}

static struct transaction_step on_news(enum transaction_state state, enum remedy producer)
{
    if (state == TRANSACTION_OPEN && producer != REMEDY_NONE)
        return mend(producer);
    /* What is merely to be aborted ended with the transaction. */
    if (state == TRANSACTION_IDLE && producer >= REMEDY_RECREATE)
        return mend(producer);
    return stay(state); /* whatever is under way ends with a look at the verdict */
}

struct transaction_step transaction_step(enum transaction_state state, enum transaction_event event,
                                         enum remedy work, enum remedy producer)
{
    if ((allowed[event] & 1 << state) == 0) {
        fprintf(stderr, "transaction event %d in state %s\n", (int)event, state_names[state]);
        abort();
    }
    switch (event) {
    case TRANSACTION_OPENS:
        return stay(TRANSACTION_OPEN);
    case TRANSACTION_COMMITS:
        if (producer != REMEDY_NONE)
            return mend(producer);
        return (struct transaction_step){ TRANSACTION_COMMITTING, WORK_COMMIT,
                                          TRANSACTION_GOES_ON };
    case TRANSACTION_GIVES_UP:
        return mend(producer);
    case TRANSACTION_HEARS:
        return on_news(state, producer);
    case TRANSACTION_ENDS:
        break;
    }
    return after_work(state, work, producer);
}
