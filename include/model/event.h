/* One thing that happened to a ticket, in the form the rest of the core uses. Plain data; every
 * string is borrowed from the arena (or record) it was decoded from. Absent fields are STR_NONE,
 * TIME_NEVER, 0 or -1 as noted. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/str.h"
#include "base/time.h"
#include "model/record.h"

enum event_type {
    EVENT_OPENED,
    EVENT_MESSAGE,
    EVENT_UPDATED,
    EVENT_ASSIGNED,
    EVENT_ACCEPTED,
    EVENT_RETURNED,
    EVENT_PENDING,
    EVENT_RESUMED,
    EVENT_PROMISED,
    EVENT_EXTENDED,
    EVENT_RESOLVED,
    EVENT_REOPENED,
    EVENT_CLOSED,
    EVENT_MERGED,
    EVENT_RATED,
    EVENT_ACKNOWLEDGED,
    EVENT_UNACKNOWLEDGED,
    EVENT_SETTLED,
    EVENT_FULFILLED,
    EVENT_ERASED,
    EVENT_SNAPSHOT,
    EVENT_LINKED,         /* written by ombudd alone */
    EVENT_ORIGIN_CHANGED, /* written by ombudd alone */
    EVENT_LOAD,           /* written by ombudd alone: no ticket's */
    EVENT_ACCOUNT_ERASED, /* written by ombudd alone: no ticket's */
    EVENT_TYPE_COUNT
};

const char *event_type_name(enum event_type type); /* "opened" */
bool event_type_parse(struct str name, enum event_type *type);
/* Written by ombudd alone, in the home topic. */
bool event_type_is_ours(enum event_type type);
/* Told by one partition of the home topic to each other: at home wherever it is. */
bool event_type_is_between_partitions(enum event_type type);

enum sender { SENDER_CUSTOMER, SENDER_AGENT, SENDER_INTERNAL };

/* A scalar of `attributes`: numbers and booleans also keep their text. */
enum attribute_kind { ATTRIBUTE_STRING, ATTRIBUTE_NUMBER, ATTRIBUTE_BOOLEAN };
struct attribute {
    struct str name;
    enum attribute_kind kind;
    struct str text; /* "true", "12.5", "north" */
    double number;   /* of ATTRIBUTE_NUMBER */
};

/* Names of something (a category, a tier, who did it) are kept with the ticket and told in every
 * notice: longer ones are cut. In bytes. */
enum { EVENT_WORD_MAX = 256 };

/* Who the customer is, as the event says; enrichment fills gaps from `ombud.customers`. */
struct customer {
    bool given;         /* the event had a customer object */
    bool internal;      /* kind: internal */
    struct str account; /* default: contact */
    struct str contact;
    struct str department; /* internal only: slug, name or alias as written */
    struct str tier;
    struct str lifecycle;
    int value;      /* 0-100, -1: unknown */
    int vulnerable; /* 0, 1, -1: unknown */
};

struct event {
    enum event_type type;
    struct str ticket; /* 1-128 bytes; absent: the event is about an account, see event_key */
    struct str id;     /* 1-128 bytes; "topic/partition/offset" where the producer gave none */
    bool id_given;
    struct str source; /* identity is (source, id): CloudEvents source or first topic */
    time_ms time;      /* at the source; clamped to at most 5 min ahead of `timestamp` */
    time_ms timestamp; /* Kafka's, of the first record (ombud-timestamp of a forward). Where Kafka's
                        * cannot be, `time`; both are TIME_NEVER until event_arrive where that is
                        * not known either */

    struct customer customer;
    enum sender from; /* of a message; customer unless said otherwise */
    bool automated;
    bool seems_automated; /* not said: the mail's headers or its words look like it */
    struct str subject, body, lang, channel, category;
    const struct str *tags;
    size_t tag_count;
    int priority; /* 1-4, 0: unknown */
    struct str department, reason, reason_code, by, by_department;
    struct str trigger, group;
    time_ms due;      /* of promised, extended; else TIME_NEVER */
    struct str clock; /* of fulfilled: its name */
    struct str on;    /* of pending: customer | third_party */
    struct str cause, remedy, fault;
    int rating; /* 1-5, 0: unknown */
    int solved; /* 0, 1, -1: unknown */
    struct str comment, of_department;
    struct str into, origin, status;
    const struct attribute *attributes;
    size_t attribute_count;

    const struct str *warnings; /* sentences about what was left out or clamped, in order */
    size_t warning_count;
    struct str unclear;      /* a field that could not be read and without which the event would
                              * say more than was meant: it is to be rejected */
    unsigned unknown_fields; /* members that no field takes */
    unsigned missing_fields; /* what the source's format looked for in vain */
    bool initial;            /* a row of a first copy: builds state, never escalates */
};

/* By what it has a home partition: its ticket, or of an `erased` without one the account. */
struct str event_key(const struct event *event);
/* What stands in for an event where time alone makes a turn of the ticket. */
struct event event_blank(struct str ticket, const struct customer *customer, time_ms now);

const struct attribute *event_attribute(const struct event *event, struct str name); /* or NULL */
