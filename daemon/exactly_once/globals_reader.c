#include "exactly_once/globals_reader.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "base/mem.h"
#include "host/now.h"
#include "kafka/follow.h"

enum {
    POLL_MS = 100,
    ANSWER_MS = 30000,
    PUBLISH_MS = 1000,  /* at most so often, and never more than a tenth of the time: copying a */
    PUBLISH_SHARE = 10, /* table of a million rows takes a while */
};

/* One global table. */
struct followed {
    enum global global;
    void *table; /* as it is read */
    bool changed;
    struct snapshot *current; /* what was shared last */
};

struct globals_reader {
    struct log *log;
    struct follow *follow;
    struct followed tables[GLOBAL_COUNT];
    struct snapshot **old; /* shared before; somebody may still look through them */
    size_t old_count;
    globals_changed_fn *shared;
    void *arg;
    pthread_t thread;
    bool started;
    atomic_bool stop;
    atomic_ullong progress;
};

static void put(struct globals_reader *reader, const struct follow_item *item)
{
    struct followed *followed = item->place->owner;
    const rd_kafka_message_t *message = item->message;
    struct str key = { message->key, message->key_len };
    struct str value = { message->payload, message->len };
    struct error err;
    if (global_rows[followed->global].put(followed->table, key, value, &err)) {
        followed->changed = true;
        return;
    }
    struct log_place place = { item->place->topic, message->partition, message->offset, STR_NONE };
    log_at(reader->log, LOGGED_WARNING, &place,
           "%s partition %d offset %lld: %s; the row is left out", item->place->topic,
           (int)message->partition, (long long)message->offset, err.text);
}

/* One turn of reading. False + err when the broker refuses. */
static bool read_some(struct globals_reader *reader, struct error *err)
{
    struct follow_item item;
    enum follow_news news = follow_next(reader->follow, POLL_MS, &item, err);
    atomic_fetch_add(&reader->progress, 1);
    if (news == FOLLOW_RECORD) {
        put(reader, &item);
        rd_kafka_message_destroy(item.message);
    }
    /* The log begins later than where we stood. What is gone was replaced by newer records of the
     * same keys, so reading all of it again loses nothing. */
    if (news == FOLLOW_LOST)
        return follow_again(reader->follow, item.place, err);
    return news != FOLLOW_FORBIDDEN;
}

static bool start_reading(struct globals_reader *reader, const struct config *config,
                          struct error *err)
{
    reader->follow = follow_open(config, reader->log, err);
    if (reader->follow == NULL)
        return false;
    for (enum global global = 0; global < GLOBAL_COUNT; global++) {
        struct str topic = global_topic(config, global);
        int partitions = follow_topic(reader->follow, topic, FOLLOW_FROM_START, ANSWER_MS,
                                      &reader->tables[global], err);
        if (partitions == 0)
            error_set(err, "topic '%.*s' is missing", STR_ARG(topic));
        if (partitions <= 0)
            return false;
    }
    return follow_start(reader->follow, err);
}

static bool changed(const struct globals_reader *reader)
{
    for (int i = 0; i < GLOBAL_COUNT; i++) {
        if (reader->tables[i].changed)
            return true;
    }
    return false;
}

/* A large table may take long, silence may not. */
static bool catch_up(struct globals_reader *reader, const struct config *config, struct error *err)
{
    time_ms deadline = now_monotonic() + config->broker_wait;
    while (!follow_caught_up(reader->follow)) {
        if (!read_some(reader, err))
            return false;
        if (changed(reader))
            deadline = now_monotonic() + config->broker_wait;
        for (int i = 0; i < GLOBAL_COUNT; i++)
            reader->tables[i].changed = false;
        if (now_monotonic() > deadline)
            return error_set(err, "the global tables could not be read to their end");
    }
    return true;
}

static void share(struct followed *followed)
{
    followed->current =
        snapshot_new(followed->global, global_rows[followed->global].copy(followed->table));
    followed->changed = false;
}

struct globals_reader *globals_reader_open(const struct config *config, struct log *log,
                                           struct error *err)
{
    struct globals_reader *reader = mem_alloc(sizeof(*reader));
    reader->log = log;
    for (enum global global = 0; global < GLOBAL_COUNT; global++)
        reader->tables[global] =
            (struct followed){ .global = global, .table = global_rows[global].make() };
    if (!start_reading(reader, config, err) || !catch_up(reader, config, err)) {
        globals_reader_close(reader);
        return NULL;
    }
    for (enum global global = 0; global < GLOBAL_COUNT; global++) {
        struct followed *followed = &reader->tables[global];
        share(followed);
        log_say(log, LOGGED_INFO, "%.*s: %zu %s", STR_ARG(global_topic(config, global)),
                global_rows[global].count(followed->table), global_rows[global].name);
    }
    return reader;
}

struct snapshot *globals_reader_snapshot(const struct globals_reader *reader, enum global global)
{
    return reader->tables[global].current;
}

/* Returns how long it took, ms. */
static time_ms publish(struct globals_reader *reader)
{
    time_ms start = now_monotonic();
    for (int i = 0; i < GLOBAL_COUNT; i++) {
        struct followed *followed = &reader->tables[i];
        if (!followed->changed)
            continue;
        reader->old = mem_resize(reader->old, reader->old_count + 1, sizeof(*reader->old));
        reader->old[reader->old_count++] = followed->current;
        share(followed);
        reader->shared(reader->arg, followed->current);
    }
    return now_monotonic() - start;
}

/* Frees what nobody else looks through any more: here, where it holds up nobody. */
static void sweep(struct globals_reader *reader)
{
    size_t kept = 0;
    for (size_t i = 0; i < reader->old_count; i++) {
        if (snapshot_is_mine(reader->old[i]))
            snapshot_drop(reader->old[i]);
        else
            reader->old[kept++] = reader->old[i];
    }
    reader->old_count = kept;
}

static void *reader_main(void *arg)
{
    struct globals_reader *reader = arg;
    time_ms next = 0;
    while (!atomic_load(&reader->stop)) {
        struct error err;
        if (!read_some(reader, &err))
            log_say(reader->log, LOGGED_ERROR, "a global table is not read any more: %s", err.text);
        sweep(reader);
        time_ms now = now_monotonic();
        if (changed(reader) && now >= next)
            next = now + time_max(PUBLISH_MS, PUBLISH_SHARE * publish(reader));
    }
    return NULL;
}

bool globals_reader_follow(struct globals_reader *reader, globals_changed_fn *shared, void *arg,
                           struct error *err)
{
    reader->shared = shared;
    reader->arg = arg;
    if (pthread_create(&reader->thread, NULL, reader_main, reader) != 0)
        return error_set(err, "the thread that reads global tables cannot be started");
    pthread_setname_np(reader->thread, "globals");
    reader->started = true;
    return true;
}

void globals_reader_close(struct globals_reader *reader)
{
    if (reader == NULL)
        return;
    atomic_store(&reader->stop, true);
    if (reader->started)
        pthread_join(reader->thread, NULL);
    for (size_t i = 0; i < reader->old_count; i++)
        snapshot_drop(reader->old[i]);
    free(reader->old);
    for (int i = 0; i < GLOBAL_COUNT; i++) {
        snapshot_drop(reader->tables[i].current);
        global_rows[i].free(reader->tables[i].table);
    }
    follow_close(reader->follow);
    free(reader);
}

uint64_t globals_reader_progress(const struct globals_reader *reader)
{
    return atomic_load(&reader->progress);
}
