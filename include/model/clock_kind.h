/* The kinds of promises that can run for a ticket, each a row: what starts, keeps and ends its
 * clock, and what people read of it. Nothing else knows a kind; a new one is a row here and its
 * setting. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include "base/str.h"
#include "model/trigger.h"

/* The numbers are kept in states. */
enum clock_kind {
    CLOCK_RESPONSE,
    CLOCK_RESOLUTION,
    CLOCK_UPDATE,
    CLOCK_PROMISED,
    CLOCK_FOLLOW_UP,
    CLOCK_ACCEPT,
    CLOCK_HOLD,
    CLOCK_NAMED /* any number a ticket: each has a name, and its terms say what moves it */
};

/* Rows there can be: SLAs have their targets in arrays of that size. */
enum { CLOCK_KIND_MAX = 8 };

/* What happens to a ticket that clocks listen to. */
enum clock_cue {
    CUE_OPENED,   /* its first event */
    CUE_REOPENED, /* it is taken up again */
    CUE_REPLIED,  /* a person answered the customer */
    CUE_WROTE,    /* the customer wrote again */
    CUE_ACCEPTED, /* its department took it */
    CUE_RESOLVED,
    CUE_CLOSED,
    CUE_MERGED, /* another ticket goes on for it */
    CUE_RATED,  /* the customer said how it was */
    CUE_COUNT
};
const char *clock_cue_name(enum clock_cue cue); /* "resolved" */

/* Whether a cue starts a clock. */
enum clock_start {
    START_NOT,
    START_ALWAYS,
    START_SINCE_US,         /* where the SLA counts updates from our last word */
    START_SINCE_CUSTOMER,   /* where it counts them from the customer's, unless it runs already */
    START_WITHOUT_RESPONSE, /* where no response is promised, which comes before any update */
};

/* What a customer can be told: {who} the department, {due} on the local clock, {zone} whose; {what}
 * a named clock promises. */
struct clock_sentence {
    struct str zh, en;
};

struct clock_kind_row {
    const char *name; /* "response": of settings, records and sentences; of named ones no clock's */
    const char *zh;   /* 答复: in Chinese sentences; NULL: named ones have names of their own */
    enum clock_start starts[CUE_COUNT];
    bool keeps[CUE_COUNT], ends[CUE_COUNT];
    bool continues; /* taken up again, it runs on; else it starts afresh */
    bool fixed;     /* a date that somebody named: no target, no pause and no band moves it */
    bool recurs;    /* kept once, it is promised again: then its ladders are at their end, too */
    bool between;   /* departments: an agreement has its terms, and no customer hears of it */
    bool lapses;    /* who lets it run out has taken the ticket, which matters where it is urgent */
    enum trigger warning, breach; /* that they set off */

    /* Reasons of a promise, for the trade. */
    const char *kept;   /* "answered": followed by "2h late" or "in time at ..." */
    const char *unkept; /* "without an answer": what an end before that leaves behind */

    /* For the customer, by the promise's status; a missed one has two more when it was kept after
     * all, late, or in time but reported only after the breach was announced. */
    struct clock_sentence made, moved, met, missed, ended, kept_late, kept_in_time;
};

extern const struct clock_kind_row clock_kinds[CLOCK_KIND_MAX];
extern const size_t clock_kind_count;

/* False: there is no such kind. */
bool clock_kind_parse(struct str name, enum clock_kind *kind);

/* What a Chinese sentence calls the clock of that name: itself, if no kind has it. */
struct str clock_name_zh(struct str name);

static inline const char *clock_kind_name(enum clock_kind kind)
{
    return clock_kinds[kind].name;
}
