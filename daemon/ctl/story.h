/* Output records told in words, for `watch` and `ticket`. */
#pragma once

#include <stdbool.h>
#include "base/buf.h"
#include "base/zone.h"
#include "config/config.h"

struct story_record {
    struct str topic, key, value;
    struct str refusal; /* header ombud-error of a dead letter, else absent */
    struct str origin;  /* header ombud-topic of it */
    int32_t partition;
    int64_t offset;
    time_ms timestamp; /* Kafka's */
};

/* Kinds of records, in the order of story_kinds. */
enum { STORY_KINDS = 7 };
extern const char *const story_kinds[STORY_KINDS + 1]; /* NULL-terminated, the last dead letters */

/* Of which records is told; zeroed: of all. */
struct story_filter {
    bool kinds[STORY_KINDS]; /* none: all */
    struct str department; /* that has or gets the ticket, or whose people are told; absent: all */
    int bands;             /* only the so many most urgent; 0: all */
};

/* How the account is told. */
struct story {
    const struct config *config;
    const struct zone *zone;
    struct str ticket; /* nothing is told of others; absent: all are */
    struct story_filter filter;
    bool colour;  /* with ANSI escapes */
    bool life;    /* of one ticket: with the days, and each step of its ladders */
    char day[11]; /* told last, "2026-11-21"; zeroes in the beginning */
};

/* What is told of this day needs no date. */
void story_begin_day(struct story *story, time_ms now);

/* Whether the record says something about the story's ticket. */
bool story_concerns(const struct story *story, struct str value);
/* Appends some lines about one output record, or nothing where it does not concern the ticket. */
void story_tell(struct story *story, const struct story_record *record, struct buf *out);
/* Where the ticket stands after this decision, its last. */
void story_end(struct story *story, struct str decision, struct buf *out);
