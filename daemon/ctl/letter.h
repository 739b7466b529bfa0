/* One dead letter, as operators see it: where it lies, where it came from and what is wrong with
 * it. */
#pragma once

#include <librdkafka/rdkafka.h>
#include <stdbool.h>
#include "base/arena.h"
#include "base/buf.h"
#include "encode/deadletter.h"
#include "model/record.h"

enum { LETTER_REPLAYS_MOST = 3 }; /* requeued so often it stays where it is */

struct letter {
    struct record record;  /* as it lies in the dead-letter topic */
    struct str reason, at; /* ombud-error; ombud-at, absent: of what could not be written */
    enum deadletter_kind kind;
    struct str topic;  /* it came from, or should have gone to */
    int32_t partition; /* of `topic`; -1: not told */
    int64_t offset;    /* -1: not told */
    bool output;       /* ours, and could not be written */
    struct str ticket; /* absent: it tells of none */
    int replays;
};

/* Which are meant; zeroed: all. */
struct letter_filter {
    const char *reason; /* a kind ("json"), or a part of the sentence, without case */
    const char *topic;  /* it came from */
    const char *ticket;
    time_ms since, until; /* of the dead letter; 0: no bound */
};

/* Borrows `message`; the rest is in `arena`. */
void letter_read(const rd_kafka_message_t *message, struct arena *arena, struct letter *letter);
bool letter_matches(const struct letter *letter, const struct letter_filter *filter);

/* "2026-11-21 09:00:04  3/1042  ombud.events/3/99817  T-1  a string is not closed (byte 17)" */
void letter_line(const struct letter *letter, struct buf *out);
/* All of it, headers and text. */
void letter_tell(const struct letter *letter, struct buf *out);
/* As an object of JSON; the value, too, if `whole`. */
void letter_json(const struct letter *letter, bool whole, struct buf *out);
