/* A tickets engine with virtual time, a Kafka partition and a compacted changelog around it: what
 * the tests of the stage have in common. Included by one test program each. */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "host/config_file.h"
#include "json/json.h"
#include "stages.h"

#define WORLD_START INT64_C(1795219200000) /* 2026-11-21T00:00:00Z */

struct entry {
    char *key, *value; /* value NULL: tombstone */
    size_t key_size, value_size;
};

struct world {
    const struct config *config;
    struct engine *engine;
    struct engine_setup setup;
    struct task_clock clock;
    struct arena *arena;
    struct actions actions;
    struct entry *changelog; /* as written, never compacted */
    size_t changelog_count, changelog_capacity;
    int64_t offset;
};

static inline const struct config *world_config(const char *path)
{
    struct config_findings findings;
    const struct config *config = config_open(path, &findings);
    for (size_t i = 0; i < findings.count; i++) {
        if (findings.items[i].fatal)
            print_error("%.*s\n", STR_ARG(findings.items[i].text));
    }
    config_findings_free(&findings);
    assert_non_null(config);
    return config;
}

static inline void world_open(struct world *world, const struct config *config, int32_t partition,
                              int32_t partition_count)
{
    *world = (struct world){ .config = config };
    world->setup = (struct engine_setup){ .config = config,
                                          .topic = config->topics.home,
                                          .partition = partition,
                                          .partition_count = partition_count,
                                          .home_partitions = partition_count };
    world->engine = tickets_engine.create(&world->setup);
    world->clock.mode = CLOCK_STREAM;
    world->arena = arena_new(64 * 1024);
    actions_init(&world->actions);
}

static inline void world_close(struct world *world)
{
    tickets_engine.destroy(world->engine);
    for (size_t i = 0; i < world->changelog_count; i++) {
        free(world->changelog[i].key);
        free(world->changelog[i].value);
    }
    free(world->changelog);
    arena_free(world->arena);
    actions_free(&world->actions);
}

static inline char *world_copy(struct str s)
{
    char *copy = malloc(s.size + 1);
    if (!copy)
        abort();
    if (s.size)
        memcpy(copy, s.data, s.size);
    copy[s.size] = 0;
    return copy;
}

/* Appends the actions' changelog records to the changelog. */
static inline void world_keep(struct world *world)
{
    for (size_t i = 0; i < world->actions.count; i++) {
        const struct action *action = &world->actions.items[i];
        if (action->output != OUTPUT_STATE)
            continue;
        assert_int_equal(action->partition, world->setup.partition);
        if (world->changelog_count == world->changelog_capacity) {
            world->changelog_capacity = 2 * world->changelog_capacity + 64;
            world->changelog =
                realloc(world->changelog, world->changelog_capacity * sizeof(*world->changelog));
        }
        struct entry *entry = &world->changelog[world->changelog_count++];
        *entry = (struct entry){ .key = world_copy(action->key), .key_size = action->key.size };
        if (str_present(action->value)) {
            entry->value = world_copy(action->value);
            entry->value_size = action->value.size;
        }
    }
}

/* The transaction ends: what the last call did is in the changelog for good. */
static inline void world_commit(struct world *world)
{
    world_keep(world);
    tickets_engine.mark(world->engine);
}

/* What tickets tell each other comes back as further records of the same partition, at once. */
static inline void world_feed_back(struct world *world, size_t at)
{
    time_ms timestamp = world->clock.passed; /* as the records tell it, whatever the clock says */
    for (; at < world->actions.count; at++) {
        const struct action *action = &world->actions.items[at];
        struct record back = { .headers = action->headers, .header_count = action->header_count };
        if (action->output != OUTPUT_HOME || !str_present(record_header(&back, LINK_FROM)))
            continue;
        struct record *record = arena_alloc(world->arena, sizeof(*record));
        *record = back;
        record->topic = world->setup.topic;
        record->partition = world->setup.partition;
        record->offset = world->offset++;
        record->timestamp = timestamp;
        record->key = action->key;
        record->value = action->value;
        struct prepared *prepared = tickets_engine.prepare(world->engine, record, world->arena);
        engine_turn(&tickets_engine, world->engine, &world->clock, prepared, timestamp, 0,
                    &world->actions);
    }
}

/* Deadlines one by one, so that what they tell other tickets is heard before the next. */
static inline void world_reach(struct world *world, time_ms until)
{
    for (time_ms due; (due = tickets_engine.next(world->engine)) <= until;) {
        size_t at = world->actions.count;
        engine_advance(&tickets_engine, world->engine, &world->clock, due, &world->actions);
        world_feed_back(world, at);
    }
}

/* Feeds one event's JSON as the next record of the partition, read at `wall` in wall mode; the
 * actions stay until the next call. */
static inline void world_feed_at(struct world *world, struct str json, time_ms timestamp,
                                 time_ms wall)
{
    actions_clear(&world->actions);
    arena_reset(world->arena);
    struct record *record = arena_alloc(world->arena, sizeof(*record));
    *record = (struct record){ .topic = world->setup.topic,
                               .partition = world->setup.partition,
                               .offset = world->offset++,
                               .timestamp = timestamp,
                               .value = arena_copy(world->arena, json) };
    struct prepared *prepared = tickets_engine.prepare(world->engine, record, world->arena);
    time_ms event_time = tickets_engine.prepared_time(prepared);
    if (world->clock.mode == CLOCK_WALL)
        world->clock.now = time_max(world->clock.now, wall);
    world_reach(world, world->clock.mode == CLOCK_WALL ? timestamp
                       : event_time == TIME_NEVER      ? world->clock.stream
                                                       : event_time);
    size_t at = world->actions.count;
    engine_turn(&tickets_engine, world->engine, &world->clock, prepared, timestamp, wall,
                &world->actions);
    world_feed_back(world, at);
}

static inline void world_feed(struct world *world, struct str json, time_ms timestamp)
{
    world_feed_at(world, json, timestamp, timestamp);
}

/* Time passes up to `until`, deadline by deadline; in wall mode the clock wakes the task for each,
 * as it does a task that has read all its input. */
static inline void world_pass(struct world *world, time_ms until)
{
    actions_clear(&world->actions);
    for (time_ms wake = 0; world->clock.mode == CLOCK_WALL && wake < until;) {
        wake = engine_wake(&tickets_engine, world->engine, &world->clock, false);
        wake = time_max(time_min(wake, until), world->clock.now);
        for (bool more = true; more;) {
            size_t at = world->actions.count;
            more = engine_pass(&tickets_engine, world->engine, &world->clock, false, wake, 1,
                               &world->actions);
            world_feed_back(world, at);
        }
    }
    if (world->clock.mode == CLOCK_WALL)
        return;
    world_reach(world, until);
    engine_advance(&tickets_engine, world->engine, &world->clock, until, &world->actions);
}

/* True when a later entry has the same key: compaction may have removed this one. */
static inline bool world_outdated(const struct world *world, size_t index)
{
    const struct entry *entry = &world->changelog[index];
    for (size_t i = index + 1; i < world->changelog_count; i++) {
        const struct entry *later = &world->changelog[i];
        if (later->key_size == entry->key_size && !memcmp(later->key, entry->key, entry->key_size))
            return true;
    }
    return false;
}

/* Another process takes over: state comes from the changelog alone. */
static inline void world_restart(struct world *world, bool compacted)
{
    struct error err;
    tickets_engine.destroy(world->engine);
    world->engine = tickets_engine.create(&world->setup);
    for (size_t i = 0; i < world->changelog_count; i++) {
        const struct entry *entry = &world->changelog[i];
        if (compacted && world_outdated(world, i))
            continue;
        struct str key = { entry->key, entry->key_size };
        struct str value = { entry->value, entry->value ? entry->value_size : 0 };
        if (!tickets_engine.restore(world->engine, key, value, &err))
            fail_msg("%s", err.text);
    }
    if (!tickets_engine.restored(world->engine, &err))
        fail_msg("%s", err.text);
}
