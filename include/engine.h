/* An engine decides for one task (one partition of one stage). The daemon, `replay`, `diff`,
 * `explain`, `test` and every unit test drive the same calls. It performs nothing: it appends to
 * `struct actions`. It is not thread-safe; tasks share nothing mutable. */
#pragma once

#include <stdbool.h>
#include "base/arena.h"
#include "base/error.h"
#include "base/time.h"
#include "model/actions.h"
#include "model/moment.h"
#include "model/record.h"
#include "model/series.h"

struct config;
struct globals;
struct engine;
struct prepared;

struct engine_setup {
    const struct config *config; /* outlives the engine or is replaced by `configure` */
    struct str topic;            /* the input topic of the task, outlives the engine */
    int32_t partition;
    int32_t partition_count; /* of the input topic */
    int32_t home_partitions; /* of the home topic: where a forward goes */
    int changelog_version;   /* see changelog_begin; 0 is the rule */
    bool alive; /* the machine's clock drives it: what says that it lives is written, too */
    bool changelog_at_commit; /* `changelog` gives it; else each change gives its record at once */
    /* Outlives the engine; NULL: there are none. The caller may exchange tables in it between
     * turns, never during one. */
    const struct globals *globals;
};

struct engine_counter {
    const char *name; /* "applied" */
    bool gauge;       /* how much there is now; else it only grows */
    const char *help; /* a sentence */
};

/* Something that a stage will send by itself. */
struct engine_upcoming {
    struct str name; /* a group of notices; valid until the engine's next change */
    time_ms at;
    size_t size; /* notices in it */
};

/* One row per stage; `include/stages.h` lists them. No call fails except restore: whatever is fed
 * ends as exactly one decision, dead letter or forward. */
struct engine_ops {
    const char *name; /* "tickets" */
    int newest; /* version of its changelog's records that this release can write; 0: it has none */
    /* The one that it writes; 0: nothing was written yet. NULL: it has no changelog. */
    int (*written)(const struct engine *engine);

    struct engine *(*create)(const struct engine_setup *setup);
    void (*destroy)(struct engine *engine);

    /* Needs no ticket and changes nothing that decides, so it may run ahead while a transaction
     * commits: decodes and matches text, with the engine's configuration and scratch memory. The
     * result lives in `arena`; it borrows `record` and its bytes, and becomes stale with
     * `configure`. Never NULL. */
    struct prepared *(*prepare)(struct engine *engine, const struct record *record,
                                struct arena *arena);
    /* The event's own time, TIME_NEVER where the record is no event of this task (dead letter,
     * forward): it then does not move stream time. */
    time_ms (*prepared_time)(const struct prepared *prepared);

    /* One record happened. */
    void (*feed)(struct engine *engine, struct prepared *prepared, const struct moment *moment,
                 struct actions *actions);
    /* The record killed the process `attempts` times: dead-letter it without looking inside. */
    void (*poison)(struct engine *engine, const struct record *record, int attempts,
                   const struct moment *moment, struct actions *actions);
    /* Time passed: fires at most `limit` due deadlines in order of their time. True when more are
     * due at this moment (call again after taking the actions). */
    bool (*tick)(struct engine *engine, const struct moment *moment, unsigned limit,
                 struct actions *actions);
    /* The next moment that matters, or TIME_NEVER. */
    time_ms (*next)(const struct engine *engine);

    /* One changelog record (value absent: tombstone), oldest first, before anything is fed. */
    bool (*restore)(struct engine *engine, struct str key, struct str value, struct error *err);
    /* The changelog is read to its end; checks its `m/` record against the setup. */
    bool (*restored)(struct engine *engine, struct error *err);

    /* Before a commit, where the setup says that changelog records wait for it: what changed since
     * the last mark and is still there, one record a key. The bytes die with the next change. NULL:
     * no record ever waits. */
    void (*changelog)(const struct engine *engine, struct actions *actions);
    /* Whether it would give any. NULL: where the engine changes it appends something, too. */
    bool (*unsaved)(const struct engine *engine);
    /* Transaction bounds: `mark` forgets the undo log, `undo` returns to the last mark. */
    void (*mark)(struct engine *engine);
    void (*undo)(struct engine *engine);
    /* Only right after `mark`. Prepared events made with the old one must be prepared again. */
    void (*configure)(struct engine *engine, const struct config *config);

    /* For /metrics and the log, a value for each row. What only grows counts committed work alone:
     * as of the last `mark`. */
    const struct engine_counter *counter_rows; /* a row without a name ends them */
    void (*counters)(const struct engine *engine, uint64_t *values);
    /* The same with labels; the two pointers are NULL where there are none. May look at all of
     * the state: not to be called each turn. */
    const struct series_row *series_rows; /* a row without a name ends them */
    void (*series)(const struct engine *engine, series_fn *each, void *arg);
    /* For people: how many deadlines lie at or before `until`. NULL: the stage has none. */
    size_t (*due)(const struct engine *engine, time_ms until);
    /* For people: what is sent next, soonest first, at most `most` into `list`; how many. NULL: the
     * stage sends nothing by itself. */
    size_t (*upcoming)(const struct engine *engine, struct engine_upcoming *list, size_t most);
};

/* Time for one task: decides `struct moment`. In stream mode time is the highest event time. Wall
 * time is stream time that the clock may overtake: records bring it as far as their Kafka
 * timestamps, and only a task that has read all its input lets the clock take it further. */
struct task_clock {
    enum clock_mode mode;
    time_ms stream; /* committed with every transaction; restore it from there */
    time_ms now;    /* last given out */
    time_ms passed; /* time passed up to here: deadlines until then are no longer to come */
    time_ms wall;   /* the latest that the machine's clock has said; 0: it was not asked */
    uint64_t fired; /* deadlines so far */
};

/* Lets time pass up to the record that is fed next, deadline by deadline in order, and stops after
 * `limit` of them. True when more come before the record: call again after taking the actions.
 * `wall` is now, in wall mode. */
bool engine_reach(const struct engine_ops *ops, struct engine *engine, struct task_clock *clock,
                  const struct prepared *prepared, time_ms record_timestamp, time_ms wall,
                  unsigned limit, struct actions *actions);
/* Feeds one record at its moment: first time passes up to it, all of it. */
void engine_turn(const struct engine_ops *ops, struct engine *engine, struct task_clock *clock,
                 struct prepared *prepared, time_ms record_timestamp, time_ms wall,
                 struct actions *actions);
/* Gives a record up that killed the process `attempts` times: see `poison`. */
void engine_poison(const struct engine_ops *ops, struct engine *engine, struct task_clock *clock,
                   const struct record *record, int attempts, time_ms wall,
                   struct actions *actions);
/* Lets time pass up to `until` without a record, deadline by deadline. */
void engine_advance(const struct engine_ops *ops, struct engine *engine, struct task_clock *clock,
                    time_ms until, struct actions *actions);
/* Wall mode: lets the clock pass, at most `limit` deadlines; in stream mode nothing happens. A task
 * that is `behind` (its input is known to hold more than was fed) fires only what is due at the
 * time its records brought. True when more is due than `limit`. */
bool engine_pass(const struct engine_ops *ops, struct engine *engine, struct task_clock *clock,
                 bool behind, time_ms wall, unsigned limit, struct actions *actions);
/* When engine_pass wants to be called next (wall clock), or TIME_NEVER. */
time_ms engine_wake(const struct engine_ops *ops, const struct engine *engine,
                    const struct task_clock *clock, bool behind);
