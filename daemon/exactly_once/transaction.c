#include "exactly_once/transaction.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"
#include "host/aside.h"
#include "exactly_once/errand.h"
#include "host/now.h"

const int transaction_buckets[8] = { 5, 10, 20, 50, 100, 500, 2000, INT_MAX };

struct transaction {
    struct transaction_setup setup;
    enum transaction_state state;
    struct aside *committer;
    struct producer *producer; /* NULL while recreated */
    int fd;
    struct event *event;
    struct task **tasks;
    struct offset_note *notes; /* what the commit under way says of each */
    size_t task_count, task_capacity;
    size_t bytes, records;
    struct errand errand;
    struct transaction_counters counters;
    time_ms ending_since;
    uint64_t redirected; /* by producers that are gone */
};

static const char *const state_names[] = { "starting", "idle",       "open", "committing",
                                           "aborting", "recreating", "over" };

const char *transaction_state_name(enum transaction_state state)
{
    return state_names[state];
}

#define TO(state) (1 << TRANSACTION_##state)
static const int allowed[] = {
    [TRANSACTION_STARTING] = TO(IDLE) | TO(OVER),
    [TRANSACTION_IDLE] = TO(OPEN) | TO(RECREATING) | TO(OVER),
    [TRANSACTION_OPEN] = TO(COMMITTING) | TO(ABORTING) | TO(RECREATING) | TO(OVER),
    [TRANSACTION_COMMITTING] = TO(IDLE) | TO(ABORTING) | TO(RECREATING) | TO(OVER),
    [TRANSACTION_ABORTING] = TO(IDLE) | TO(RECREATING) | TO(OVER),
    [TRANSACTION_RECREATING] = TO(IDLE) | TO(OVER),
    [TRANSACTION_OVER] = 0,
};

/* The one door. A move the table does not have is our bug. */
static void move(struct transaction *transaction, enum transaction_state to)
{
    if ((allowed[transaction->state] & 1 << to) == 0) {
        log_say(transaction->setup.log, LOGGED_ERROR, "transaction cannot go from %s to %s",
                state_names[transaction->state], state_names[to]);
        abort();
    }
    bool ended = transaction->state > TRANSACTION_OPEN, ends = to > TRANSACTION_OPEN;
    if (ends && !ended)
        transaction->ending_since = now_monotonic();
    transaction->state = to;
}

/* ---- on the committer's thread */

static void run_commit(void *arg)
{
    struct transaction *transaction = arg;
    errand_commit(&transaction->errand);
}

static void run_abort(void *arg)
{
    struct transaction *transaction = arg;
    errand_abort(&transaction->errand);
}

static void run_recreate(void *arg)
{
    struct transaction *transaction = arg;
    errand_recreate(&transaction->errand);
}

/* ---- on the loop */

static void forget_tasks(struct transaction *transaction)
{
    transaction->task_count = 0;
    transaction->bytes = transaction->records = 0;
    errand_forget_offsets(&transaction->errand);
}

static void finish(struct transaction *transaction, enum transaction_end end)
{
    bool over = end == TRANSACTION_FENCED || end == TRANSACTION_HOPELESS;
    move(transaction, over ? TRANSACTION_OVER : TRANSACTION_IDLE);
    if (transaction->producer != NULL)
        producer_forget(transaction->producer);
    size_t count = transaction->task_count;
    forget_tasks(transaction);
    transaction->setup.ended(transaction->setup.arg, end, transaction->tasks, count);
}

static void undo_all(struct transaction *transaction)
{
    for (size_t i = 0; i < transaction->task_count; i++)
        task_undo(transaction->tasks[i]);
}

static void finish_committed(struct transaction *transaction)
{
    for (size_t i = 0; i < transaction->task_count; i++)
        task_committed(transaction->tasks[i], &transaction->notes[i]);
    transaction->counters.committed++;
    transaction->counters.records += transaction->records;
    transaction->counters.bytes += transaction->bytes;
    finish(transaction, TRANSACTION_COMMITTED);
}

static void finish_undone(struct transaction *transaction)
{
    undo_all(transaction);
    transaction->counters.aborted++;
    finish(transaction, TRANSACTION_UNDONE);
}

/* What the group has for a task after an uncertain end. */
static enum transaction_end compare(const struct transaction *transaction, size_t index)
{
    const struct task *task = transaction->tasks[index];
    rd_kafka_topic_partition_t *place = rd_kafka_topic_partition_list_find(
        transaction->errand.offsets, task->topic, task->setup.partition);
    struct offset_note note = { 0 };
    if (place == NULL ||
        !offset_note_parse(
            (struct str){ place->metadata, place->metadata ? place->metadata_size : 0 }, &note,
            NULL))
        return TRANSACTION_STRANGE;
    if (note.counter == transaction->notes[index].counter &&
        place->offset == task->current.position)
        return TRANSACTION_COMMITTED;
    if (note.counter == task->marked.note.counter &&
        (place->offset == task->marked.position || place->offset < 0))
        return TRANSACTION_UNDONE;
    return TRANSACTION_STRANGE;
}

static void resolve(struct transaction *transaction)
{
    enum transaction_end end =
        transaction->task_count > 0 ? compare(transaction, 0) : TRANSACTION_UNDONE;
    for (size_t i = 1; i < transaction->task_count; i++) {
        if (compare(transaction, i) != end)
            end = TRANSACTION_STRANGE;
    }
    log_say(transaction->setup.log, LOGGED_NOTICE, "the uncertain transaction %s",
            end == TRANSACTION_COMMITTED ? "was committed"
            : end == TRANSACTION_UNDONE
                ? "was not committed"
                : "was followed by somebody else's: its partitions are restored");
    if (end == TRANSACTION_COMMITTED)
        finish_committed(transaction);
    else if (end == TRANSACTION_UNDONE)
        finish_undone(transaction);
    else
        finish(transaction, end);
}

static void on_recreated(void *arg)
{
    struct transaction *transaction = arg;
    struct errand *errand = &transaction->errand;
    bool first = transaction->state == TRANSACTION_STARTING;
    transaction->producer = errand->made;
    errand->made = NULL;
    switch (errand->ending) {
    case ENDING_DONE:
        producer_watch(transaction->producer, transaction->fd);
        transaction->counters.recreated += first ? 0 : 1;
        if (first)
            finish(transaction, TRANSACTION_READY);
        else if (errand->ask)
            resolve(transaction);
        else
            finish_undone(transaction);
        break;
    case ENDING_FENCED:
        finish(transaction, TRANSACTION_FENCED);
        break;
    case ENDING_STOPPED:
        finish(transaction, TRANSACTION_HOPELESS);
        break;
    default:
        log_say(transaction->setup.log, LOGGED_ERROR, "no transactions as '%s': %s",
                transaction->setup.name, errand->why.text);
        finish(transaction, TRANSACTION_HOPELESS);
        break;
    }
}

static void start_recreate(struct transaction *transaction, bool ask)
{
    struct errand *errand = &transaction->errand;
    move(transaction, TRANSACTION_RECREATING);
    errand->old = transaction->producer;
    transaction->redirected += producer_redirected(transaction->producer);
    errand->ask = ask;
    transaction->producer = NULL;
    aside_run(transaction->committer, run_recreate, on_recreated, transaction);
}

static void on_aborted(void *arg)
{
    struct transaction *transaction = arg;
    struct errand *errand = &transaction->errand;
    producer_serve(transaction->producer, now_monotonic());
    if (errand->ending == ENDING_DONE) {
        finish_undone(transaction);
        return;
    }
    log_say(transaction->setup.log, LOGGED_WARNING, "abort: %s; the producer is made anew",
            errand->why.text);
    start_recreate(transaction, false);
}

static void start_abort(struct transaction *transaction)
{
    move(transaction, TRANSACTION_ABORTING);
    transaction->errand.producer = transaction->producer;
    aside_run(transaction->committer, run_abort, on_aborted, transaction);
}

static void count_commit(struct transaction *transaction, time_ms took)
{
    size_t bucket = 0;
    while (took > transaction_buckets[bucket])
        bucket++;
    transaction->counters.commit_count[bucket]++;
    transaction->counters.commit_ms_sum += (uint64_t)took;
    transaction->counters.commit_ms_last = took;
}

static void on_committed(void *arg)
{
    struct transaction *transaction = arg;
    struct errand *errand = &transaction->errand;
    producer_serve(transaction->producer, now_monotonic());
    for (int i = 0; i < errand->refusing.count; i++)
        producer_refuse(transaction->producer, errand->refusing.items[i].topic,
                        errand->refusing.items[i].code, now_monotonic());
    if (errand->ending == ENDING_DONE) {
        count_commit(transaction, errand->took);
        finish_committed(transaction);
        return;
    }
    const char *reason;
    enum producer_verdict verdict = producer_verdict(transaction->producer, &reason);
    log_say(transaction->setup.log, LOGGED_WARNING, "commit: %s%s%s", errand->why.text,
            verdict == PRODUCER_FINE ? "" : "; ", reason);
    if (verdict == PRODUCER_HOPELESS)
        finish(transaction, TRANSACTION_HOPELESS);
    else if (errand->ending == ENDING_UNCERTAIN)
        start_recreate(transaction, true);
    else if (errand->ending == ENDING_ABORT && verdict < PRODUCER_UNCERTAIN)
        start_abort(transaction);
    else
        start_recreate(transaction, false);
}

static void on_producer(evutil_socket_t fd, short what, void *arg)
{
    struct transaction *transaction = arg;
    (void)what;
    uint64_t unread;
    if (read((int)fd, &unread, sizeof(unread)) < 0 && errno != EAGAIN)
        return;
    if (transaction->producer == NULL || transaction->state == TRANSACTION_RECREATING ||
        transaction->state == TRANSACTION_STARTING)
        return;
    producer_serve(transaction->producer, now_monotonic());
    const char *reason;
    enum producer_verdict verdict = producer_verdict(transaction->producer, &reason);
    if (verdict == PRODUCER_FINE || aside_busy(transaction->committer))
        return; /* whoever is busy ends the transaction, and looks at the verdict then */
    if (transaction->state == TRANSACTION_OPEN)
        transaction_abort(transaction, reason);
    else if (verdict >= PRODUCER_UNCERTAIN && transaction->state == TRANSACTION_IDLE)
        start_recreate(transaction, false);
}

struct transaction *transaction_new(struct event_base *base, const struct transaction_setup *setup,
                                    struct error *err)
{
    struct transaction *transaction = mem_alloc(sizeof(*transaction));
    transaction->setup = *setup;
    transaction->errand.setup = &transaction->setup;
    transaction->committer = aside_new(base, "committer", err);
    if (transaction->committer == NULL)
        goto out;
    transaction->fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (transaction->fd < 0) {
        error_set(err, "eventfd: %s", strerror(errno));
        goto out;
    }
    transaction->event =
        event_new(base, transaction->fd, EV_READ | EV_PERSIST, on_producer, transaction);
    event_add(transaction->event, NULL);
    aside_run(transaction->committer, run_recreate, on_recreated, transaction);
    return transaction;
out:
    aside_free(transaction->committer);
    free(transaction);
    return NULL;
}

void transaction_free(struct transaction *transaction)
{
    if (transaction == NULL)
        return;
    aside_free(transaction->committer);
    producer_free(transaction->producer);
    errand_clear(&transaction->errand);
    event_free(transaction->event);
    close(transaction->fd);
    free(transaction->tasks);
    free(transaction->notes);
    free(transaction);
}

enum transaction_state transaction_state(const struct transaction *transaction)
{
    return transaction->state;
}

void transaction_open(struct transaction *transaction)
{
    if (transaction->state == TRANSACTION_OPEN)
        return;
    move(transaction, TRANSACTION_OPEN);
    rd_kafka_error_t *error = rd_kafka_begin_transaction(producer_client(transaction->producer));
    if (error == NULL)
        return;
    /* Only a producer that failed fatally meanwhile refuses; its error event says why, and what
     * is written until then is undone with the rest. */
    log_say(transaction->setup.log, LOGGED_WARNING, "begin: %s", rd_kafka_error_string(error));
    rd_kafka_error_destroy(error);
    event_active(transaction->event, EV_READ, 0);
}

void transaction_join(struct transaction *transaction, struct task *task)
{
    for (size_t i = 0; i < transaction->task_count; i++) {
        if (transaction->tasks[i] == task)
            return;
    }
    if (transaction->task_count == transaction->task_capacity) {
        transaction->task_capacity += 64;
        transaction->tasks =
            mem_resize(transaction->tasks, transaction->task_capacity, sizeof(*transaction->tasks));
        transaction->notes =
            mem_resize(transaction->notes, transaction->task_capacity, sizeof(*transaction->notes));
    }
    transaction->tasks[transaction->task_count++] = task;
    task->changed = true;
}

void transaction_write(struct transaction *transaction, const struct actions *actions)
{
    time_ms now = now_monotonic();
    for (size_t i = 0; i < actions->count; i++) {
        if (i == 1)
            FAILPOINT(transaction->setup.failpoints, "mid_produce");
        transaction->bytes += producer_send(transaction->producer, &actions->items[i], now);
    }
    transaction->records += actions->count;
}

void transaction_write_config(struct transaction *transaction)
{
    producer_send_config(transaction->producer);
    transaction->records++;
}

void transaction_commit(struct transaction *transaction)
{
    struct errand *errand = &transaction->errand;
    move(transaction, TRANSACTION_COMMITTING);
    errand->producer = transaction->producer;
    errand->offsets = rd_kafka_topic_partition_list_new((int)transaction->task_count);
    for (size_t i = 0; i < transaction->task_count; i++) {
        struct task *task = transaction->tasks[i];
        rd_kafka_topic_partition_t *place =
            rd_kafka_topic_partition_list_add(errand->offsets, task->topic, task->setup.partition);
        char text[OFFSET_NOTE_SIZE];
        transaction->notes[i] = task_note(task, transaction->setup.config->commit_records);
        offset_note_format(&transaction->notes[i], text);
        place->offset = task->current.position;
        place->metadata_size = strlen(text);
        place->metadata = mem_copy(text, place->metadata_size); /* librdkafka frees it */
    }
    aside_run(transaction->committer, run_commit, on_committed, transaction);
}

void transaction_abort(struct transaction *transaction, const char *reason)
{
    const char *ignored;
    enum producer_verdict verdict = producer_verdict(transaction->producer, &ignored);
    log_say(transaction->setup.log, LOGGED_WARNING, "transaction aborted: %s", reason);
    if (verdict == PRODUCER_HOPELESS)
        finish(transaction, TRANSACTION_HOPELESS);
    else if (verdict >= PRODUCER_UNCERTAIN)
        start_recreate(transaction, false);
    else
        start_abort(transaction);
}

void transaction_probe(struct transaction *transaction, const char *reason)
{
    transaction_open(transaction);
    transaction_write_config(transaction);
    transaction->errand.probe = true;
    transaction_abort(transaction, reason);
}

void transaction_configure(struct transaction *transaction, const struct config *config)
{
    transaction->setup.config = config;
    producer_configure(transaction->producer, config);
}

size_t transaction_bytes(const struct transaction *transaction)
{
    return transaction->bytes;
}

size_t transaction_records(const struct transaction *transaction)
{
    return transaction->records;
}

struct transaction_counters transaction_counters(const struct transaction *transaction)
{
    struct transaction_counters counters = transaction->counters;
    counters.redirected = transaction->redirected;
    /* While it is being made the producer is the committer's, even to look at. */
    if (transaction->state != TRANSACTION_RECREATING &&
        transaction->state != TRANSACTION_STARTING && transaction->producer != NULL)
        counters.redirected += producer_redirected(transaction->producer);
    return counters;
}

time_ms transaction_age(const struct transaction *transaction)
{
    return transaction->state > TRANSACTION_OPEN ? now_monotonic() - transaction->ending_since : 0;
}
