/* What cannot be an event keeps its bytes and gets a reason. Every stage writes dead letters. */
#pragma once

#include "encode/headers.h"
#include "model/actions.h"
#include "model/record.h"
#include "model/series.h"

struct config;
struct rule_hits;

#define DEADLETTER_ERROR "ombud-error"
#define DEADLETTER_AT "ombud-at" /* JSON pointer, or "byte 17"; "" for the whole record */
#define DEADLETTER_TOPIC "ombud-topic"
#define DEADLETTER_PARTITION "ombud-partition"
#define DEADLETTER_OFFSET "ombud-offset"
/* Of a record that could not be written, instead of the four above: where it should have gone. */
#define DEADLETTER_OUTPUT "ombud-output"
/* Of one that came back: how often it was requeued. Kept by whatever happens to it then. */
#define DEADLETTER_REPLAYS "ombud-replays"
/* What Kafka Connect calls the same, for tools that know its dead letters. */
#define DEADLETTER_CONNECT "__connect.errors."
#define DEADLETTER_REASON_EXPIRED "expired" /* may be requeued with an earlier clock */

/* Why records become dead letters, as far as programs count it. */
enum deadletter_kind {
    DEADLETTER_JSON,    /* no JSON, or not as strict as it must be */
    DEADLETTER_TYPE,    /* no type, or none that is known */
    DEADLETTER_TICKET,  /* no ticket */
    DEADLETTER_RECORD,  /* something else is wrong with the whole record */
    DEADLETTER_EXPIRED, /* too old for a ticket that nobody remembers */
    DEADLETTER_POISON,  /* it ended the process again and again */
    DEADLETTER_KINDS
};
const char *deadletter_kind_name(enum deadletter_kind kind); /* "json" */
enum deadletter_kind deadletter_kind_of(struct str reason, struct str at);

/* How many of each. */
struct deadletter_tally {
    uint64_t counts[DEADLETTER_KINDS];
};
uint64_t deadletter_total(const struct deadletter_tally *tally);
/* The row that they make, and what it has. */
#define DEADLETTER_SERIES                                                                          \
    {                                                                                              \
        "deadletter_reasons", false, "Dead letters by what is wrong with them.",                   \
        {                                                                                          \
            "reason"                                                                               \
        }                                                                                          \
    }
void deadletter_series(const struct deadletter_tally *tally, int row, series_fn *each, void *arg);

/* Whether a header tells of a death, ours or Kafka Connect's: a record that lives again has none.
 */
bool deadletter_tells(struct str name);

/* Who writes them. */
struct deadletter_writer {
    const struct config *config;
    const char *stage; /* its SOURCE_ */
    struct deadletter_tally *tally;
    struct rule_hits *hits; /* of the escalation rule that says who hears of it */
};

/* Appends the dead letter (original key, bytes and headers plus the five above and Kafka Connect's
 * names for them, which replace older ones of the same name) and the notice that tells the root
 * department's lead, or whom the first escalation rule `on: deadletter` names in its ladder's first
 * step; no notice for a record whose Kafka timestamp lies before quiet_before. Everything is copied
 * into `actions->arena`, and counted. */
void deadletter_add(const struct deadletter_writer *writer, const struct record *record,
                    struct str reason, struct str at, time_ms now, struct actions *actions);
/* The same of a record that ended the process `attempts` times: nobody looks inside. */
void deadletter_poison(const struct deadletter_writer *writer, const struct record *record,
                       int attempts, time_ms now, struct actions *actions);
