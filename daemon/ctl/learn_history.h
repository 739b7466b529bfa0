/* What `learn` keeps of recorded events: for each ticket what it said when it was opened, and who
 * resolved it in the end. */
#pragma once

#include "base/error.h"
#include "base/table.h"
#include "config/config.h"
#include "model/record.h"

/* A feature without the place where it stood: tickets are many. */
struct learn_mark {
    uint16_t bucket;
    uint8_t count;
};

struct learn_ticket {
    struct str id, account; /* without an account the contact, else the ticket itself */
    time_ms opened, resolved_at;
    struct learn_mark *marks;
    size_t mark_count;
    int holder;     /* the last that an event named; -1: none, or one that is not configured */
    int department; /* who resolved it; -1: as holder */
    int tree;       /* where the configured tree sends it, without anything learned */
    bool heard;     /* its text was there */
    bool floored;   /* it tells of a danger */
    bool resolved, reopened;
};

struct learn_history {
    const struct config *config;
    struct arena *arena, *line; /* of everything; of one record */
    struct table *tickets;      /* of struct learn_ticket */
    struct lexicon_scratch *words;
    struct match_scratch *matching;
    struct features *features;
    unsigned long events, unreadable;
};

/* Borrows the configuration. */
struct learn_history *history_open(const struct config *config);
void history_close(struct learn_history *history); /* NULL is fine */

/* One record of an input topic; in the order of time. */
void history_take(struct learn_history *history, const struct record *record);
/* Lines as `replay` reads them. False + err "file:line: sentence". */
bool history_file(struct learn_history *history, const char *path, struct error *err);
/* All that a topic holds by now. False + err. Blocks. */
bool history_topic(struct learn_history *history, struct str topic, struct error *err);
