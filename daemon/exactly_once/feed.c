#include "exactly_once/feed.h"

#include <stdlib.h>

#include "base/mem.h"
#include "encode/deadletter.h"
#include "host/now.h"
#include "text/mask.h"

enum {
    SLICE = 64,             /* records between two looks at the clock */
    RUN = 4096,             /* records of one task before the next one has its turn */
    REST_MS = 1000,         /* what a slow broker may make the next transaction wait, at most */
    TURN_US = 2000,         /* how long one turn may feed */
    AHEAD_BYTES = 16 << 20, /* what all tasks together have read ahead */
    IDLE_MS = 1000
};

struct feeder {
    struct transaction *transaction;
    const struct config *config;
    struct failpoints *failpoints;
    struct log *log;
    struct actions actions;
    size_t first;              /* whose turn it is */
    int run;                   /* records it was fed in its turn */
    int fed;                   /* events in the open transaction */
    size_t firing;             /* whose deadlines are next */
    uint64_t fired, fired_now; /* deadlines in the open transaction, and in this turn */
    bool end, more;
    time_ms due;      /* of the open transaction */
    time_ms last_end; /* when the last transaction began to end */
    time_ms rest; /* when the next may end in a backlog: a slow broker gets fewer, larger ones */
    struct latency latency; /* of decisions */
};

struct feeder *feeder_new(struct transaction *transaction, const struct config *config,
                          struct failpoints *failpoints, struct log *log)
{
    struct feeder *feeder = mem_alloc(sizeof(*feeder));
    feeder->transaction = transaction;
    feeder->config = config;
    feeder->failpoints = failpoints;
    feeder->log = log;
    actions_init(&feeder->actions);
    return feeder;
}

void feeder_free(struct feeder *feeder)
{
    if (feeder == NULL)
        return;
    actions_free(&feeder->actions);
    free(feeder);
}

void feeder_configure(struct feeder *feeder, const struct config *config)
{
    feeder->config = config;
}

/* After a quiet interval the first event commits at once; otherwise commits keep a steady beat,
 * whatever each of them takes. */
static void take_part(struct feeder *feeder, struct task *task, time_ms now)
{
    if (transaction_state(feeder->transaction) == TRANSACTION_IDLE) {
        transaction_open(feeder->transaction);
        time_ms beat = feeder->last_end + feeder->config->commit_interval;
        feeder->due = time_max(now, beat);
    }
    transaction_join(feeder->transaction, task);
}

static struct str header_value(const struct action *action, const char *name)
{
    for (size_t i = 0; i < action->header_count; i++) {
        if (str_is(action->headers[i].name, name))
            return action->headers[i].value;
    }
    return STR("");
}

/* A producer's mistake is mended by people, who look for it by its place. By its key, too, which
 * most producers make the ticket. */
static void tell_dead_letter(struct feeder *feeder, const struct task *task,
                             const struct action *letter)
{
    int64_t offset = -1;
    str_to_int(header_value(letter, DEADLETTER_OFFSET), &offset);
    struct str reason =
        mask_personal(header_value(letter, DEADLETTER_ERROR), feeder->actions.arena);
    struct log_place place = { task->topic, task->setup.partition, offset, letter->key };
    log_at(feeder->log, LOGGED_WARNING, &place, "dead letter: %s partition %d offset %lld: %.*s",
           task->topic, task->setup.partition, (long long)offset, STR_ARG(reason));
}

static void write_out(struct feeder *feeder, const struct task *task)
{
    for (size_t i = 0; i < feeder->actions.count; i++) {
        if (feeder->actions.items[i].output == OUTPUT_DEADLETTER)
            tell_dead_letter(feeder, task, &feeder->actions.items[i]);
    }
    transaction_write(feeder->transaction, &feeder->actions);
    if (transaction_bytes(feeder->transaction) >= (size_t)feeder->config->buffer_bytes)
        feeder->end = true;
}

/* Of that task, since it had fired `before` of them. */
static void count_fired(struct feeder *feeder, const struct task *task, uint64_t before)
{
    uint64_t fired = task->current.clock.fired - before;
    feeder->fired_now += fired;
    feeder->fired += fired;
    if (feeder->fired >= FEEDER_FIRES)
        feeder->end = true;
}

/* However many fall due at once, the loop turns. */
static bool turn_is_over(const struct feeder *feeder, int64_t deadline)
{
    return feeder->fired_now >= FEEDER_FIRES_TURN || now_monotonic_us() >= deadline;
}

enum step {
    STEP_FED,
    STEP_PASSED, /* some deadlines before the record; more are to come */
    STEP_NOTHING,
    STEP_ENDS,
    STEP_BROKEN
};

/* One record of one task, with the care it needs. */
static enum step feed_one(struct feeder *feeder, struct task *task, time_ms now, time_ms wall,
                          struct error *err)
{
    struct care *care = &task->current.care;
    if (task_next(task) == NULL) {
        enum task_read read = task_read(task);
        if (read == TASK_BROKEN) {
            error_set(err, "%s", task->refusal);
            return STEP_BROKEN;
        }
        if (read == TASK_EMPTY)
            return STEP_NOTHING;
        FAILPOINT(feeder->failpoints, "after_poll");
    }
    bool gives_up = care_gives_up(care);
    if (task->fed >= care_batch(care, feeder->config->commit_records)) {
        feeder->end = true;
        return STEP_ENDS;
    }
    take_part(feeder, task, now);
    if (!care->armed && !gives_up) {
        task->aim = TASK_ARM;
        feeder->end = true;
        return STEP_ENDS;
    }
    actions_clear(&feeder->actions);
    time_ms timestamp = task_next(task)->timestamp;
    uint64_t before = task->current.clock.fired;
    bool fed = true;
    if (gives_up)
        task_give_up(task, wall, &feeder->actions);
    else
        fed = task_feed(task, wall, task->row->pass, &feeder->actions);
    count_fired(feeder, task, before);
    write_out(feeder, task);
    if (fed && task->stage == STAGE_TICKETS && timestamp >= 0)
        latency_add(&feeder->latency, wall - timestamp);
    if (fed && ++feeder->fed >= feeder->config->commit_records)
        feeder->end = true;
    if (feeder->end)
        return STEP_ENDS;
    return fed ? STEP_FED : STEP_PASSED;
}

static enum step feed_slice(struct feeder *feeder, struct task *task, time_ms now, time_ms wall,
                            struct error *err)
{
    if (task->aim == TASK_ARM)
        return STEP_NOTHING;
    enum step step = STEP_NOTHING;
    for (int i = 0; i < SLICE; i++) {
        step = feed_one(feeder, task, now, wall, err);
        if (step != STEP_FED)
            return step == STEP_NOTHING && i > 0 ? STEP_FED : step;
    }
    return step;
}

static void next_task(struct feeder *feeder)
{
    feeder->first++;
    feeder->run = 0;
}

/* What escalates does not queue behind complaints. */
static bool feed_first(struct feeder *feeder, struct task **tasks, size_t count, time_ms now,
                       time_ms wall, struct error *err)
{
    for (size_t i = 0; i < count && !feeder->end; i++) {
        if (tasks[i]->row->first && feed_slice(feeder, tasks[i], now, wall, err) == STEP_BROKEN)
            return false;
    }
    return true;
}

/* While there is a backlog, one task after the other: the fewer tasks a transaction has, the fewer
 * partitions it writes to, and each of them costs as much as dozens of records. */
static bool feed_all(struct feeder *feeder, struct task **tasks, size_t count, time_ms now,
                     time_ms wall, struct error *err)
{
    int64_t deadline = now_monotonic_us() + TURN_US;
    if (!feed_first(feeder, tasks, count, now, wall, err))
        return false;
    for (size_t idle = 0; idle < count && !feeder->end;) {
        int before = feeder->fed;
        enum step step = feed_slice(feeder, tasks[feeder->first % count], now, wall, err);
        if (step == STEP_BROKEN)
            return false;
        feeder->run += feeder->fed - before;
        idle = step == STEP_NOTHING ? idle + 1 : 0;
        if (step == STEP_NOTHING || feeder->run >= RUN)
            next_task(feeder);
        if (idle == 0 && turn_is_over(feeder, deadline)) {
            feeder->more = true;
            return true;
        }
    }
    return true;
}

/* Some deadlines of one task. True: more of them are due. */
static bool fire_some(struct feeder *feeder, struct task *task, time_ms now, time_ms wall)
{
    uint64_t before = task->current.clock.fired;
    actions_clear(&feeder->actions);
    bool more = task_pass(task, wall, task->row->pass, &feeder->actions);
    if (feeder->actions.count > 0 || task_is_unsaved(task)) {
        take_part(feeder, task, now);
        write_out(feeder, task);
    }
    count_fired(feeder, task, before);
    return more;
}

/* Deadlines that no record brought, some of each task in turn: what is urgent in one does not wait
 * for the crowd in another. */
static void fire_all(struct feeder *feeder, struct task **tasks, size_t count, time_ms now,
                     time_ms wall)
{
    int64_t deadline = now_monotonic_us() + TURN_US;
    for (size_t idle = 0; idle < count && !feeder->end;) {
        bool more = fire_some(feeder, tasks[feeder->firing++ % count], now, wall);
        idle = more ? 0 : idle + 1;
        if (idle < count && turn_is_over(feeder, deadline)) {
            feeder->more = true;
            return;
        }
    }
}

/* The task whose next event is to be tried alone, its attempt committed: nothing else may run. */
static struct task *find_alone(struct task **tasks, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct care *care = &tasks[i]->current.care;
        if (care->mode == CARE_ISOLATED && care->armed)
            return tasks[i];
    }
    return NULL;
}

static bool feed_alone(struct feeder *feeder, struct task *task, time_ms now, time_ms wall,
                       struct error *err)
{
    feeder->end = true;
    if (transaction_state(feeder->transaction) == TRANSACTION_OPEN)
        return true;
    return feed_one(feeder, task, now, wall, err) != STEP_BROKEN;
}

bool feeder_feed(struct feeder *feeder, struct task **tasks, size_t count, time_ms now,
                 time_ms wall, struct error *err)
{
    feeder->more = false;
    feeder->fired_now = 0;
    if (transaction_state(feeder->transaction) == TRANSACTION_IDLE) {
        feeder->end = false;
        feeder->fed = 0;
        feeder->fired = 0;
    }
    struct task *alone = find_alone(tasks, count);
    if (alone != NULL)
        return feed_alone(feeder, alone, now, wall, err);
    if (!feed_all(feeder, tasks, count, now, wall, err))
        return false;
    fire_all(feeder, tasks, count, now, wall);
    return true;
}

/* Reads ahead what is left of a task's turn. False: the time is over. */
static bool read_turn(struct task *task, size_t records, size_t *room, int64_t deadline)
{
    const struct care *care = &task->current.care;
    /* What may kill the process is not touched before its attempt is committed. */
    if (!care->armed || care->mode == CARE_ISOLATED)
        return true;
    while (task->ahead_count < records) {
        size_t before = task->ahead_bytes;
        if (*room == 0 || task_read(task) != TASK_READ)
            return true;
        size_t took = task->ahead_bytes - before;
        *room -= took < *room ? took : *room;
        if (task->ahead_count % SLICE == 0 && now_monotonic_us() >= deadline)
            return false;
    }
    return true;
}

bool feeder_read_ahead(struct feeder *feeder, struct task **tasks, size_t count)
{
    int64_t deadline = now_monotonic_us() + TURN_US;
    size_t room = AHEAD_BYTES;
    for (size_t i = 0; i < count; i++)
        room -= room < tasks[i]->ahead_bytes ? room : tasks[i]->ahead_bytes;
    for (size_t i = 0; i < count && room > 0; i++) {
        size_t records = i == 0 ? (size_t)(RUN - feeder->run) : RUN;
        if (!read_turn(tasks[(feeder->first + i) % count], records, &room, deadline))
            return true;
    }
    return false;
}

void feeder_end(struct feeder *feeder)
{
    feeder->end = true;
}

bool feeder_wants_end(const struct feeder *feeder, time_ms now)
{
    return feeder->end || (now >= feeder->due && (!feeder->more || now >= feeder->rest));
}

void feeder_ended(struct feeder *feeder, time_ms now)
{
    feeder->last_end = now;
    feeder->fed = 0;
    feeder->fired = 0;
    feeder->end = false;
}

void feeder_committed(struct feeder *feeder, time_ms now)
{
    feeder->rest = now + time_min((now - feeder->last_end) / 2, REST_MS);
}

void feeder_rewind(struct feeder *feeder)
{
    feeder->end = false;
    feeder->fed = 0;
    feeder->fired = 0;
}

time_ms feeder_delay(const struct feeder *feeder, struct task **tasks, size_t count, time_ms now,
                     time_ms wall)
{
    if (feeder->more)
        return 0;
    time_ms delay = IDLE_MS;
    if (transaction_state(feeder->transaction) == TRANSACTION_OPEN)
        delay = time_min(delay, time_max(feeder->due - now, 0));
    for (size_t i = 0; i < count; i++) {
        struct task *task = tasks[i];
        time_ms wake = task_wake(task);
        if (wake != TIME_NEVER)
            delay = time_min(delay, time_max(wake - wall, 0));
    }
    return delay;
}

const struct latency *feeder_latency(const struct feeder *feeder)
{
    return &feeder->latency;
}
