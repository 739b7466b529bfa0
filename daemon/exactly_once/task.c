#include "exactly_once/task.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

enum { AHEAD_FIRST = 64, BATCH_BLOCK = 64 * 1024, BATCH_BYTES = 128 * 1024 };

struct task *task_new(enum stage stage, const struct config *config, const char *topic,
                      int32_t partition, int32_t partition_count, int32_t home_partitions)
{
    struct task *task = mem_alloc(sizeof(*task));
    task->stage = stage;
    task->row = &stages[stage];
    task->topic = mem_copy(topic, strlen(topic));
    task->setup = (struct engine_setup){ .config = config,
                                         .topic = str_from(task->topic),
                                         .partition = partition,
                                         .partition_count = partition_count,
                                         .home_partitions = home_partitions,
                                         .alive = config->clock == CLOCK_WALL,
                                         .changelog_at_commit = true };
    task->current.clock.mode = config->clock;
    task->end_seen = -1;
    task->high_watermark = -1;
    task->ahead_capacity = AHEAD_FIRST;
    task->ahead = mem_array(task->ahead_capacity, sizeof(*task->ahead));
    return task;
}

static void batch_free(struct batch *batch)
{
    if (batch == NULL)
        return;
    arena_free(batch->arena);
    free(batch);
}

/* Where the next record goes. */
static struct batch *batch_to_fill(struct task *task)
{
    if (task->filling == NULL || arena_used(task->filling->arena) >= BATCH_BYTES) {
        task->filling = mem_alloc(sizeof(*task->filling));
        task->filling->arena = arena_new(BATCH_BLOCK);
    }
    return task->filling;
}

/* One of its records is done with. */
static void batch_leave(struct task *task, struct batch *batch)
{
    size_t used = arena_used(batch->arena);
    if (--batch->records > 0)
        return;
    task->ahead_bytes -= used;
    if (batch == task->filling && used < BATCH_BYTES) {
        arena_reset(batch->arena);
        return;
    }
    if (batch == task->filling)
        task->filling = NULL;
    batch_free(batch);
}

static void pop(struct task *task)
{
    struct ahead *ahead = &task->ahead[task->ahead_first];
    rd_kafka_event_destroy(ahead->event);
    batch_leave(task, ahead->batch);
    task->ahead_first = (task->ahead_first + 1) % task->ahead_capacity;
    task->ahead_count--;
}

static void drop_ahead(struct task *task)
{
    while (task->ahead_count > 0)
        pop(task);
}

void task_free(struct task *task)
{
    if (task == NULL)
        return;
    drop_ahead(task);
    if (task->engine != NULL)
        task->row->ops->destroy(task->engine);
    if (task->queue != NULL)
        rd_kafka_queue_destroy(task->queue);
    batch_free(task->filling);
    free(task->ahead);
    free(task->refusal);
    free(task->topic);
    free(task);
}

void task_place(struct task *task, int64_t position, const struct offset_note *note)
{
    task->current.position = task->next_read = position;
    task->current.note = *note;
    task->current.care = care_begin(note, task->setup.config->commit_records);
    task->current.clock.stream = note->stream;
    if (task->current.clock.mode == CLOCK_STREAM)
        task->current.clock.now = task->current.clock.passed = note->stream;
    task->marked = task->current;
}

void task_cancel(struct task *task)
{
    atomic_store(&task->cancelled, true);
}

void task_attach(struct task *task, rd_kafka_t *consumer, int fd)
{
    static const uint64_t one = 1;
    task->queue = rd_kafka_queue_get_partition(consumer, task->topic, task->setup.partition);
    rd_kafka_queue_forward(task->queue, NULL);
    rd_kafka_queue_io_event_enable(task->queue, fd, &one, sizeof(one));
}

static struct ahead *push(struct task *task)
{
    if (task->ahead_count == task->ahead_capacity) {
        struct ahead *larger = mem_array(task->ahead_capacity * 2, sizeof(*larger));
        for (size_t i = 0; i < task->ahead_count; i++)
            larger[i] = task->ahead[(task->ahead_first + i) % task->ahead_capacity];
        free(task->ahead);
        task->ahead = larger;
        task->ahead_first = 0;
        task->ahead_capacity *= 2;
    }
    return &task->ahead[(task->ahead_first + task->ahead_count++) % task->ahead_capacity];
}

static void take_headers(struct record *record, const rd_kafka_message_t *message,
                         struct arena *arena)
{
    rd_kafka_headers_t *headers;
    if (rd_kafka_message_headers(message, &headers) != RD_KAFKA_RESP_ERR_NO_ERROR)
        return;
    size_t count = rd_kafka_header_cnt(headers);
    struct header *list = arena_alloc(arena, count * sizeof(*list) + 1);
    for (size_t i = 0; i < count; i++) {
        const char *name;
        const void *value;
        size_t size;
        rd_kafka_header_get_all(headers, i, &name, &value, &size);
        list[i] = (struct header){ str_from(name), { value, size } };
    }
    record->headers = list;
    record->header_count = count;
}

static struct record *make_record(const struct task *task, const rd_kafka_message_t *message,
                                  struct arena *arena)
{
    struct record *record = arena_alloc(arena, sizeof(*record));
    rd_kafka_timestamp_type_t type;
    int64_t timestamp = rd_kafka_message_timestamp(message, &type);
    *record = (struct record){ .topic = task->setup.topic,
                               .partition = message->partition,
                               .offset = message->offset,
                               .timestamp = timestamp, /* -1: none */
                               .key = { message->key, message->key ? message->key_len : 0 },
                               .value = { message->payload, message->payload ? message->len : 0 } };
    take_headers(record, message, arena);
    return record;
}

static enum task_read take_error(struct task *task, rd_kafka_event_t *event)
{
    rd_kafka_resp_err_t code = rd_kafka_event_error(event);
    if (code == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
        rd_kafka_topic_partition_t *place = rd_kafka_event_topic_partition(event);
        if (place != NULL) {
            task->end_seen = place->offset;
            rd_kafka_topic_partition_destroy(place);
        }
        return TASK_EMPTY;
    }
    if (code == RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET ||
        code == RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE ||
        code == RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED) {
        struct error err;
        error_set(&err, "%s partition %d at offset %lld: %s", task->topic, task->setup.partition,
                  (long long)task->current.position, rd_kafka_event_error_string(event));
        free(task->refusal);
        task->refusal = mem_copy(err.text, strlen(err.text));
        return TASK_BROKEN;
    }
    return TASK_EMPTY; /* librdkafka goes on trying; the main queue hears of it, too */
}

static void prepare(struct task *task, struct ahead *ahead)
{
    struct arena *arena = ahead->batch->arena;
    size_t before = arena_used(arena);
    FAILPOINT_POISON(task->failpoints, ahead->record->value);
    ahead->prepared = task->row->ops->prepare(task->engine, ahead->record, arena);
    task->ahead_bytes += arena_used(arena) - before;
}

static struct ahead *take_in(struct task *task, rd_kafka_event_t *event,
                             const rd_kafka_message_t *message)
{
    struct batch *batch = batch_to_fill(task);
    size_t before = arena_used(batch->arena);
    struct ahead *ahead = push(task);
    *ahead = (struct ahead){ .batch = batch, .event = event, .offset = message->offset };
    ahead->record = make_record(task, message, batch->arena);
    ahead->timestamp = ahead->record->timestamp;
    batch->records++;
    task->ahead_bytes += arena_used(batch->arena) - before;
    return ahead;
}

enum task_read task_read(struct task *task)
{
    rd_kafka_event_t *event;
    enum task_read result = task->refusal == NULL ? TASK_EMPTY : TASK_BROKEN;
    while (result == TASK_EMPTY && (event = rd_kafka_queue_poll(task->queue, 0)) != NULL) {
        const rd_kafka_message_t *message = NULL;
        if (rd_kafka_event_type(event) == RD_KAFKA_EVENT_FETCH)
            message = rd_kafka_event_message_next(event);
        else if (rd_kafka_event_type(event) == RD_KAFKA_EVENT_ERROR)
            result = take_error(task, event);
        if (message == NULL || message->err != RD_KAFKA_RESP_ERR_NO_ERROR ||
            message->offset < task->next_read) {
            rd_kafka_event_destroy(event);
            continue;
        }
        task->next_read = message->offset + 1;
        struct ahead *ahead = take_in(task, event, message);
        if (task->current.care.armed)
            prepare(task, ahead);
        result = TASK_READ;
    }
    return result;
}

struct ahead *task_next(const struct task *task)
{
    return task->ahead_count > 0 ? &task->ahead[task->ahead_first] : NULL;
}

static void passed(struct task *task)
{
    task->current.position = task->ahead[task->ahead_first].offset + 1;
    task->changed = true;
    task->fed++;
    task->current.records++;
    pop(task);
}

bool task_feed(struct task *task, time_ms wall, unsigned limit, struct actions *actions)
{
    struct ahead *ahead = &task->ahead[task->ahead_first];
    struct task_clock *clock = &task->current.clock;
    /* A producer's clock may be ahead; its records bring time no further than ours is. */
    time_ms timestamp = time_min(ahead->timestamp, wall);
    if (ahead->prepared == NULL)
        prepare(task, ahead);
    if (engine_reach(task->row->ops, task->engine, clock, ahead->prepared, timestamp, wall, limit,
                     actions))
        return false;
    engine_turn(task->row->ops, task->engine, clock, ahead->prepared, timestamp, wall, actions);
    passed(task);
    return true;
}

void task_give_up(struct task *task, time_ms wall, struct actions *actions)
{
    struct ahead *ahead = &task->ahead[task->ahead_first];
    engine_poison(task->row->ops, task->engine, &task->current.clock, ahead->record,
                  task->current.care.deaths, wall, actions);
    passed(task);
}

bool task_pass(struct task *task, time_ms wall, unsigned limit, struct actions *actions)
{
    return engine_pass(task->row->ops, task->engine, &task->current.clock, task_is_behind(task),
                       wall, limit, actions);
}

time_ms task_wake(const struct task *task)
{
    return engine_wake(task->row->ops, task->engine, &task->current.clock, task_is_behind(task));
}

void task_configure(struct task *task, const struct config *config)
{
    task->setup.config = config;
    if (task->engine == NULL)
        return; /* it is made with this one */
    task->row->ops->configure(task->engine, config);
    for (size_t i = 0; i < task->ahead_count; i++) {
        struct ahead *ahead = &task->ahead[(task->ahead_first + i) % task->ahead_capacity];
        if (ahead->prepared != NULL)
            prepare(task, ahead);
    }
}

void task_distrust(struct task *task)
{
    task->unsure = true;
}

void task_trust(struct task *task, int64_t end)
{
    task->unsure = false;
    task->must_reach = end;
}

bool task_is_behind(const struct task *task)
{
    if (task->unsure || task->ahead_count > 0 || task->queue == NULL ||
        rd_kafka_queue_length(task->queue) > 0)
        return true;
    int64_t reached =
        task->end_seen > task->current.position ? task->end_seen : task->current.position;
    return task->end_seen < task->current.position || reached < task->must_reach;
}

int64_t task_lag(const struct task *task)
{
    int64_t reached = task->current.position;
    /* The end that was seen last: up to there nothing but markers was left. */
    if (task->ahead_count == 0 && task->end_seen > reached)
        reached = task->end_seen;
    return task->high_watermark > reached && task_is_behind(task) ? task->high_watermark - reached
                                                                  : 0;
}

bool task_wants_end(const struct task *task)
{
    struct offset_note note = task->marked.note;
    care_clean(&task->marked.care, &note);
    return note.attempt != task->marked.note.attempt;
}

void task_say_goodbye(struct task *task)
{
    task->aim = TASK_END;
}

struct offset_note task_note(const struct task *task, int commit_records)
{
    struct offset_note note = task->current.note;
    struct care care = task->current.care;
    if (task->aim == TASK_ARM)
        care_arm(&care, &note);
    else
        care_passed(&care, task->fed, commit_records, &note);
    if (task->aim == TASK_END)
        care_clean(&care, &note);
    note.counter++;
    note.stream = task->current.clock.stream;
    /* A commit amid the deadlines before a record: a restart goes on from there. */
    if (task->current.clock.mode == CLOCK_STREAM)
        note.stream = time_max(note.stream, task->current.clock.passed);
    return note;
}

bool task_is_unsaved(const struct task *task)
{
    return task->row->ops->unsaved != NULL && task->row->ops->unsaved(task->engine);
}

void task_changelog(const struct task *task, struct actions *actions)
{
    if (task->row->ops->changelog != NULL)
        task->row->ops->changelog(task->engine, actions);
}

void task_committed(struct task *task, const struct offset_note *note)
{
    struct offset_note unused = *note;
    if (task->aim == TASK_ARM)
        care_arm(&task->current.care, &unused);
    else
        care_passed(&task->current.care, task->fed, task->setup.config->commit_records, &unused);
    task->current.note = *note;
    task->marked = task->current;
    task->changed = false;
    task->fed = 0;
    task->aim = TASK_GO_ON;
    task->row->ops->mark(task->engine);
}

void task_undo(struct task *task)
{
    /* Time itself does not go back, unless the records are the clock. */
    time_ms now = task->current.clock.now;
    task->current = task->marked;
    if (task->current.clock.mode == CLOCK_WALL)
        task->current.clock.now = now;
    task->changed = false;
    task->fed = 0;
    task->aim = TASK_GO_ON;
    task->row->ops->undo(task->engine);
    task_rewind(task);
}

void task_rewind(struct task *task)
{
    drop_ahead(task);
    task->next_read = task->current.position;
    task->end_seen = -1;
}
