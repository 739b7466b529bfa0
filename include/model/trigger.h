/* What starts an escalation. */
#pragma once

enum trigger {
    TRIGGER_BAND, /* a ticket enters a band: `band P1` */
    TRIGGER_WARNING,
    TRIGGER_BREACH,
    TRIGGER_MANAGER,  /* the customer demands a manager (signal text.manager) */
    TRIGGER_REOPENED, /* reopened n times: `reopened 2` */
    TRIGGER_UNROUTED, /* an unrouted P1 or P2 */
    TRIGGER_DEADLETTER,
    TRIGGER_DISPUTE,   /* no department takes the ticket */
    TRIGGER_PING_PONG, /* it came back from the department it was given to */
    TRIGGER_PROMISE,   /* what somebody promised for a date was not kept */
    TRIGGER_RATING,    /* the customer rated 1 or 2 of 5, or says that it is not solved */
    TRIGGER_SILENT,    /* nobody accepted a P1 or P2 in time */
    TRIGGER_COUNT
};

const char *trigger_name(enum trigger trigger); /* "band", "warning", "breach", ... */
