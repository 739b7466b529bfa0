/* Alertmanager #964, #844, #1125: the end is told again and again, or before it is one. Whatever
 * happens to tickets, and however often both stages are undone, restarted and given another
 * configuration: a level that was told hears of the end exactly once, and not before it. */
#include "random_events.h"
#include "tickets_world.h"

#include "track/ticket.h"

enum { EVENTS = 1000, SEEDS = 2, KEY = 256, HEARD = 4096 };

static const struct config *configs[2];

static int open_configs(void **state)
{
    (void)state;
    configs[0] = world_config(SOURCE_DIR "/tests/traces/everything.yaml");
    configs[1] = world_config(SOURCE_DIR "/tests/traces/everything_other.yaml");
    return 0;
}

static int close_configs(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++)
        config_free((struct config *)(uintptr_t)configs[i]);
    return 0;
}

/* What the people of one level know of one ticket. */
struct heard {
    char key[KEY]; /* the group and the ticket */
    bool open;
};

/* Both stages, one behind the other, and their changelogs. */
struct street {
    struct world world;
    struct engine *stage;
    struct engine_setup setup;
    struct task_clock clock;
    struct actions actions, log;
    struct arena *arena;
    struct definitions *definitions; /* of both configurations */
    struct heard heard[HEARD];
    size_t heard_count;
    int ends, messages;
    uint64_t seed;
};

static void street_open(struct street *street, uint64_t seed)
{
    *street = (struct street){ .seed = seed, .clock = { .mode = CLOCK_STREAM } };
    world_open(&street->world, configs[0], 0, 1);
    street->world.setup.changelog_at_commit = true;
    world_restart(&street->world, false);
    street->setup = (struct engine_setup){ .config = configs[0],
                                           .topic = STR("notices"),
                                           .partition_count = 1,
                                           .home_partitions = 1,
                                           .changelog_at_commit = true };
    street->stage = escalations_engine.create(&street->setup);
    actions_init(&street->actions);
    actions_init(&street->log);
    street->arena = arena_new(64 * 1024);
    street->definitions = definitions_new();
    definitions_configure(street->definitions, configs[0]);
    definitions_configure(street->definitions, configs[1]);
}

static void street_close(struct street *street)
{
    world_close(&street->world);
    escalations_engine.destroy(street->stage);
    actions_free(&street->actions);
    actions_free(&street->log);
    arena_free(street->arena);
    definitions_free(street->definitions);
}

/* ---- what is true */

/* The ticket's state as it is committed. */
static bool load_ticket(struct street *street, struct str id, struct ticket *ticket)
{
    const struct world *world = &street->world;
    for (size_t i = world->changelog_count; i-- > 0;) {
        const struct entry *entry = &world->changelog[i];
        if (entry->key_size != id.size + 2 || memcmp(entry->key, "t/", 2) != 0 ||
            memcmp(entry->key + 2, id.data, id.size) != 0)
            continue;
        struct error err;
        if (!entry->value)
            return false;
        if (!ticket_decode((struct str){ entry->value, entry->value_size }, id, street->arena,
                           ticket, &err))
            fail_msg("%s", err.text);
        return true;
    }
    return false;
}

static bool has_told(const struct street *street, const struct climb *climb, struct str level)
{
    const struct ladder_terms *terms = definitions_ladder(street->definitions, climb->definition);
    assert_non_null(terms);
    for (size_t step = 0; step < terms->step_count; step++) {
        if (climb->told & UINT32_C(1) << step && str_equal(terms->steps[step].level, level))
            return true;
    }
    return false;
}

/* Whether a ladder of that trigger goes on that has told the level of that department. */
static bool goes_on(struct street *street, struct str id, struct str level, struct str department,
                    struct str trigger)
{
    struct ticket ticket;
    if (!load_ticket(street, id, &ticket) || !str_equal(ticket.department, department))
        return false;
    for (size_t i = 0; i < ticket.climb_count; i++) {
        if (str_is(trigger, trigger_name(ticket.climbs[i].trigger)) &&
            has_told(street, &ticket.climbs[i], level))
            return true;
    }
    return false;
}

/* ---- what is told */

static struct heard *find_heard(struct street *street, const char *key)
{
    for (size_t i = 0; i < street->heard_count; i++) {
        if (strcmp(street->heard[i].key, key) == 0)
            return &street->heard[i];
    }
    assert_true(street->heard_count < HEARD);
    struct heard *heard = &street->heard[street->heard_count++];
    snprintf(heard->key, sizeof(heard->key), "%s", key);
    return heard;
}

static struct str part(struct str path, int number)
{
    for (; number > 0; number--) {
        const char *slash = memchr(path.data, '/', path.size);
        assert_non_null(slash);
        path.size -= (size_t)(slash + 1 - path.data);
        path.data = slash + 1;
    }
    const char *end = memchr(path.data, '/', path.size);
    return end ? (struct str){ path.data, (size_t)(end - path.data) } : path;
}

static void hear(struct street *street, struct str group, const cJSON *ticket)
{
    char key[KEY];
    struct str id = json_string(json_get(ticket, STR("ticket")));
    struct str status = json_string(json_get(ticket, STR("status")));
    if (!str_present(id))
        return; /* a dead letter has no end */
    snprintf(key, sizeof(key), "%.*s %.*s", STR_ARG(group), STR_ARG(id));
    struct heard *heard = find_heard(street, key);
    bool on = goes_on(street, id, part(group, 0), part(group, 1), part(group, 2));
    if (!str_is(status, "resolved")) {
        heard->open = true;
        if (!on)
            fail_msg("seed %d: %s is %.*s, and it is over", (int)street->seed, key,
                     STR_ARG(status));
        return;
    }
    street->ends++;
    if (!heard->open)
        fail_msg("seed %d: %s is resolved that was not open", (int)street->seed, key);
    if (on)
        fail_msg("seed %d: %s is resolved, and it goes on", (int)street->seed, key);
    heard->open = false;
}

static void hear_all(struct street *street)
{
    static const struct json_limits limits = { 1 << 20, 65536, 16 };
    for (size_t i = 0; i < street->actions.count; i++) {
        const struct action *action = &street->actions.items[i];
        size_t at = 0;
        if (action->output != OUTPUT_ESCALATIONS)
            continue;
        const cJSON *root = json_parse(action->value, &limits, street->arena, NULL, &at, NULL);
        struct str group = json_string(json_get(root, STR("group")));
        street->messages++;
        for (const cJSON *ticket = json_get(root, STR("tickets"))->child; ticket;
             ticket = ticket->next)
            hear(street, group, ticket);
    }
}

/* ---- how both go on */

static void keep(struct street *street)
{
    escalations_engine.changelog(street->stage, &street->actions);
    for (size_t i = 0; i < street->actions.count; i++) {
        const struct action *action = &street->actions.items[i];
        if (action->output != OUTPUT_GROUPS)
            continue;
        struct action *kept = actions_add(&street->log, OUTPUT_GROUPS);
        kept->key = arena_copy(street->log.arena, action->key);
        kept->value = arena_copy(street->log.arena, action->value);
    }
    escalations_engine.mark(street->stage);
}

static void restart_stage(struct street *street)
{
    struct error err;
    escalations_engine.destroy(street->stage);
    street->stage = escalations_engine.create(&street->setup);
    for (size_t i = 0; i < street->log.count; i++) {
        if (!escalations_engine.restore(street->stage, street->log.items[i].key,
                                        street->log.items[i].value, &err))
            fail_msg("%s", err.text);
    }
    assert_true(escalations_engine.restored(street->stage, &err));
    escalations_engine.mark(street->stage);
}

static void feed_notices(struct street *street)
{
    const struct actions *told = &street->world.actions;
    for (size_t i = 0; i < told->count; i++) {
        if (told->items[i].output != OUTPUT_NOTICES)
            continue;
        struct record record = { .topic = STR("notices"), .value = told->items[i].value };
        struct prepared *prepared =
            escalations_engine.prepare(street->stage, &record, street->arena);
        engine_turn(&escalations_engine, street->stage, &street->clock, prepared, 0, 0,
                    &street->actions);
    }
}

/* What the tickets have just said reaches the other stage, sometimes at the second attempt. */
static void pass_on(struct street *street, uint64_t *random)
{
    struct task_clock clock = street->clock;
    tickets_engine.changelog(street->world.engine, &street->world.actions);
    world_commit(&street->world);
    actions_clear(&street->actions);
    feed_notices(street);
    if (dice(random, 5) == 0) {
        escalations_engine.undo(street->stage);
        street->clock = clock;
        actions_clear(&street->actions);
        feed_notices(street);
    }
    hear_all(street);
    keep(street);
}

/* Messages before the next turn of a ticket are of how tickets stand by then. */
static void let_pass(struct street *street, time_ms until)
{
    actions_clear(&street->actions);
    engine_advance(&escalations_engine, street->stage, &street->clock, until, &street->actions);
    hear_all(street);
    keep(street);
    arena_reset(street->arena);
}

static void reach(struct street *street, time_ms now, uint64_t *random)
{
    time_ms due;
    while ((due = tickets_engine.next(street->world.engine)) < now) {
        let_pass(street, due);
        world_pass(&street->world, due);
        pass_on(street, random);
    }
    let_pass(street, now);
}

static void reload(struct street *street, const struct config *config)
{
    street->world.setup.config = street->world.config = config;
    tickets_engine.configure(street->world.engine, config);
    street->setup.config = config;
    escalations_engine.configure(street->stage, config);
}

static void disturb(struct street *street, uint64_t *random)
{
    switch (dice(random, 60)) {
    case 0:
        world_restart(&street->world, dice(random, 2));
        break;
    case 1:
        restart_stage(street);
        break;
    case 2:
        reload(street, configs[dice(random, 2)]);
        break;
    default:
        break;
    }
}

/* In the end all of them are closed. */
static void close_all(struct street *street, time_ms now, uint64_t *random)
{
    struct buf json = { 0 };
    reach(street, now, random);
    for (int i = 0; i < RANDOM_TICKETS; i++) {
        char text[TIME_TEXT_SIZE];
        buf_clear(&json);
        buf_printf(&json,
                   "{\"ticket\":\"t%d\",\"type\":\"closed\",\"time\":\"%.*s\",\"id\":\"end\"}", i,
                   STR_ARG(time_format_ms(now, text)));
        world_feed(&street->world, buf_str(&json), now);
        pass_on(street, random);
    }
    buf_free(&json);
    let_pass(street, now + 2 * TIME_DAY);
    for (size_t i = 0; i < street->heard_count; i++) {
        if (street->heard[i].open)
            fail_msg("seed %d: nobody hears of the end of %s", (int)street->seed,
                     street->heard[i].key);
    }
}

static void the_end_is_told_once_and_not_before(void **state)
{
    struct street *street = calloc(1, sizeof(*street));
    struct buf json = { 0 };
    int ends = 0, messages = 0;
    (void)state;
    for (uint64_t seed = 51; seed < 51 + SEEDS; seed++) {
        uint64_t random = seed, other = seed;
        time_ms now = WORLD_START;
        street_open(street, seed);
        for (int i = 0; i < EVENTS; i++) {
            now += 1 + random_step(&random);
            random_event(&random, now, &json);
            reach(street, now, &other);
            world_feed(&street->world, buf_str(&json), now);
            pass_on(street, &other);
            disturb(street, &other);
        }
        close_all(street, now + TIME_HOUR, &other);
        ends += street->ends;
        messages += street->messages;
        street_close(street);
    }
    print_message("%d messages, %d ends\n", messages, ends);
    assert_true(messages > 1000 && ends > 400);
    buf_free(&json);
    free(street);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(the_end_is_told_once_and_not_before) };
    json_init();
    return cmocka_run_group_tests(tests, open_configs, close_configs);
}
