/* How urgent: integers only, every contribution kept. */
#pragma once

#include "config/config.h"
#include "model/event.h"
#include "text/lexicon.h"

struct evidence {
    struct str field;    /* "body", "subject", "customer.tier", "contacts" ... */
    struct str text;     /* matched words, or the compared value */
    uint32_t from, to;   /* byte offsets into the original field; both 0: no text */
};

struct signal {
    struct str name;     /* "text.safety", "customer.tier" */
    enum score_family family;
    int points;          /* what it added, after diminishing and caps */
    int floor;           /* 0: none */
    struct str rule;     /* "zh/safety:12", or the setting: "score.tiers.gold" */
    struct evidence *evidence;
    size_t evidence_count;
};

/* What the ticket's past adds. */
struct history {
    int contacts;        /* customer messages while open, this one included, the opening not */
    int reopens;
};

struct score {
    int points;          /* 0..100 */
    int band;            /* 0..3 */
    int floor;           /* highest floor that applied, 0: none */
    struct signal *signals; /* in family order, then by points, descending */
    size_t signal_count;
    struct str *names;   /* the signals' names, for facts */
};

/* Scores what this event says. `category` is the ticket's. Memory from `arena`. */
void score_event(const struct config *config, const struct event *event, const struct hit *hits,
                 size_t hit_count, const struct customer *customer, struct str category,
                 const struct history *history, struct arena *arena, struct score *score);
/* The band of a score under the configured thresholds. */
int score_band(const struct config *config, int points);
