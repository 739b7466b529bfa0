/* The working form of one ticket during one turn: plain data in the turn's arena. Between turns a
 * ticket is its encoding, which is also its changelog value: an undo puts the old bytes back,
 * a restore copies them, and nothing else exists that could disagree with them. */
#pragma once

#include "base/arena.h"
#include "base/buf.h"
#include "track/clock.h"
#include "track/status.h"

enum {
    TICKET_VERSION = 3,      /* the newest layout of its state */
    TICKET_OLDEST = 1,       /* the oldest that is read and can be written */
    TICKET_SEEN_MAX = 256,   /* identities kept */
    TICKET_SIGNALS_MAX = 16, /* names kept */
    TICKET_QUOTE_SIZE = 96   /* bytes of the evidence that notices quote */
};

/* A step that is to be told later, and is out of the ladder's order then: put off by its hours
 * (`again` 0), or to be told for the `again`-th time after the first. */
struct later {
    unsigned step, again;
    time_ms at;
};

/* A ladder that the ticket is climbing; one for a trigger and what it is about. */
struct climb {
    uint64_t definition;
    enum trigger trigger;
    int subject; /* clock_subject() of the clock that warned or was broken; -1: the ticket itself */
    int band;    /* that was entered, of TRIGGER_BAND; else -1 */
    time_ms since; /* start of this ascent */
    unsigned next; /* steps from this index on are ahead; the step count when all are behind */
    uint32_t told; /* a bit for each step whose notice ever went out: must hear the end */
    uint32_t rung; /* a bit for each step told in this ascent: not told again before the next */
    bool acknowledged;
    time_ms restart_at;   /* an acknowledgement is worth so long; TIME_NEVER: not acknowledged */
    struct str by;        /* who acknowledged */
    struct later *laters; /* at most one a step; in the order of the steps */
    size_t later_count;
};

/* For whom a pending ticket waits. */
enum wait { WAIT_NONE, WAIT_CUSTOMER, WAIT_THIRD_PARTY, WAIT_COUNT };

/* What the last whole row of the source said of owner and status, as written there. */
struct row {
    bool given; /* false: there was no row */
    struct str department, status;
};

/* Through whose hands it went, as far as a later decision asks. */
struct hands {
    struct str first;     /* the first holder's slug: it leads where nobody takes the ticket */
    struct str from;      /* who held it before; absent: nobody did */
    struct str *returned; /* who handed it back since the last settlement */
    size_t returned_count;
    int returns;    /* how often that was */
    int ping_pongs; /* how often it came back from the one it was given to, A to B to A */
    bool dispute;   /* nobody takes it: the first holder leads until a person decides */
};

/* How it stands between an internal ticket and its origin, the external one that it serves. */
enum tie {
    TIE_NONE,     /* it names none */
    TIE_ASKED,    /* no answer yet, or nobody knows it yet */
    TIE_OPEN,     /* it follows that one's urgency */
    TIE_ENDED,    /* that one is resolved or closed */
    TIE_UNKNOWN,  /* asked often enough: there is no such ticket */
    TIE_INTERNAL, /* that one is an internal ticket itself */
    TIE_CROWDED,  /* too many serve that one */
    TIE_COUNT
};

struct origin {
    struct str ticket; /* absent: none */
    enum tie tie;
    unsigned asked;         /* how often */
    time_ms ask_at;         /* when it is asked again; TIME_NEVER: not any more */
    int score, band, floor; /* that one's, as last told */
};

/* Whose time it can be. */
enum party {
    PARTY_DEPARTMENT,
    PARTY_CUSTOMER,
    PARTY_THIRD_PARTY,
    PARTY_DISPUTE,
    PARTY_ENDED, /* after an end that was none, until the ticket was taken up again */
    PARTY_COUNT
};

struct owner {
    enum party party;
    struct str department; /* slug, of PARTY_DEPARTMENT alone */
};

/* What one of them had of a ticket's life, see ledger.h. */
struct share {
    struct owner owner;
    int64_t seconds;
};

/* What a ticket counts as, see census.h. Zeroed: as nothing, there is no such ticket. */
struct standing {
    struct str department; /* slug of the responsible one; as long as the ticket's strings */
    int band;
    bool open;
    bool overdue; /* a promise to the customer is broken and not kept since */
};

/* The ticket's band became another. */
struct band_change {
    int from, to;
    time_ms at;
    struct str by; /* "message e-7", "response breach" */
};

struct ticket {
    struct str id;   /* the key; not part of the encoding */
    time_ms created; /* time of the event that made it: its incarnation */
    uint32_t turns;  /* changes so far, duplicates and timers included: numbers the records */
    enum status status;
    struct str into; /* the ticket that it was merged into; absent: it was not */
    enum wait wait;  /* of a pending one; WAIT_NONE: nobody said, or it does not wait */

    struct str department; /* slug of the responsible one; survives a reload that reorders */
    bool pinned;           /* a person chose it: outranks the tree */
    bool accepted;
    bool unrouted; /* only the root matched */
    struct hands hands;
    struct share *shares; /* of owners until the last change; the rest is the present one's */
    size_t share_count;
    struct str *informed; /* slugs that have had a copy */
    size_t informed_count;

    int score, band;  /* of the ticket: never fall by themselves, see urgency.h */
    int base;         /* highest score of one event without history and floors */
    int floor;        /* highest so far; 0: none */
    struct str label; /* the screening's; absent: none */
    int cap;          /* the screening's band: no more urgent than this; -1: none */
    struct str category;
    struct str *signals; /* names heard so far, for ladder matchers */
    size_t signal_count;
    struct str quote; /* evidence of the strongest signal, for notices; absent: none */

    struct band_change *band_changes; /* oldest first: of a ticket that was ever another's */
    size_t band_change_count;
    int returns, ratings; /* of departments; low ones of the customer: all there ever were */

    struct customer customer;
    int contacts; /* customer messages while open, the opening not */
    int reopens;
    time_ms last_event; /* time of the newest event: what is older is late */
    time_ms last_customer, last_agent, first_reply; /* TIME_NEVER: not yet */
    time_ms resolved_at, closed_at;                 /* TIME_NEVER: it is not */

    struct clock *clocks; /* at most one of a kind, of named ones of a name; in the order they first
                             started */
    size_t clock_count;
    struct climb *climbs;
    size_t climb_count, climb_capacity;

    const unsigned char *seen; /* 8 bytes each, oldest first, as encoded */
    size_t seen_count;
    uint64_t newly_seen; /* 0: none; joins `seen` in the encoding */

    struct origin origin;  /* of an internal ticket */
    struct str *served_by; /* of an external one: the internal ones */
    size_t served_by_count;

    struct row row;
    /* Retention ends, or one that is resolved is closed; TIME_NEVER: it has not ended. */
    time_ms purge_at;

    uint64_t *used; /* definitions it named when it was decoded: state_save compares */
    size_t used_count;
    struct standing standing; /* when it was decoded: the same */
};

/* All times TIME_NEVER, all strings absent, band P4. */
void ticket_init(struct ticket *ticket, struct str id, time_ms created);

/* Appends the encoding to `out`, of that version or, where it has no room for what the ticket has,
 * of the next that does. `deadline` is kept in front for ticket_peek. */
void ticket_encode(const struct ticket *ticket, int version, time_ms deadline, struct buf *out);
/* Strings and identities point into `state`, lists live in `arena`. False + err on anything that
 * ticket_encode does not write; `ticket` is then undefined. */
bool ticket_decode(struct str state, struct str id, struct arena *arena, struct ticket *ticket,
                   struct error *err);
/* The version that it is written in, of any release; 0: it is none. */
int ticket_version(struct str state);
/* The deadline alone. */
bool ticket_peek(struct str state, time_ms *deadline, struct error *err);

/* Whether the identity is among the seen ones. */
bool ticket_has_seen(const struct ticket *ticket, uint64_t identity);
bool ticket_has_informed(const struct ticket *ticket, struct str slug);
void ticket_add_informed(struct ticket *ticket, struct str slug, struct arena *arena);
/* Whether the department handed it back since the last settlement. */
bool ticket_has_returned(const struct ticket *ticket, struct str slug);
void ticket_add_returned(struct ticket *ticket, struct str slug, struct arena *arena);
/* NULL: the ticket has no clock of that kind. */
struct clock *ticket_clock(const struct ticket *ticket, enum clock_kind kind);
/* A new one is off. Valid until the next is made. */
struct clock *ticket_clock_or_new(struct ticket *ticket, enum clock_kind kind, struct arena *arena);
/* The same of a named one. */
struct clock *ticket_named_clock(const struct ticket *ticket, struct str name);
struct clock *ticket_named_clock_or_new(struct ticket *ticket, struct str name,
                                        struct arena *arena);
/* What a climb is about; NULL: the ticket itself. */
struct clock *ticket_clock_of(const struct ticket *ticket, int subject);
/* A zeroed one, the last; valid until the next is added. */
struct climb *ticket_add_climb(struct ticket *ticket, struct arena *arena);

/* The next step's time or the end of an acknowledgement, or TIME_NEVER. */
time_ms climb_deadline(const struct climb *climb, const struct definitions *definitions);

/* The hashes of the definitions it uses, at most `room`, of which a clock and a climb need one
 * each; returns how many. */
size_t ticket_definitions(const struct ticket *ticket, uint64_t *hashes, size_t room);

/* The earliest of everything that can happen by itself, or TIME_NEVER. */
time_ms ticket_deadline(const struct ticket *ticket, const struct definitions *definitions);
