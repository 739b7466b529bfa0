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
#include "exactly_once/ending.h"
#include "host/now.h"

enum {
    SLOW_MS = 3000,   /* a commit that people should know of */
    STATE_TURN = 1024 /* changelog records that one turn of the loop writes */
};

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
    struct actions changelog; /* of the task whose records are being written */
    size_t logged_tasks;      /* whose changelogs are written */
    size_t logged;            /* records of the next one's that are */
    struct ending ending;
    struct transaction_counters counters;
    time_ms ending_since;
    uint64_t redirected; /* of the open transaction, by a producer that is gone */
};

/* ---- on the committer's thread */

static void run_commit(void *arg)
{
    struct transaction *transaction = arg;
    ending_commit(&transaction->ending);
}

static void run_abort(void *arg)
{
    struct transaction *transaction = arg;
    ending_abort(&transaction->ending);
}

static void run_recreate(void *arg)
{
    struct transaction *transaction = arg;
    ending_recreate(&transaction->ending);
}

/* ---- on the loop */

static void forget_tasks(struct transaction *transaction)
{
    transaction->task_count = 0;
    transaction->logged_tasks = transaction->logged = 0;
    transaction->bytes = transaction->records = 0;
    ending_forget_offsets(&transaction->ending);
}

static enum remedy heard(const struct transaction *transaction)
{
    return transaction->producer == NULL ? REMEDY_NONE
                                         : producer_verdict(transaction->producer)->remedy;
}

/* Records of the open transaction that went aside; asked once. */
static uint64_t take_redirected(struct transaction *transaction)
{
    uint64_t redirected = transaction->redirected;
    if (transaction->producer != NULL)
        redirected += producer_take_redirected(transaction->producer);
    transaction->redirected = 0;
    return redirected;
}

static void undo_all(struct transaction *transaction)
{
    for (size_t i = 0; i < transaction->task_count; i++)
        task_undo(transaction->tasks[i]);
    transaction->counters.aborted++;
    take_redirected(transaction); /* they will go aside once more */
}

static void mark_all(struct transaction *transaction)
{
    for (size_t i = 0; i < transaction->task_count; i++)
        task_committed(transaction->tasks[i], &transaction->notes[i]);
    transaction->counters.committed++;
    transaction->counters.redirected += take_redirected(transaction);
    transaction->counters.records += transaction->records;
    transaction->counters.bytes += transaction->bytes;
}

/* What the group has for a task after an uncertain end. */
static enum transaction_end compare(const struct transaction *transaction, size_t index)
{
    const struct task *task = transaction->tasks[index];
    rd_kafka_topic_partition_t *place = rd_kafka_topic_partition_list_find(
        transaction->ending.offsets, task->topic, task->setup.partition);
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

/* What became of an uncertain transaction. */
static enum transaction_end answer(const struct transaction *transaction)
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
    return end;
}

static void finish(struct transaction *transaction, enum transaction_end end)
{
    if (end == TRANSACTION_ANSWER)
        end = answer(transaction);
    if (end == TRANSACTION_COMMITTED)
        mark_all(transaction);
    else if (end == TRANSACTION_UNDONE)
        undo_all(transaction);
    if (transaction->producer != NULL)
        producer_forget(transaction->producer);
    size_t count = transaction->task_count;
    forget_tasks(transaction);
    transaction->setup.ended(transaction->setup.arg, end, transaction->tasks, count);
}

static void on_ending(void *arg);

/* The one door: whatever happens to a transaction happens here. */
static void step(struct transaction *transaction, enum transaction_event event, enum remedy work)
{
    struct ending *ending = &transaction->ending;
    struct transaction_step next =
        transaction_step(transaction->state, event, work, heard(transaction));
    bool ended = transaction->state > TRANSACTION_OPEN, ends = next.state > TRANSACTION_OPEN;
    if (ends && !ended)
        transaction->ending_since = now_monotonic();
    transaction->state = next.state;
    if (next.work == WORK_RECREATE)
        ending->probe = false; /* finds out, too */
    switch (next.work) {
    case WORK_NONE:
        break;
    case WORK_COMMIT:
        aside_run(transaction->committer, run_commit, on_ending, transaction);
        break;
    case WORK_ABORT:
        ending->producer = transaction->producer;
        aside_run(transaction->committer, run_abort, on_ending, transaction);
        break;
    case WORK_RECREATE:
        ending->config = transaction->setup.config;
        ending->producer = transaction->producer;
        ending->ask = next.state == TRANSACTION_ASKING;
        transaction->redirected += producer_take_redirected(transaction->producer);
        transaction->producer = NULL;
        aside_run(transaction->committer, run_recreate, on_ending, transaction);
        break;
    }
    if (next.end != TRANSACTION_GOES_ON)
        finish(transaction, next.end);
}

static void count_commit(struct transaction *transaction, time_ms took)
{
    size_t bucket = 0;
    while (took > transaction_buckets[bucket])
        bucket++;
    transaction->counters.commit_count[bucket]++;
    transaction->counters.commit_ms_sum += (uint64_t)took;
    transaction->counters.commit_ms_last = took;
    if (took >= SLOW_MS)
        log_say(transaction->setup.log, LOGGED_WARNING,
                "a commit took %.1f s: Kafka answers slowly", (double)took / TIME_SECOND);
}

/* What the thread made, or gave back. */
static void take_producer(struct transaction *transaction)
{
    struct ending *ending = &transaction->ending;
    bool again = transaction->state != TRANSACTION_STARTING;
    transaction->producer = ending->made != NULL ? ending->made : ending->producer;
    ending->made = ending->producer = NULL;
    if (ending->verdict.remedy != REMEDY_NONE)
        return;
    producer_watch(transaction->producer, transaction->fd);
    transaction->counters.recreated += again;
}

/* Why the work did not end as it was ordered. */
static void complain(const struct transaction *transaction)
{
    static const char *const what[] = {
        [TRANSACTION_STARTING] = "no transactions",
        [TRANSACTION_COMMITTING] = "commit",
        [TRANSACTION_ABORTING] = "abort; the producer is made anew",
        [TRANSACTION_RECREATING] = "no transactions any more",
        [TRANSACTION_ASKING] = "no transactions any more",
    };
    const struct verdict *work = &transaction->ending.verdict;
    bool refused = heard(transaction) != REMEDY_NONE;
    if ((work->remedy == REMEDY_NONE && !refused) || work->remedy == REMEDY_STOP)
        return;
    log_say(transaction->setup.log, work->remedy == REMEDY_DIE ? LOGGED_ERROR : LOGGED_WARNING,
            "%s: %s: %s%s%s", transaction->setup.name, what[transaction->state], work->text,
            refused ? "; " : "", refused ? producer_verdict(transaction->producer)->text : "");
}

static void on_ending(void *arg)
{
    struct transaction *transaction = arg;
    struct ending *ending = &transaction->ending;
    if (transaction->producer == NULL)
        take_producer(transaction);
    if (transaction->producer != NULL)
        producer_serve(transaction->producer, now_monotonic());
    if (transaction->state == TRANSACTION_COMMITTING) {
        for (int i = 0; i < ending->refusing.count; i++)
            producer_refuse(transaction->producer, ending->refusing.items[i].topic,
                            ending->refusing.items[i].code, now_monotonic());
        if (ending->verdict.remedy == REMEDY_NONE)
            count_commit(transaction, ending->took);
    }
    complain(transaction);
    step(transaction, TRANSACTION_ENDS, ending->verdict.remedy);
}

static void on_producer(evutil_socket_t fd, short what, void *arg)
{
    struct transaction *transaction = arg;
    (void)what;
    uint64_t unread;
    if (read((int)fd, &unread, sizeof(unread)) < 0 && errno != EAGAIN)
        return;
    if (transaction->producer == NULL)
        return; /* while it is made anew it is the thread's */
    producer_serve(transaction->producer, now_monotonic());
    if (transaction->state == TRANSACTION_OPEN && heard(transaction) != REMEDY_NONE)
        log_say(transaction->setup.log, LOGGED_WARNING, "transaction aborted: %s",
                producer_verdict(transaction->producer)->text);
    step(transaction, TRANSACTION_HEARS, REMEDY_NONE);
}

struct transaction *transaction_new(struct event_base *base, const struct transaction_setup *setup,
                                    struct error *err)
{
    struct transaction *transaction = mem_alloc(sizeof(*transaction));
    transaction->setup = *setup;
    transaction->ending.config = setup->config;
    transaction->ending.setup = (struct ending_setup){ .name = setup->name,
                                                       .consumer = setup->consumer,
                                                       .log = setup->log,
                                                       .failpoints = setup->failpoints,
                                                       .undeliverable = setup->undeliverable,
                                                       .stop = setup->stop,
                                                       .epoch = setup->epoch };
    transaction->committer = aside_new(base, "committer", err);
    if (transaction->committer == NULL)
        goto out;
    transaction->fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (transaction->fd < 0) {
        error_set(err, "eventfd: %s", strerror(errno));
        goto out;
    }
    actions_init(&transaction->changelog);
    transaction->event =
        event_new(base, transaction->fd, EV_READ | EV_PERSIST, on_producer, transaction);
    event_add(transaction->event, NULL);
    aside_run(transaction->committer, run_recreate, on_ending, transaction);
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
    actions_free(&transaction->changelog);
    producer_free(transaction->producer != NULL ? transaction->producer
                                                : transaction->ending.producer);
    ending_clear(&transaction->ending);
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
    step(transaction, TRANSACTION_OPENS, REMEDY_NONE);
    transaction->ending.epoch = atomic_load(transaction->setup.epoch);
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

static void write_some(struct transaction *transaction, const struct actions *actions, size_t from,
                       size_t to)
{
    time_ms now = now_monotonic();
    for (size_t i = from; i < to; i++) {
        if (i == 1)
            FAILPOINT(transaction->setup.failpoints, "mid_produce");
        transaction->bytes += producer_send(transaction->producer, &actions->items[i], now);
    }
    transaction->records += to - from;
}

void transaction_write(struct transaction *transaction, const struct actions *actions)
{
    write_some(transaction, actions, 0, actions->count);
}

void transaction_write_config(struct transaction *transaction)
{
    producer_send_config(transaction->producer, now_monotonic());
    transaction->records++;
}

/* The next offset of every task, with what the commit says of it. */
static rd_kafka_topic_partition_list_t *make_offsets(struct transaction *transaction)
{
    rd_kafka_topic_partition_list_t *offsets =
        rd_kafka_topic_partition_list_new((int)transaction->task_count);
    for (size_t i = 0; i < transaction->task_count; i++) {
        struct task *task = transaction->tasks[i];
        rd_kafka_topic_partition_t *place =
            rd_kafka_topic_partition_list_add(offsets, task->topic, task->setup.partition);
        char text[OFFSET_NOTE_SIZE];
        transaction->notes[i] = task_note(task, transaction->setup.config->commit_records);
        offset_note_format(&transaction->notes[i], text);
        place->offset = task->current.position;
        place->metadata_size = strlen(text);
        place->metadata = mem_copy(text, place->metadata_size); /* librdkafka frees it */
    }
    return offsets;
}

/* At most `room` records of the next task's changelog; how many. */
static size_t log_task(struct transaction *transaction, size_t room)
{
    struct actions *changelog = &transaction->changelog;
    if (transaction->logged == 0) {
        actions_clear(changelog);
        task_changelog(transaction->tasks[transaction->logged_tasks], changelog);
    }
    size_t left = changelog->count - transaction->logged;
    size_t count = left < room ? left : room;
    write_some(transaction, changelog, transaction->logged, transaction->logged + count);
    transaction->logged += count;
    if (count == left) {
        transaction->logged_tasks++;
        transaction->logged = 0;
    }
    return count;
}

/* What the tasks' state has become, some of it. False: there is more. */
static bool write_changelogs(struct transaction *transaction)
{
    size_t room = STATE_TURN;
    while (room > 0 && transaction->logged_tasks < transaction->task_count)
        room -= log_task(transaction, room);
    return transaction->logged_tasks == transaction->task_count;
}

bool transaction_closes(const struct transaction *transaction)
{
    return transaction->logged_tasks + transaction->logged > 0;
}

bool transaction_commit(struct transaction *transaction)
{
    if (heard(transaction) == REMEDY_NONE && !write_changelogs(transaction))
        return false;
    if (heard(transaction) != REMEDY_NONE)
        log_say(transaction->setup.log, LOGGED_WARNING, "transaction not committed: %s",
                producer_verdict(transaction->producer)->text);
    transaction->ending.producer = transaction->producer;
    transaction->ending.offsets = make_offsets(transaction);
    step(transaction, TRANSACTION_COMMITS, REMEDY_NONE);
    return true;
}

void transaction_abort(struct transaction *transaction, const char *reason)
{
    log_say(transaction->setup.log, LOGGED_WARNING, "transaction aborted: %s", reason);
    step(transaction, TRANSACTION_GIVES_UP, REMEDY_NONE);
}

void transaction_probe(struct transaction *transaction, const char *reason)
{
    transaction_open(transaction);
    transaction_write_config(transaction);
    transaction->ending.probe = true;
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

struct transaction_counters transaction_counters(const struct transaction *transaction)
{
    return transaction->counters;
}

time_ms transaction_age(const struct transaction *transaction)
{
    return transaction->state > TRANSACTION_OPEN ? now_monotonic() - transaction->ending_since : 0;
}
