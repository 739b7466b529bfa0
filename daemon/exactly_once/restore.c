#include "exactly_once/restore.h"

#include <inttypes.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "config/outputs.h"
#include "host/aside.h"
#include "host/now.h"
#include "kafka/follow.h"
#include "kafka/kafka_conf.h"

enum { QUERY_MS = 2000, POLL_MS = 200, RETRY_MS = 300 };

struct task_list {
    struct task **tasks;
    size_t count;
};

struct restorer {
    struct restorer_setup setup;
    struct aside *aside;
    struct task_list waiting;
    struct task_list under_way; /* the thread's while it is busy */
    atomic_bool stop;
};

/* A task being restored. */
struct reading {
    struct task *task;
    struct bounds {
        int64_t begin, end;
        struct follow_place *place; /* NULL: there is nothing to read */
    } changelogs[STAGE_CHANGELOGS]; /* the ends are read_uncommitted */
    bool first;                     /* the group never committed a position */
    int64_t low;                    /* where the input begins */
};

static void append(struct task_list *list, struct task *const *tasks, size_t count)
{
    if (count == 0)
        return;
    list->tasks = mem_resize(list->tasks, list->count + count, sizeof(struct task *));
    memcpy(list->tasks + list->count, tasks, count * sizeof(struct task *));
    list->count += count;
}

/* What was in it; free its tasks. */
static struct task_list take(struct task_list *list)
{
    struct task_list taken = *list;
    *list = (struct task_list){ 0 };
    return taken;
}

static void refuse(struct task *task, const struct error *err)
{
    free(task->refusal);
    task->refusal = mem_copy(err->text, strlen(err->text));
}

/* Nobody waits for the task any more. */
static bool is_off(const struct restorer *restorer, const struct task *task)
{
    return atomic_load(&restorer->stop) || atomic_load(&task->cancelled);
}

static bool pause_or_stop(const struct restorer *restorer, const struct task *task)
{
    now_wait(RETRY_MS);
    return is_off(restorer, task);
}

/* The group's committed position. Waits out open transactions (the offsets must be stable) and a
 * broker that is away. False: asked to stop. */
static bool read_committed(struct restorer *restorer, struct task *task, int64_t *offset,
                           struct offset_note *note, struct error *err)
{
    for (;;) {
        rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(1);
        rd_kafka_topic_partition_t *place =
            rd_kafka_topic_partition_list_add(list, task->topic, task->setup.partition);
        rd_kafka_resp_err_t code = rd_kafka_committed(restorer->setup.consumer, list, QUERY_MS);
        if (code == RD_KAFKA_RESP_ERR_NO_ERROR)
            code = place->err;
        bool fine = true;
        if (code == RD_KAFKA_RESP_ERR_NO_ERROR) {
            *offset = place->offset;
            fine = offset_note_parse(
                (struct str){ place->metadata, place->metadata ? place->metadata_size : 0 }, note,
                err);
        } else if (code == RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED) {
            fine = error_set(err, "group: %s", rd_kafka_err2str(code));
        } else {
            log_say(restorer->setup.log, LOGGED_INFO,
                    "%s partition %d: waiting for its committed offset: %s", task->topic,
                    task->setup.partition, rd_kafka_err2str(code));
        }
        rd_kafka_topic_partition_list_destroy(list);
        if (code == RD_KAFKA_RESP_ERR_NO_ERROR || !fine)
            return fine;
        if (pause_or_stop(restorer, task))
            return error_set(err, "stopped");
    }
}

/* Of the partition of the task's number in `topic`. */
static bool watermarks(struct restorer *restorer, rd_kafka_t *client, const struct task *task,
                       const char *topic, int64_t *low, int64_t *high, struct error *err)
{
    int32_t partition = task->setup.partition;
    for (;;) {
        rd_kafka_resp_err_t code =
            rd_kafka_query_watermark_offsets(client, topic, partition, low, high, QUERY_MS);
        if (code == RD_KAFKA_RESP_ERR_NO_ERROR)
            return true;
        if (code == RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED ||
            code == RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION ||
            code == RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC ||
            code == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART)
            return error_set(err, "%s partition %d: %s", topic, partition, rd_kafka_err2str(code));
        log_say(restorer->setup.log, LOGGED_INFO, "%s partition %d: waiting for its end: %s", topic,
                partition, rd_kafka_err2str(code));
        if (pause_or_stop(restorer, task))
            return error_set(err, "stopped");
    }
}

static bool offset_of_time(struct restorer *restorer, const struct task *task, time_ms start,
                           int64_t end, int64_t *offset, struct error *err)
{
    for (;;) {
        rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(1);
        rd_kafka_topic_partition_t *place =
            rd_kafka_topic_partition_list_add(list, task->topic, task->setup.partition);
        place->offset = start;
        rd_kafka_resp_err_t code =
            rd_kafka_offsets_for_times(restorer->setup.consumer, list, QUERY_MS);
        if (code == RD_KAFKA_RESP_ERR_NO_ERROR)
            code = place->err;
        if (code == RD_KAFKA_RESP_ERR_NO_ERROR)
            *offset = place->offset >= 0 ? place->offset : end;
        rd_kafka_topic_partition_list_destroy(list);
        if (code == RD_KAFKA_RESP_ERR_NO_ERROR)
            return true;
        if (pause_or_stop(restorer, task))
            return error_set(err, "stopped");
    }
}

/* Where a group that never committed begins: at the configured start. */
static bool first_position(struct restorer *restorer, const struct task *task, int64_t low,
                           int64_t high, int64_t *position, struct error *err)
{
    const struct config *config = task->setup.config;
    *position = low;
    if (config->start_from == START_LATEST && !task->row->inner)
        *position = high;
    if (config->start_from == START_TIME && !task->row->inner)
        return offset_of_time(restorer, task, config->start_time, high, position, err);
    return true;
}

/* Records in the changelog prove that there was a position once. */
static bool check_first(struct restorer *restorer, const struct reading *reading, struct error *err)
{
    struct task *task = reading->task;
    if (!reading->first || task->restore_records == 0)
        return true;
    if (!restorer->setup.accept_loss)
        return error_set(err,
                         "%s partition %d: the group's position is lost, but its state is not: "
                         "records between %" PRId64 " and %" PRId64
                         " may have been read or not; --accept-loss reads them all",
                         task->topic, task->setup.partition, reading->low, task->high_watermark);
    struct log_place place = { task->topic, task->setup.partition, reading->low, STR_NONE };
    log_at(restorer->setup.log, LOGGED_WARNING, &place,
           "%s partition %d: the group's position is lost; going on at %" PRId64
           " as --accept-loss asks",
           task->topic, task->setup.partition, reading->low);
    struct offset_note note = { 0 };
    task_place(task, reading->low, &note);
    return true;
}

static const char *changelog_topic(const struct task *task, size_t index)
{
    return output_topic(task->setup.config, task->row->changelogs[index], 0).data;
}

/* An engine announces its changelog with the first event of all, and a committed stream time says
 * that there was one. Positions of releases that announced it later prove less: so nothing is
 * refused, but a changelog that was lost, or made again, does not go unsaid. */
static void tell_empty(const struct restorer *restorer, const struct reading *reading)
{
    const struct task *task = reading->task;
    if (reading->first || task->row->changelog_count == 0 || task->restore_records > 0 ||
        task->current.note.stream == 0)
        return;
    struct log_place place = { task->topic, task->setup.partition, task->current.position,
                               STR_NONE };
    log_at(restorer->setup.log, LOGGED_ERROR, &place,
           "%s partition %d: the group has read up to %" PRId64
           ", but %s partition %d has no records: going on without any state",
           task->topic, task->setup.partition, task->current.position, changelog_topic(task, 0),
           task->setup.partition);
}

static bool check_position(struct restorer *restorer, const struct task *task, int64_t low,
                           int64_t high, int64_t *position, struct error *err)
{
    if (*position >= low && *position <= high)
        return true;
    if (!restorer->setup.accept_loss) {
        if (*position < low)
            return error_set(err,
                             "%s partition %d: the log begins at offset %" PRId64
                             ", but the group has read only up to %" PRId64 ": %" PRId64
                             " records are gone unread; --accept-loss goes on without them",
                             task->topic, task->setup.partition, low, *position, low - *position);
        return error_set(err,
                         "%s partition %d ends at offset %" PRId64
                         ", but the group has read up to %" PRId64
                         ": is it another topic? --accept-loss begins where the log begins",
                         task->topic, task->setup.partition, high, *position);
    }
    struct log_place place = { task->topic, task->setup.partition, low, STR_NONE };
    log_at(restorer->setup.log, LOGGED_WARNING, &place,
           "%s partition %d: position %" PRId64 " is outside the log (%" PRId64 " to %" PRId64
           "); going on at %" PRId64 " as --accept-loss asks",
           task->topic, task->setup.partition, *position, low, high, low);
    *position = low;
    return true;
}

static bool place_task(struct restorer *restorer, struct reading *reading, int64_t offset,
                       const struct offset_note *note, struct error *err)
{
    struct task *task = reading->task;
    int64_t high;
    if (!watermarks(restorer, restorer->setup.consumer, task, task->topic, &reading->low, &high,
                    err))
        return false;
    reading->first = offset < 0;
    if (reading->first ? !first_position(restorer, task, reading->low, high, &offset, err)
                       : !check_position(restorer, task, reading->low, high, &offset, err))
        return false;
    task->high_watermark = task->must_reach = high;
    task_place(task, offset, note);
    return true;
}

/* ---- reading changelogs */

/* The committed position first: it is stable only when no transaction of a former owner can change
 * it any more, and then nobody can validly write the changelogs either. Their ends only after that.
 */
static bool find_bounds(struct restorer *restorer, rd_kafka_t *raw, struct reading *reading,
                        struct error *err)
{
    struct task *task = reading->task;
    int64_t offset = RD_KAFKA_OFFSET_INVALID;
    struct offset_note note = { 0 };
    if (!read_committed(restorer, task, &offset, &note, err))
        return false;
    for (size_t i = 0; i < task->row->changelog_count; i++) {
        struct bounds *bounds = &reading->changelogs[i];
        if (!watermarks(restorer, raw, task, changelog_topic(task, i), &bounds->begin, &bounds->end,
                        err))
            return false;
        atomic_fetch_add(&task->restore_offsets, bounds->end - bounds->begin);
    }
    return place_task(restorer, reading, offset, &note, err);
}

static void open_reading(struct restorer *restorer, rd_kafka_t *raw, struct follow *follow,
                         struct reading *reading)
{
    struct error err;
    struct task *task = reading->task;
    task->engine = task->row->ops->create(&task->setup);
    if (is_off(restorer, task))
        return;
    if (!find_bounds(restorer, raw, reading, &err)) {
        refuse(task, &err);
        return;
    }
    for (size_t i = 0; i < task->row->changelog_count; i++) {
        struct bounds *bounds = &reading->changelogs[i];
        if (bounds->begin < bounds->end)
            bounds->place =
                follow_partition(follow, changelog_topic(task, i), task->setup.partition,
                                 bounds->begin, bounds->end, reading);
    }
}

static void leave_cancelled(const struct restorer *restorer, struct follow *follow,
                            const struct reading *readings, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        for (size_t j = 0; is_off(restorer, readings[i].task) && j < STAGE_CHANGELOGS; j++) {
            if (readings[i].changelogs[j].place != NULL)
                follow_leave(follow, readings[i].changelogs[j].place);
        }
    }
}

static void note_progress(const struct reading *reading)
{
    int64_t passed = 0;
    for (size_t i = 0; i < reading->task->row->changelog_count; i++) {
        const struct follow_place *place = reading->changelogs[i].place;
        passed += place == NULL ? 0 : place->next - place->begin;
    }
    atomic_store_explicit(&reading->task->restore_passed, passed, memory_order_relaxed);
}

/* False: the task cannot be restored, or need not be. */
static bool take_record(struct restorer *restorer, const struct follow_place *place,
                        const rd_kafka_message_t *message)
{
    const struct reading *reading = place->owner;
    struct task *task = reading->task;
    struct error err;
    note_progress(reading);
    if (is_off(restorer, task))
        return false;
    if (message->offset >= place->end)
        return true; /* not a valid owner's */
    FAILPOINT(restorer->setup.failpoints, "in_restore");
    task->restore_records++;
    struct str key = { message->key, message->key ? message->key_len : 0 };
    struct str value = { message->payload, message->payload ? message->len : 0 };
    if (task->row->ops->restore(task->engine, key, value, &err))
        return true;
    error_prefix(&err, "%s partition %d offset %" PRId64, place->topic, place->partition,
                 message->offset);
    refuse(task, &err);
    return false;
}

static void read_changelogs(struct restorer *restorer, struct follow *follow,
                            const struct reading *readings, size_t count)
{
    struct follow_item item;
    struct error err;
    while (!follow_caught_up(follow)) {
        switch (follow_next(follow, POLL_MS, &item, &err)) {
        case FOLLOW_NOTHING:
        case FOLLOW_END:
            leave_cancelled(restorer, follow, readings, count);
            break;
        case FOLLOW_RECORD:
            if (!take_record(restorer, item.place, item.message))
                follow_leave(follow, item.place);
            rd_kafka_message_destroy(item.message);
            break;
        case FOLLOW_LOST:
            /* What is gone was not compacted away: somebody deletes, or the topic is another. */
            refuse(((const struct reading *)item.place->owner)->task, &err);
            follow_leave(follow, item.place);
            break;
        case FOLLOW_FORBIDDEN:
        case FOLLOW_MISSING:
        case FOLLOW_TROUBLE:
            log_say(restorer->setup.log, LOGGED_NOTICE, "%s", err.text);
            break;
        }
    }
}

static bool read_all(struct restorer *restorer, struct reading *readings, size_t count,
                     struct error *err)
{
    const struct config *config = readings[0].task->setup.config;
    struct kafka_identity identity = { 0 };
    bool started = false;
    struct follow *follow = follow_open(config, restorer->setup.log, err);
    rd_kafka_t *raw = follow == NULL
                          ? NULL
                          : kafka_client(KAFKA_RAW, config, &identity, restorer->setup.log, err);
    if (raw != NULL) {
        kafka_warm(raw, QUERY_MS);
        for (size_t i = 0; i < count; i++)
            open_reading(restorer, raw, follow, &readings[i]);
        rd_kafka_destroy(raw);
        started = follow_start(follow, err);
    }
    if (started)
        read_changelogs(restorer, follow, readings, count);
    follow_close(follow);
    return started;
}

/* It is read to its end: what does its engine say? */
static void finish(struct restorer *restorer, const struct reading *reading)
{
    struct task *task = reading->task;
    struct error err;
    tell_empty(restorer, reading);
    if (!check_first(restorer, reading, &err)) {
        refuse(task, &err);
    } else if (!task->row->ops->restored(task->engine, &err)) {
        error_prefix(&err, "%s partition %d",
                     task->row->changelog_count > 0 ? changelog_topic(task, 0) : task->topic,
                     task->setup.partition);
        refuse(task, &err);
    }
}

static void restore_all(struct restorer *restorer, struct task_list *list)
{
    struct error err;
    time_ms start = now_monotonic();
    struct reading *readings = mem_array(list->count, sizeof(*readings));
    for (size_t i = 0; i < list->count; i++)
        readings[i].task = list->tasks[i];
    bool done = read_all(restorer, readings, list->count, &err);
    for (size_t i = 0; i < list->count; i++) {
        struct task *task = list->tasks[i];
        if (!done)
            refuse(task, &err);
        else if (task->refusal == NULL && !is_off(restorer, task))
            finish(restorer, &readings[i]);
        if (task->engine != NULL)
            task->row->ops->mark(task->engine);
        task->restore_ms = now_monotonic() - start;
    }
    free(readings);
}

/* ---- on the loop */

static void restore(void *arg)
{
    struct restorer *restorer = arg;
    restore_all(restorer, &restorer->under_way);
}

static void on_restored(void *arg);

/* What waits, together. */
static void begin(struct restorer *restorer)
{
    if (restorer->waiting.count == 0 || aside_busy(restorer->aside))
        return;
    restorer->under_way = take(&restorer->waiting);
    aside_run(restorer->aside, restore, on_restored, restorer);
}

static void on_restored(void *arg)
{
    struct restorer *restorer = arg;
    struct task_list list = take(&restorer->under_way);
    begin(restorer);
    for (size_t i = 0; i < list.count; i++)
        restorer->setup.done(restorer->setup.arg, list.tasks[i]);
    free(list.tasks);
}

struct restorer *restorer_new(struct event_base *base, const struct restorer_setup *setup,
                              struct error *err)
{
    struct aside *aside = aside_new(base, "restorer", err);
    if (aside == NULL)
        return NULL;
    struct restorer *restorer = mem_alloc(sizeof(*restorer));
    restorer->setup = *setup;
    restorer->aside = aside;
    return restorer;
}

void restorer_add(struct restorer *restorer, struct task **tasks, size_t count)
{
    append(&restorer->waiting, tasks, count);
    begin(restorer);
}

void restorer_free(struct restorer *restorer)
{
    if (restorer == NULL)
        return;
    atomic_store(&restorer->stop, true);
    aside_free(restorer->aside);
    free(restorer->waiting.tasks);
    free(restorer->under_way.tasks);
    free(restorer);
}
