/* A task: one partition of one stage. Its engine, its clock, where it is in its input, and the
 * records that are read ahead of the engine. Belongs to one worker's thread; while it is being
 * restored, to the restorer's, who fills in what restore finds. All others look at it and change it
 * by the verbs, which keep positions, clock and care in step with the engine's undo log. */
#pragma once

#include <librdkafka/rdkafka.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include "exactly_once/care.h"
#include "config/config.h"
#include "engine.h"
#include "host/failpoint.h"
#include "kafka/offsets.h"
#include "stages.h"

/* What the open transaction is for, beside what was fed. */
enum task_aim {
    TASK_GO_ON,
    TASK_ARM, /* commits the attempt ahead of the next event, see care.h */
    TASK_END  /* the last one here: says that nothing died */
};

/* Memory of records read one after the other: it goes when the last of them is fed, so that a task
 * that has read much ahead keeps none of it. */
struct batch {
    struct arena *arena;
    size_t records; /* that wait */
};

/* One record read and prepared, waiting for the engine. */
struct ahead {
    struct batch *batch;
    rd_kafka_event_t *event; /* owns the bytes */
    int64_t offset;
    time_ms timestamp;
    struct record *record;
    struct prepared *prepared; /* NULL: not prepared (yet) */
};

/* What goes back with an abort, and forward with a commit. */
struct task_mark {
    int64_t position; /* next offset to feed */
    struct offset_note note;
    struct care care;
    struct task_clock clock;
    uint64_t records; /* fed since it runs here; for people */
};

struct task {
    enum stage stage;
    const struct stage_row *row;
    char *topic;
    struct engine_setup setup;
    struct engine *engine; /* NULL until restored */

    struct task_mark current, marked; /* marked: as last committed */
    bool changed;                     /* takes part in the open transaction */
    enum task_aim aim;                /* of the open transaction */
    int fed;                          /* events in the open transaction */

    atomic_bool cancelled;         /* nobody waits for its restore any more */
    struct failpoints *failpoints; /* may be NULL */
    rd_kafka_queue_t *queue;       /* NULL until running */
    int64_t next_read;             /* next offset to take from the queue */
    int64_t end_seen;              /* the input ended here when we last got there; -1: never */
    int64_t must_reach;            /* the input is known to reach so far */
    bool unsure;           /* we may have missed news of the input: ask before deadlines fire */
    struct batch *filling; /* of the records read last, or NULL */
    struct ahead *ahead;
    size_t ahead_count, ahead_first, ahead_capacity;
    size_t ahead_bytes; /* of all batches */

    /* for people */
    int64_t high_watermark; /* last known, -1 */
    time_ms restore_ms;
    uint64_t restore_records;
    /* Of a restore under way: offsets of its changelogs that there are to read, and that are read.
     * The restorer's thread writes them, the worker's reads them. */
    atomic_llong restore_offsets, restore_passed;
    size_t due_hour; /* see report.h */
    char *refusal;   /* why it cannot be restored or read any more, or NULL */
};

/* `home_partitions` as in engine_setup. The configuration outlives the task. */
struct task *task_new(enum stage stage, const struct config *config, const char *topic,
                      int32_t partition, int32_t partition_count, int32_t home_partitions);
void task_free(struct task *task); /* NULL is fine */

/* Where restore found it: position and note as committed. */
void task_place(struct task *task, int64_t position, const struct offset_note *note);
/* From the worker, while the restorer has it: give it back soon, restored or not. */
void task_cancel(struct task *task);
/* Another configuration; what waits is prepared again. Not while the restorer has it. */
void task_configure(struct task *task, const struct config *config);
/* Its own queue, taken out of the consumer's; news are written to `fd`. */
void task_attach(struct task *task, rd_kafka_t *consumer, int fd);

enum task_read {
    TASK_READ,  /* one record more waits in `ahead` */
    TASK_EMPTY, /* nothing there now */
    TASK_BROKEN /* `refusal` says what is wrong with the input */
};
/* Takes the next record from the queue; offsets seen already are dropped. It is
 * prepared at once where the attempt at it is committed already, else with task_feed. */
enum task_read task_read(struct task *task);
/* The next record to feed, or NULL. */
struct ahead *task_next(const struct task *task);
/* Lets time pass up to it, at most `limit` deadlines, then feeds it to the engine and lets go of
 * it. False when more deadlines come first: call again after taking the actions. */
bool task_feed(struct task *task, time_ms wall, unsigned limit, struct actions *actions);
/* Gives it up: it killed the process too often. */
void task_give_up(struct task *task, time_ms wall, struct actions *actions);

/* Deadlines that the clock alone lets fire, see engine_pass and engine_wake: those that the task
 * may not judge now (it is behind its input) wait. */
bool task_pass(struct task *task, time_ms wall, unsigned limit, struct actions *actions);
time_ms task_wake(const struct task *task);

/* News of its input may have been missed: no deadline fires before somebody asked the broker. */
void task_distrust(struct task *task);
/* Somebody did: the input reaches up to `end`. */
void task_trust(struct task *task, int64_t end);
/* Offsets of the input that were not fed yet. Transaction markers take some, too; those at the end
 * of what was read do not count, those in between do. */
int64_t task_lag(const struct task *task);
/* Whether more is known to be in the input than was fed. */
bool task_is_behind(const struct task *task);

/* Its last commit does not say yet that nothing died: see TASK_END. */
bool task_wants_end(const struct task *task);
/* The open transaction is its last: it shall say that nothing died. */
void task_say_goodbye(struct task *task);
/* Whether the engine changed without a word that is in an output already. */
bool task_is_unsaved(const struct task *task);
/* Appends the changelog records that waited for the commit; their bytes die with the next change.
 */
void task_changelog(const struct task *task, struct actions *actions);
/* The metadata that the open transaction commits for it, counter raised. */
struct offset_note task_note(const struct task *task, int commit_records);
/* The transaction committed `note`, or was undone. */
void task_committed(struct task *task, const struct offset_note *note);
void task_undo(struct task *task);
/* Forgets what was read but not fed, so that it is read again from `current.position`. */
void task_rewind(struct task *task);
