/* What an engine wants done: records to write, in order. Engines return actions, never perform
 * them; the daemon produces them in one transaction, `replay` prints them, tests compare them. */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include "base/arena.h"
#include "base/buf.h"
#include "model/record.h"

/* What each is: include/config/outputs.h has the rows. */
enum output {
    OUTPUT_HOME,       /* forwarded events; `partition` is always set */
    OUTPUT_DEPARTMENT, /* index: the department's place in config->departments */
    OUTPUT_PROMISES,
    OUTPUT_DECISIONS,
    OUTPUT_DEADLETTER,
    OUTPUT_STATE, /* changelog of stage tickets; partition = the task's */
    OUTPUT_NOTICES,
    OUTPUT_ESCALATIONS, /* index: the level's place in config->levels */
    OUTPUT_GROUPS,      /* changelog of stage escalations; partition = the task's */
    OUTPUT_CONFIG,      /* the daemon's own: no engine writes it */
    OUTPUT_COUNT
};

struct action {
    enum output output;
    uint32_t index;
    struct str topic;  /* absent: that of `output` and `index`; else one that the configuration no
                          longer has, and `index` says nothing */
    int32_t partition; /* -1: where murmur2 puts the key */
    struct str key;    /* absent: null */
    struct str value;  /* absent: null, a tombstone */
    const struct header *headers;
    size_t header_count;
};

struct actions {
    struct action *items;
    size_t count;
    size_t capacity;
    struct arena *arena; /* owns every byte the items point at */
};

/* Zeroed action appended; the caller fills it with memory from `actions->arena` (or with memory
 * that outlives the next actions_clear). Partition starts as -1. The pointer is valid until the
 * next actions_add. */
struct action *actions_add(struct actions *actions, enum output output);
void actions_init(struct actions *actions);
void actions_clear(struct actions *actions); /* keeps the memory */
void actions_free(struct actions *actions);
