/* One turn: one event or one deadline of one ticket, and what came of it. The verbs of track/ fill
 * it in; encode/ writes it down. Everything lives in the turn's arena. */
#pragma once

#include "config/config.h"
#include "model/moment.h"
#include "model/notice.h"
#include "route/route.h"
#include "score/score.h"
#include "track/ticket.h"

enum outcome {
    OUTCOME_APPLIED,
    OUTCOME_DUPLICATE, /* a seen identity: changed nothing */
    OUTCOME_LATE,      /* older than what already happened */
    OUTCOME_ECHO,      /* what it asks for is so already */
    OUTCOME_REJECTED,  /* see the reason */
    OUTCOME_COUNT
};
const char *outcome_name(enum outcome outcome);

enum role { ROLE_RESPONSIBLE, ROLE_INFORMED, ROLE_RELEASED, ROLE_COUNT };
const char *role_name(enum role role);

enum why {
    WHY_ROUTED,
    WHY_UNROUTED,
    WHY_ASSIGNED,
    WHY_SCREENED,
    WHY_LEARNED,
    WHY_UPDATE,
    WHY_RETURNED, /* another handed it back */
    WHY_DISPUTED, /* nobody takes it, so the first holder leads */
    WHY_SETTLED,  /* a person decided whose it is */
    WHY_OVERFLOW, /* the department that it was for is full */
    WHY_ORIGIN,   /* the ticket that it serves changed */
    WHY_COUNT
};
const char *why_name(enum why why);

enum dispatch_text {
    DISPATCH_NO_TEXT,     /* who no longer holds a ticket needs none */
    DISPATCH_EVENT_TEXT,  /* the event's own */
    DISPATCH_OPENING_TEXT /* what state kept of the opening: the next department can read only
                             its own topic */
};

struct dispatch {
    int department;  /* -1: one that a reload removed */
    struct str slug; /* its name, that the configuration may no longer have */
    enum role role;
    enum why why;
    enum dispatch_text text;
    struct dispatch *next;
};

enum promise_status {
    PROMISE_MADE,
    PROMISE_MOVED,
    PROMISE_MET,
    PROMISE_MISSED,
    PROMISE_ENDED,
    PROMISE_STATUS_COUNT
};
const char *promise_status_name(enum promise_status status);

struct promise {
    enum clock_kind clock;
    struct str name;          /* clock_name() */
    struct config_name title; /* what a named clock promises */
    enum promise_status status;
    time_ms due;
    time_ms previous_due;            /* TIME_NEVER: none */
    struct str reason;               /* absent: none */
    const struct calendar *calendar; /* that it counts by; NULL: always */
    bool provisional;                /* made or moved to behind what the calendar knows */
    time_ms opening; /* of one made while it was closed: when it opens; else TIME_NEVER */
    struct promise *next;
};

/* What a department said that hands a ticket back. */
struct handback {
    struct str by;         /* its slug */
    struct str code, text; /* absent: not given; one of them is */
    struct str against;    /* whose fault it is that sent it so; absent: nobody's that is known */
};

/* What one department said of another's work. */
struct rating {
    struct str by, of; /* slugs */
    int stars;         /* 1 to 5; 0: not given */
    int solved;        /* 0, 1; -1: not given */
};

/* A record of the home topic for another ticket, see links.h. */
struct errand {
    enum event_type type; /* EVENT_LINKED or EVENT_ORIGIN_CHANGED */
    struct str to;
    struct str status; /* of EVENT_ORIGIN_CHANGED: how the origin stands */
    struct errand *next;
};

enum { TURN_WARNINGS_MAX = 4 };

struct told { /* a notice of this turn */
    struct notice notice;
    struct told *next;
};

struct load;
struct overflow;

struct turn {
    /* what is given */
    const struct config *config;
    struct definitions *definitions;
    const struct moment *moment;
    struct arena *arena;
    struct match_scratch *scratch; /* of the matchers */
    struct rule_hits *hits;        /* how often rules are taken; NULL: nobody counts */
    struct features *features;     /* of the routing model; NULL: there is none */
    const struct record *record;   /* NULL: a deadline */
    const struct event *event;     /* never NULL; of a deadline a blank one with the ticket alone */
    const struct load *load;       /* of the departments; NULL: nobody counts */
    uint64_t identity;             /* of (source, id); 0: a deadline */
    time_ms at;                    /* the event's own time, or the deadline */
    struct ticket *ticket;         /* NULL: there is none and none was made */
    struct str opening;            /* kept text as JSON members, see opening_text */

    /* what was judged; NULL: the event had no word of the customer */
    const struct score *score;
    const struct verdict *verdict;
    struct learned *learned; /* what the model may be asked; NULL: it must not be */
    const struct config_screen *screen;
    int earlier_score, earlier_base, earlier_floor; /* of the ticket before this turn */
    int earlier_band;
    bool earlier_ended;
    struct owner earlier_owner; /* of its time; of a new one nobody */

    /* what came of it */
    enum outcome outcome;
    struct str reason;               /* a sentence; absent: none is needed */
    struct str timer;                /* "response breach"; absent: an event */
    bool created;                    /* the ticket is new */
    bool returned;                   /* the event hands the ticket back, as it may */
    const struct rating *rating;     /* of one department by another; NULL: none */
    const struct handback *handback; /* how that was done; NULL: it was not */
    bool gone;                       /* the ticket's retention is over */
    bool erases;                     /* its kept text is to be forgotten */
    const struct overflow *overflow; /* why it did not go where it belongs; NULL: it did */
    bool unanchored;                 /* an internal ticket turned out to serve nobody */
    bool origin_turned;              /* the ticket that it serves ended, or was taken up again */
    struct str warnings[TURN_WARNINGS_MAX]; /* sentences beside those of the event */
    size_t warning_count;
    bool holder_lost; /* reported once when the holder left the configuration */
    struct dispatch *dispatches, **dispatches_end;
    struct promise *promises, **promises_end;
    struct told *told, **told_end;
    size_t told_count;
    struct errand *errands, **errands_end;
    int breaches; /* of promises to the customer */
};

/* Everything given must be set, everything else is reset. */
void turn_begin(struct turn *turn);

/* Sets outcome and reason. */
void turn_outcome(struct turn *turn, enum outcome outcome, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* A warning of the decision's. */
void turn_warn(struct turn *turn, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* What made what the turn makes: "message e-7", "origin T-1", "response breach". In its arena. */
struct str turn_cause(const struct turn *turn);

/* Whether the ticket has ended, or this very event ends it. */
bool turn_ends(const struct turn *turn);

/* Moves the ticket's status, or rejects the event with the reason why not. */
bool turn_move(struct turn *turn, enum status to);

void turn_dispatch(struct turn *turn, int department, enum role role, enum why why,
                   enum dispatch_text text);
/* The same to one that the configuration no longer has: it no longer holds the ticket. */
void turn_release(struct turn *turn, struct str slug, enum why why);
/* Whether this turn has a dispatch that tells the department as the responsible one. */
bool turn_has_told(const struct turn *turn, int department);
/* Of the clock as it now stands; nothing of one that customers do not hear of. */
void turn_promise(struct turn *turn, const struct clock *clock, enum promise_status status,
                  time_ms previous_due, struct str reason);
/* The words that state kept of the opening; they live as long as the turn. False when there are
 * none: then neither is set. */
bool turn_opening(const struct turn *turn, struct str *subject, struct str *body);
/* Returns the notice with everything that the ticket knows filled in. `about`: the clock that it
 * is about, or NULL: the one of the ticket's that is owed first. */
struct notice *turn_notice(struct turn *turn, const struct clock *about);

/* What matchers see of the ticket as it now stands. */
struct facts turn_facts(const struct turn *turn, struct str trigger);

/* The holder's index in the configuration, or -1: a reload removed it, or there is none yet. */
int turn_holder(const struct turn *turn);
