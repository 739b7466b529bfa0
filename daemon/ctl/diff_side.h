/* What one configuration made of recorded events, ticket by ticket: half of `ombudctl diff`. */
#pragma once

#include "base/error.h"
#include "base/table.h"
#include "config/config.h"
#include "ctl/diff_open.h"

struct customers;
struct course;
struct messages;

/* Plain data; strings live in the side. */
struct fate {
    struct str ticket;
    struct str first, last;       /* departments: the first that was responsible, and the last */
    int first_band, highest_band; /* 0..3; the highest is the most urgent it ever had */
    int score;                    /* the last */
    struct str label;             /* the last, or absent */
    unsigned told;                /* escalation steps */
    unsigned holders;             /* how often it got a holder */
    bool breached;                /* a promise to the customer */
    bool internal;                /* one that customers do not hear of */
    bool open;
};

struct load {
    struct str department;
    unsigned received;   /* tickets it was ever given */
    unsigned open, peak; /* at the end, and the most at once */
};

struct side {
    const struct config *config;
    const struct customers *customers; /* NULL: none */
    struct arena *arena;
    struct table *fates; /* of struct fate */
    struct table *loads; /* of struct load */
    struct course *course;
    struct messages *messages;
    uint64_t events, dead_letters;
    const struct config *reload; /* afterwards this one comes by reload; NULL: none does */
    struct open_change open_change;
};

/* Borrows both; `customers` may be NULL. */
struct side *side_open(const struct config *config, const struct customers *customers);
void side_close(struct side *side); /* NULL is fine */
/* Runs the files through; then lets time pass up to `until` (TIME_NEVER: it does not). False + err
 * "file:line: sentence". Each side may run in a thread of its own. */
bool side_run(struct side *side, char *const *paths, int count, time_ms until, struct error *err);
