/* What is kept in step with every event equals what is computed anew from the tickets: deadlines,
 * counts, the definitions in use; and the clock makes of a log what its records' time makes of it.
 */
#include "random_events.h"
#include "tickets_world.h"

#include "track/definition.h"
#include "track/ticket.h"

enum { EVENTS = 1200 };

static const struct config *config;

static int open_config(void **state)
{
    (void)state;
    config = world_config(SOURCE_DIR "/tests/traces/everything.yaml");
    return 0;
}

static int close_config(void **state)
{
    (void)state;
    config_free((struct config *)config);
    return 0;
}

/* ---- state */

struct recomputed {
    size_t tickets, definitions;
    time_ms next;
};

/* The definitions of the changelog, in a table of their own. */
static size_t read_definitions(const struct world *world, struct definitions *definitions)
{
    size_t count = 0;
    struct error err;
    for (size_t i = 0; i < world->changelog_count; i++) {
        const struct entry *entry = &world->changelog[i];
        struct str key = { entry->key, entry->key_size };
        struct str text = { entry->value, entry->value_size };
        uint64_t hash = 0;
        if (world_outdated(world, i) || !entry->value || !definition_key_parse(key, &hash))
            continue;
        assert_true(definitions_restore(definitions, hash, text, &err));
        count++;
    }
    return count;
}

/* Counts each definition once, at its first ticket. */
static size_t count_new(uint64_t *known, size_t count, const struct ticket *ticket)
{
    uint64_t used[64];
    size_t used_count = ticket_definitions(ticket, used, 64);
    for (size_t i = 0; i < used_count; i++) {
        size_t at = 0;
        while (at < count && known[at] != used[i])
            at++;
        if (at == count)
            known[count++] = used[i];
    }
    return count;
}

static struct recomputed recompute(const struct world *world, const struct definitions *definitions)
{
    struct recomputed result = { .next = TIME_NEVER };
    struct arena *arena = arena_new(16 * 1024);
    uint64_t known[64];
    for (size_t i = 0; i < world->changelog_count; i++) {
        const struct entry *entry = &world->changelog[i];
        struct ticket ticket;
        struct error err;
        time_ms kept = 0;
        struct str key = { entry->key, entry->key_size };
        struct str value = { entry->value, entry->value_size };
        if (world_outdated(world, i) || !entry->value || !str_starts(key, STR("t/")))
            continue;
        assert_true(ticket_decode(value, key, arena, &ticket, &err));
        assert_true(ticket_peek(value, &kept, &err));
        assert_int_equal(kept, ticket_deadline(&ticket, definitions));
        /* Nothing waits for ever that has ended: it is forgotten one day. */
        assert_true(!status_is_ended(ticket.status) || kept != TIME_NEVER);
        assert_true(ticket.status != STATUS_CLOSED || ticket.climb_count == 0);
        result.next = time_min(result.next, kept);
        result.definitions = count_new(known, result.definitions, &ticket);
        result.tickets++;
    }
    arena_free(arena);
    return result;
}

static uint64_t counter(const struct world *world, const char *name)
{
    uint64_t values[32] = { 0 };
    size_t at = 0;
    tickets_engine.counters(world->engine, values);
    while (strcmp(tickets_engine.counter_rows[at].name, name) != 0)
        at++;
    return values[at];
}

static void compare(const struct world *world)
{
    struct definitions *definitions = definitions_new();
    size_t kept = read_definitions(world, definitions);
    struct recomputed recomputed = recompute(world, definitions);
    assert_int_equal(tickets_engine.next(world->engine), recomputed.next);
    assert_int_equal(counter(world, "kept"), recomputed.tickets);
    assert_int_equal(kept, recomputed.definitions);
    definitions_free(definitions);
}

static void what_is_kept_in_step_equals_what_is_computed_anew(void **state)
{
    struct world world;
    struct buf json = { 0 };
    (void)state;
    for (uint64_t seed = 1; seed <= 2; seed++) {
        uint64_t random = seed;
        time_ms now = WORLD_START;
        world_open(&world, config, 0, 1);
        for (int i = 0; i < EVENTS; i++) {
            now += random_step(&random);
            random_event(&random, now, &json);
            world_feed(&world, buf_str(&json), now);
            bool undone = dice(&random, 4) == 0;
            if (undone)
                tickets_engine.undo(world.engine);
            else
                world_commit(&world);
            if (i % 50 == 0)
                compare(&world);
        }
        world_close(&world);
    }
    buf_free(&json);
}

/* ---- time */

static void run(enum clock_mode mode, uint64_t seed, struct buf *out)
{
    struct world world;
    struct buf json = { 0 };
    time_ms now = WORLD_START;
    world_open(&world, config, 0, 1);
    world.clock.mode = mode;
    for (int i = 0; i < EVENTS; i++) {
        now += random_step(&seed);
        time_ms time = random_event(&seed, now, &json);
        /* A clock that stands still: it never overtakes the records. */
        world_feed_at(&world, buf_str(&json), time, 0);
        for (size_t k = 0; k < world.actions.count; k++)
            buf_printf(out, "%.*s\n%.*s\n", STR_ARG(world.actions.items[k].key),
                       STR_ARG(world.actions.items[k].value));
        world_commit(&world);
    }
    buf_free(&json);
    world_close(&world);
}

static void a_clock_that_never_overtakes_says_what_the_records_say(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 2; seed++) {
        struct buf by_records = { 0 }, by_clock = { 0 };
        run(CLOCK_STREAM, seed, &by_records);
        run(CLOCK_WALL, seed, &by_clock);
        assert_true(by_records.size > 500000);
        size_t at = 0;
        while (at < by_records.size && at < by_clock.size &&
               by_records.data[at] == by_clock.data[at])
            at++;
        if (by_records.size != by_clock.size || at < by_records.size)
            fail_msg("seed %llu differs at byte %zu:\n%.300s\n---\n%.300s",
                     (unsigned long long)seed, at,
                     buf_text(&by_records) + (at > 100 ? at - 100 : 0),
                     buf_text(&by_clock) + (at > 100 ? at - 100 : 0));
        buf_free(&by_records);
        buf_free(&by_clock);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_kept_in_step_equals_what_is_computed_anew),
        cmocka_unit_test(a_clock_that_never_overtakes_says_what_the_records_say),
    };
    json_init();
    return cmocka_run_group_tests(tests, open_config, close_config);
}
