/* A record as it was read from Kafka or from a file. Everything is borrowed from the reader. */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include "base/str.h"
#include "base/time.h"

struct header {
    struct str name;
    struct str value; /* absent: the header's value is null */
};

struct record {
    struct str topic;
    int32_t partition;
    int64_t offset;
    time_ms timestamp; /* Kafka's, ms */
    struct str key;    /* absent: null */
    struct str value;  /* absent: null (a tombstone) */
    const struct header *headers;
    size_t header_count;
};

/* The last header of that name (names are case-sensitive), or absent. */
struct str record_header(const struct record *record, const char *name);

/* Headers of a forwarded record: what it brings along of its first place. */
#define FORWARD_FROM "ombud-from"           /* "topic/partition/offset" it was first read at */
#define FORWARD_FORMAT "ombud-format"       /* the source's format */
#define FORWARD_TIMESTAMP "ombud-timestamp" /* Kafka's first timestamp, decimal ms */
/* Of one that the router wrote for another ticket: "topic/partition/offset" that made it do so, or
 * "topic/partition/timer". What producers write of `linked` and `origin_changed` lacks it. */
#define LINK_FROM "ombud-link"
/* Of one that was passed on to the ticket that its own was merged into: */
#define FORWARD_TICKET "ombud-ticket" /* that ticket, whatever the record's text says */
#define FORWARD_PASSED "ombud-passed" /* how often, and "topic/partition/offset" it was last at */
