/* One ladder step of one ticket: what stage tickets tells stage escalations, which groups notices
 * into messages to supervisors. The record is JSON in the notices topic, keyed by department. Plain
 * data; strings are borrowed. */
#pragma once

#include <stdbool.h>
#include "base/arena.h"
#include "base/error.h"
#include "base/str.h"
#include "base/time.h"

enum notice_status {
    NOTICE_FIRING,
    NOTICE_ACKNOWLEDGED, /* somebody of this or another level answered; every told level hears it */
    NOTICE_RESOLVED,     /* the matter ended, or the ticket left this department */
    NOTICE_ERASED        /* nobody is told: what is kept of the ticket's customer is to go */
};

const char *notice_status_name(enum notice_status status); /* "firing" */

/* What groups and inhibitions tell notices apart by. */
enum notice_label {
    LABEL_DEPARTMENT,
    LABEL_TRIGGER,
    LABEL_LEVEL,
    LABEL_TICKET,
    LABEL_ACCOUNT,
    LABEL_CATEGORY,
    LABEL_LABEL, /* the screening's */
    LABEL_BAND,
    LABEL_CLOCK,
    LABEL_COUNT
};

/* How long what is new in its group waits for company, where the rule behind it says so. */
struct notice_pace {
    bool waits, rests; /* which of the two it says */
    time_ms wait;      /* as group_wait */
    time_ms interval;  /* as group_interval, of the ticket's band */
};

struct notice {
    struct str id;         /* 32 hexadecimal digits, the record's ce_id: never the same twice */
    struct str ticket;     /* absent: a dead letter */
    struct str event;      /* id of the event that caused it; absent: a timer did */
    struct str department; /* slug of the responsible one, the record's key */
    struct str level;      /* "lead": whom this step tells; of an erased one absent, and step,
                              trigger and ladder with it */
    int step;              /* 1.. */
    int repeat;            /* 0: the first time in its ascent; 1..: told again */
    enum notice_status status;
    struct str trigger; /* trigger_name(): "band", "warning", "breach", "deadletter" ... */
    struct str ladder;  /* its name; absent: a dead letter without an escalation rule */
    time_ms since;      /* when the trigger started the ladder */
    time_ms time;       /* when this notice was decided */

    int score;           /* 0..100, of the ticket */
    int band;            /* 0..3; -1: none (a dead letter) */
    bool floored;        /* a floor lifted the ticket: no silence covers it unless it names it */
    struct str label;    /* absent: none */
    struct str category; /* absent: unknown */
    struct str account;  /* the customer's; absent: unknown */
    struct str subject;  /* the complaint's, or how its text begins; cut, personal data masked */

    struct str clock; /* "response"; absent: the ticket has no running or broken promise */
    time_ms due;      /* of that clock, else TIME_NEVER */
    struct str why;   /* a short quote of the evidence, or a dead letter's reason; may be absent */

    struct str next_level; /* absent: no further step will follow unless the ladder restarts */
    time_ms next_at;       /* when, else TIME_NEVER */
    struct str by; /* acknowledged: by whom; resolved: what ended it ("resolved", "moved"); firing
                      again: who had taken it */
    struct str comment; /* acknowledged: what they said, personal data masked; may be absent */
    struct str also;    /* further levels that this very turn told the same: "lead manager" */

    struct notice_pace pace;
    struct str source; /* of a dead letter: "topic/partition/offset", else absent */
};

/* Absent: it has none. */
struct str notice_label(const struct notice *notice, enum notice_label label);
/* What it tells its level, told apart from all else that the level may be told of the same ticket:
 * two with one mark say the same. Never 0. */
uint64_t notice_mark(const struct notice *notice);

/* A negative time says nothing. */
struct notice_pace notice_pace(time_ms wait, time_ms interval);

/* The next step as a value: {"level":…,"at":…}, or null. */
struct json_writer;
void notice_put_next(struct json_writer *json, const struct notice *notice);

/* The record's JSON, in `arena`. */
struct str notice_encode(const struct notice *notice, struct arena *arena);
/* `notice` is untouched on failure; strings end up in `arena`. Unknown members are ignored. */
bool notice_decode(struct str json, struct arena *arena, struct notice *notice, struct error *err);
