/* Records as lines of JSON: what `replay` reads and writes. A line is an event, or a record as
 * {topic, partition, offset, timestamp, key, headers, value | value_base64}. */
#pragma once

#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"
#include "json/json.h"
#include "model/actions.h"

struct config;

/* Where a line that is a bare event stands, and when. */
struct line_defaults {
    struct str topic;  /* the home topic */
    int64_t offset;    /* counts bare events */
    time_ms timestamp; /* of the line before (of the first: now), for an event without a time */
    const struct config *config; /* borrowed: formats, which know where an event's time is */
};

/* The record of a line, in `arena` and in the line. A bare event's Kafka timestamp is its own time,
 * as its format reads it; its key is its ticket. `*bare` tells which form it was. False + err with
 * the byte where the line is no JSON; a bare line that is no JSON is a record all the same, as it
 * is for the daemon. */
bool record_from_line(struct str line, const struct line_defaults *defaults, struct arena *arena,
                      struct record *record, bool *bare, struct error *err);

/* The record of an object that says {topic, ..., value}: absent or 0 is what it leaves out. `text`
 * has passed json_check, `root` is its tree; the record lives in them and in `arena`. */
bool record_from_object(struct str text, const cJSON *root, struct arena *arena,
                        struct record *record, struct error *err);

/* How far a record brings time: its Kafka timestamp, 0 where that cannot be. */
time_ms record_arrival(const struct record *record);

/* {"topic":...,"key":...,"headers":{...},"value":...} and a newline. Bytes that are no JSON are
 * given as value_base64; with `packed` all are. */
void action_to_line(const struct action *action, const struct config *config, bool packed,
                    struct buf *out);
