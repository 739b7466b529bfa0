/* The tickets stage as a whole: where records go, and properties that hold for any stream. */
#include "tickets_world.h"

#include "base/hash.h"
#include "config/outputs.h"
#include "config/versions.h"
#include "globals.h"
#include "track/ticket.h"

static const struct config *config;

static int open_config(void **state)
{
    (void)state;
    config = world_config(SOURCE_DIR "/tests/traces/ombud.yaml");
    return 0;
}

static int close_config(void **state)
{
    (void)state;
    config_free((struct config *)config);
    return 0;
}

static size_t count_output(const struct world *world, enum output output)
{
    size_t count = 0;
    for (size_t i = 0; i < world->actions.count; i++)
        count += world->actions.items[i].output == output;
    return count;
}

static const struct action *only(const struct world *world, enum output output)
{
    assert_int_equal(count_output(world, output), 1);
    for (size_t i = 0; i < world->actions.count; i++) {
        if (world->actions.items[i].output == output)
            return &world->actions.items[i];
    }
    return NULL;
}

static struct str header_of(const struct action *action, const char *name)
{
    struct record record = { .headers = action->headers, .header_count = action->header_count };
    return record_header(&record, name);
}

static void assert_text(struct str actual, const char *expected)
{
    if (!str_is(actual, expected))
        fail_msg("expected '%s', got '%.*s'", expected, STR_ARG(actual));
}

static void assert_in(struct str text, const char *part)
{
    if (!str_present(text) || !memmem(text.data, text.size, part, strlen(part)))
        fail_msg("'%s' is not in '%.*s'", part, STR_ARG(text));
}

static void a_ticket_of_another_partition_is_forwarded(void **state)
{
    struct world world;
    (void)state;
    int32_t home = kafka_partition(STR("t1"), 7);
    world_open(&world, config, (home + 1) % 7, 7);
    world_feed(&world, STR("{\"ticket\":\"t1\",\"type\":\"opened\"}"), WORLD_START);
    assert_int_equal(world.actions.count, 2);
    only(&world, OUTPUT_STATE); /* that there is a changelog from now on */
    const struct action *forward = only(&world, OUTPUT_HOME);
    assert_int_equal(forward->partition, home);
    assert_text(forward->key, "t1");
    assert_text(forward->value, "{\"ticket\":\"t1\",\"type\":\"opened\"}");
    assert_true(str_starts(header_of(forward, "ombud-from"), config->topics.home));
    assert_text(header_of(forward, "ombud-format"), "ombud");
    assert_text(header_of(forward, "ombud-timestamp"), "1795219200000");
    assert_int_equal(tickets_engine.next(world.engine), TIME_NEVER);
    world_close(&world);
}

static void what_is_no_event_becomes_a_dead_letter_and_a_notice(void **state)
{
    struct world world;
    (void)state;
    world_open(&world, config, 0, 1);
    world_feed(&world, STR("{\"ticket\":\"t1\",\"type\":"), WORLD_START);
    const struct action *letter = only(&world, OUTPUT_DEADLETTER);
    assert_text(letter->value, "{\"ticket\":\"t1\",\"type\":");
    assert_true(header_of(letter, "ombud-error").size > 0);
    assert_in(header_of(letter, "ombud-at"), "byte ");
    assert_text(header_of(letter, "ombud-offset"), "0");
    const struct action *notice = only(&world, OUTPUT_NOTICES);
    assert_text(notice->key, "service");
    assert_in(notice->value, "\"trigger\":\"deadletter\"");
    assert_in(notice->value, "\"level\":\"lead\"");
    assert_int_equal(world.actions.count, 2);
    world_close(&world);
}

static void a_poisonous_record_is_not_looked_into(void **state)
{
    struct world world;
    struct record record = { .topic = config->topics.home,
                             .offset = 7,
                             .timestamp = WORLD_START,
                             .key = STR("k"),
                             .value = STR("{\"ticket\":\"t1\",\"type\":\"opened\"}") };
    struct moment moment = { WORLD_START, WORLD_START, WORLD_START };
    (void)state;
    world_open(&world, config, 0, 1);
    tickets_engine.poison(world.engine, &record, 3, &moment, &world.actions);
    const struct action *letter = only(&world, OUTPUT_DEADLETTER);
    assert_text(letter->key, "k");
    assert_in(header_of(letter, "ombud-error"), "3 times");
    assert_int_equal(count_output(&world, OUTPUT_DECISIONS), 0);
    world_close(&world);
}

static void a_deadline_beyond_the_horizon_waits(void **state)
{
    struct world world;
    (void)state;
    world_open(&world, config, 0, 1);
    world_feed(&world, STR("{\"ticket\":\"t1\",\"type\":\"opened\",\"body\":\"着火\"}"),
               WORLD_START);
    actions_clear(&world.actions);
    time_ms due = WORLD_START + 15 * TIME_MINUTE;
    struct moment behind = { due + TIME_HOUR, due - 1, WORLD_START };
    while (tickets_engine.tick(world.engine, &behind, 10, &world.actions))
        ;
    assert_int_equal(tickets_engine.next(world.engine), due);
    actions_clear(&world.actions);
    struct moment there = { due + TIME_HOUR, due, WORLD_START };
    assert_true(tickets_engine.tick(world.engine, &there, 1, &world.actions));
    assert_in(only(&world, OUTPUT_DECISIONS)->value, "\"late_by\":\"1h\"");
    assert_in(only(&world, OUTPUT_PROMISES)->value, "\"status\":\"missed\"");
    world_close(&world);
}

/* ---- reload ---- */

/* But the department of this one is gone: it finds a new one at once, and its topic, which only
 * its name tells any more, hears so. */
static void a_reload_moves_no_promise(void **state)
{
    struct world world;
    const struct config *other = world_config(SOURCE_DIR "/tests/traces/ombud_other.yaml");
    (void)state;
    world_open(&world, config, 0, 1);
    world_feed(
        &world,
        STR("{\"ticket\":\"t1\",\"type\":\"opened\",\"category\":\"billing\",\"body\":\"hm\"}"),
        WORLD_START);
    world_commit(&world);
    time_ms due = WORLD_START + 24 * TIME_HOUR;
    assert_int_equal(tickets_engine.next(world.engine), due - 24 * TIME_HOUR / 5);
    tickets_engine.configure(world.engine, other);
    world.setup.config = world.config = other;
    assert_int_equal(tickets_engine.next(world.engine), 0);
    /* Back from the changelog, the old terms come from d/. */
    world_restart(&world, true);
    assert_int_equal(tickets_engine.next(world.engine), 0);
    world_pass(&world, WORLD_START);
    const struct action *released = NULL, *given = NULL;
    for (size_t i = 0; i < world.actions.count; i++) {
        const struct action *action = &world.actions.items[i];
        if (action->output == OUTPUT_DEPARTMENT)
            *(released == NULL ? &released : &given) = action;
    }
    assert_non_null(given);
    assert_text(action_topic(released, other), "ombud.dept.billing");
    assert_in(released->value, "\"department\":\"billing\",\"role\":\"released\"");
    assert_text(action_topic(given, other), "ombud.dept.desk");
    assert_in(given->value, "\"department\":\"desk\",\"role\":\"responsible\"");
    assert_in(given->value, "\"body\":\"hm\"");
    world_commit(&world);
    world_pass(&world, due - 1);
    assert_int_equal(tickets_engine.next(world.engine), due);
    world_close(&world);
    config_free((struct config *)other);
}

/* ---- upgrades ---- */

#define V1 SOURCE_DIR "/tests/cases/state/v1.txt"
#define V2 SOURCE_DIR "/tests/cases/state/v2.txt"

static char *from_hex(const char *digits, size_t *size)
{
    char *bytes = calloc(1, strlen(digits) / 2 + 1);
    for (*size = 0; digits[2 * *size]; ++*size) {
        char pair[3] = { digits[2 * *size], digits[2 * *size + 1], 0 };
        bytes[*size] = (char)strtoul(pair, NULL, 16);
    }
    return bytes;
}

/* Gives the world the changelog of a file, and that version to write on in. */
static void world_inherit(struct world *world, const char *path, int version)
{
    static char line[4096];
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    world->changelog = calloc(64, sizeof(*world->changelog));
    world->changelog_capacity = 64;
    while (fgets(line, sizeof(line), file)) {
        char *rest = NULL, *key = strtok_r(line, " \n", &rest);
        struct entry *entry = &world->changelog[world->changelog_count];
        if (*line == '#')
            continue;
        world->changelog_count++;
        entry->key = from_hex(key, &entry->key_size);
        entry->value = from_hex(strtok_r(NULL, " \n", &rest), &entry->value_size);
    }
    fclose(file);
    world->setup.changelog_version = version;
    world_restart(world, false);
}

/* The last value of that key in the changelog. */
static struct str last_value(const struct world *world, const char *key)
{
    for (size_t i = world->changelog_count; i > 0; i--) {
        const struct entry *entry = &world->changelog[i - 1];
        if (entry->key_size == strlen(key) && !memcmp(entry->key, key, entry->key_size))
            return (struct str){ entry->value, entry->value_size };
    }
    return STR_NONE;
}

static void a_changelog_of_the_release_before_is_written_on_in_its_version(void **state)
{
    static const struct {
        const char *name;
        int version; /* asked for; 0: nothing */
        int ticket;  /* written */
        const char *format;
    } cases[] = {
        { "until it is finalized", 0, 1, "{\"version\":1,\"partitions\":1}" },
        { "or in the one between", 2, 2, "{\"version\":2,\"partitions\":1}" },
        { "then in the newest", 3, 3, "{\"version\":3,\"partitions\":1}" },
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct world world;
        world_open(&world, config, 0, 1);
        world_inherit(&world, V1, cases[i].version);
        size_t before = world.changelog_count;
        time_ms now = WORLD_START + 6 * TIME_HOUR;
        world_feed(&world,
                   STR("{\"ticket\":\"t1\",\"type\":\"message\",\"id\":\"new\","
                       "\"from\":\"agent\",\"body\":\"we look\"}"),
                   now);
        assert_in(only(&world, OUTPUT_DECISIONS)->value, "\"outcome\":\"applied\"");
        world_commit(&world);
        assert_int_equal(world.changelog_count, before + (cases[i].version ? 2 : 1));
        assert_int_equal(last_value(&world, "t/t1").data[0], cases[i].ticket);
        assert_true(str_is(last_value(&world, "m/format"), cases[i].format));
        /* What nothing happened to stays as it is, and the next owner reads both. */
        assert_int_equal(last_value(&world, "t/t2").data[0], 1);
        world.setup.changelog_version = 0;
        world_restart(&world, true);
        world_feed(&world, STR("{\"ticket\":\"t2\",\"type\":\"accepted\",\"id\":\"new\"}"), now);
        world_commit(&world);
        assert_int_equal(last_value(&world, "t/t2").data[0], cases[i].ticket);
        world_close(&world);
    }
}

static void feed_file(struct world *world, const char *path)
{
    static char line[4096];
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    while (fgets(line, sizeof(line), file)) {
        line[strcspn(line, "\n")] = 0;
        world_feed(world, str_from(line), WORLD_START + 10 * TIME_DAY);
        world_commit(world);
    }
    fclose(file);
}

/* Everything that came out but for the state itself. */
static void feed_on(struct world *world, struct buf *out)
{
    static const char *const events[] = {
        "{\"ticket\":\"t1\",\"type\":\"message\",\"id\":\"n1\",\"from\":\"agent\","
        "\"time\":\"2026-11-21T02:00:00Z\",\"body\":\"We come at once\"}",
        "{\"ticket\":\"t3\",\"type\":\"message\",\"id\":\"n2\",\"time\":\"2026-11-21T03:00:00Z\","
        "\"body\":\"It is not solved\"}",
        "{\"ticket\":\"t2\",\"type\":\"opened\",\"id\":\"e3\",\"time\":\"2026-11-21T04:00:00Z\"}",
        "{\"ticket\":\"t4\",\"type\":\"snapshot\",\"id\":\"n3\",\"time\":\"2026-11-21T05:00:00Z\","
        "\"department\":\"service\",\"status\":\"open\"}",
        "{\"ticket\":\"t5\",\"type\":\"assigned\",\"id\":\"n4\",\"time\":\"2026-11-21T06:00:00Z\","
        "\"department\":\"legal\"}",
        "{\"ticket\":\"t6\",\"type\":\"opened\",\"id\":\"n5\",\"time\":\"2026-11-24T06:00:00Z\"}",
    };
    world->offset = 100;
    for (size_t i = 0; i < sizeof(events) / sizeof(events[0]); i++) {
        world_feed(world, str_from(events[i]), WORLD_START + 10 * TIME_DAY);
        for (size_t k = 0; k < world->actions.count; k++) {
            const struct action *action = &world->actions.items[k];
            if (action->output != OUTPUT_STATE)
                buf_printf(out, "%d %.*s %.*s\n", action->output, STR_ARG(action->key),
                           STR_ARG(action->value));
        }
        world_commit(world);
    }
}

/* While nobody has finalized the upgrade, a ticket is written in the very bytes that the release
 * before wrote, and so can read again. */
static void check_bytes(const struct world *world)
{
    struct arena *arena = arena_new(4096);
    int tickets = 0;
    for (size_t i = 0; i < world->changelog_count; i++) {
        const struct entry *entry = &world->changelog[i];
        struct str was = { entry->value, entry->value_size };
        struct ticket ticket;
        struct buf is = { 0 };
        time_ms deadline = 0;
        if (strncmp(entry->key, "t/", 2) != 0)
            continue;
        assert_true(ticket_peek(was, &deadline, NULL));
        assert_true(ticket_decode(was, str_from(entry->key + 2), arena, &ticket, NULL));
        ticket_encode(&ticket, 2, deadline, &is);
        if (!str_equal(was, buf_str(&is)))
            fail_msg("%s is written in other bytes than the release before wrote", entry->key);
        buf_free(&is);
        tickets++;
    }
    assert_int_equal(tickets, 5);
    arena_free(arena);
}

/* What the release before wrote is read and gone on with as if it had never been lost. */
static void state_of_the_release_before_equals_state_never_lost(void **state)
{
    struct world inherited, kept;
    struct buf after_inheriting = { 0 }, after_keeping = { 0 };
    (void)state;
    world_open(&inherited, config, 0, 1);
    world_inherit(&inherited, V2, 0);
    world_open(&kept, config, 0, 1);
    kept.setup.changelog_version = 2;
    world_restart(&kept, false);
    feed_file(&kept, SOURCE_DIR "/tests/cases/state/v2.ndjson");
    check_bytes(&inherited);
    inherited.clock.stream = inherited.clock.now = inherited.clock.passed = kept.clock.stream;
    feed_on(&inherited, &after_inheriting);
    feed_on(&kept, &after_keeping);
    assert_in(buf_str(&after_keeping), "\"timer\":\"response breach\"");
    if (!str_equal(buf_str(&after_inheriting), buf_str(&after_keeping)))
        fail_msg("inherited:\n%s\nnever lost:\n%s", buf_text(&after_inheriting),
                 buf_text(&after_keeping));
    assert_int_equal(tickets_engine.written(inherited.engine), 2);
    buf_free(&after_inheriting);
    buf_free(&after_keeping);
    world_close(&inherited);
    world_close(&kept);
}

/* The one that a world's changelog is announced to be written in by the actions; 0: none is. */
static int announced(const struct world *world)
{
    int version = 0;
    for (size_t i = 0; i < world->actions.count; i++) {
        const struct action *action = &world->actions.items[i];
        if (action->output == OUTPUT_STATE && str_is(action->key, "m/format"))
            assert_int_equal(sscanf(action->value.data, "{\"version\":%d", &version), 1);
    }
    return version;
}

static void finalized_a_changelog_is_raised_at_once(void **state)
{
    static const char message[] = "{\"ticket\":\"t1\",\"type\":\"message\",\"id\":\"new\"}";
    struct versions versions = { { 0 } };
    const struct globals globals = { .tables = { [GLOBAL_VERSIONS] = &versions } };
    struct world world;
    time_ms now = WORLD_START + TIME_HOUR;
    (void)state;
    world_open(&world, config, 0, 1);
    world.setup.globals = &globals;
    world_inherit(&world, V1, 0);
    assert_true(tickets_engine.next(world.engine) > WORLD_START);
    assert_int_equal(tickets_engine.written(world.engine), 1);
    versions.of[OUTPUT_STATE] = 2;
    assert_int_equal(tickets_engine.next(world.engine), 0);
    world_pass(&world, WORLD_START);
    assert_int_equal(announced(&world), 2);
    /* An undone transaction has told nobody. */
    tickets_engine.undo(world.engine);
    assert_int_equal(tickets_engine.written(world.engine), 1);
    assert_int_equal(tickets_engine.next(world.engine), 0);
    world_pass(&world, WORLD_START);
    assert_int_equal(announced(&world), 2);
    world_commit(&world);
    assert_true(tickets_engine.next(world.engine) > WORLD_START);
    /* No further than this release goes, whatever is said. */
    versions.of[OUTPUT_STATE] = 99;
    world_feed(&world, str_from(message), now);
    assert_int_equal(announced(&world), 3);
    world_commit(&world);
    assert_int_equal(last_value(&world, "t/t1").data[0], 3);
    assert_true(tickets_engine.next(world.engine) > WORLD_START);
    /* What was said before it was taken back stands. */
    versions.of[OUTPUT_STATE] = 0;
    world_restart(&world, true);
    assert_int_equal(tickets_engine.written(world.engine), 3);
    world_close(&world);
}

static void a_new_changelog_begins_with_what_is_allowed(void **state)
{
    static const int cases[][2] = { { 0, 3 }, { 2, 2 }, { 3, 3 }, { 99, 3 } };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct versions versions = { { 0 } };
        const struct globals globals = { .tables = { [GLOBAL_VERSIONS] = &versions } };
        struct world world;
        versions.of[OUTPUT_STATE] = cases[i][0];
        world_open(&world, config, 0, 1);
        world.setup.globals = &globals;
        world_restart(&world, false);
        world_feed(&world, STR("{\"ticket\":\"t1\",\"type\":\"opened\",\"id\":\"e\"}"),
                   WORLD_START);
        assert_int_equal(announced(&world), cases[i][1]);
        world_close(&world);
    }
}

/* ---- merged tickets ---- */

/* Feeds back what the last turn sent home, as Kafka would. */
static void come_home(struct world *world)
{
    const struct action *forward = only(world, OUTPUT_HOME);
    struct arena *arena = arena_new(4096);
    struct header headers[8];
    assert_in_range(forward->header_count, 1, 8);
    for (size_t i = 0; i < forward->header_count; i++)
        headers[i] = (struct header){ arena_copy(arena, forward->headers[i].name),
                                      arena_copy(arena, forward->headers[i].value) };
    struct record record = { .topic = world->setup.topic,
                             .partition = world->setup.partition,
                             .offset = world->offset++,
                             .timestamp = WORLD_START,
                             .key = arena_copy(arena, forward->key),
                             .value = arena_copy(arena, forward->value),
                             .headers = headers,
                             .header_count = forward->header_count };
    actions_clear(&world->actions);
    struct prepared *prepared = tickets_engine.prepare(world->engine, &record, arena);
    engine_turn(&tickets_engine, world->engine, &world->clock, prepared, WORLD_START, WORLD_START,
                &world->actions);
    arena_free(arena);
}

static void feed_all(struct world *world, const char *const *events, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        world_feed(world, str_from(events[i]), WORLD_START);
        world_commit(world);
    }
}

/* ZM #904, #5054, Znuny #200, GLPI #6992: nobody is alarmed by a merged ticket, nobody speaks to a
 * closed door. */
static void what_is_said_to_a_merged_ticket_goes_on_to_the_other(void **state)
{
    static const char *const events[] = {
        "{\"ticket\":\"t1\",\"type\":\"opened\",\"id\":\"a\",\"body\":\"It is on fire\"}",
        "{\"ticket\":\"t2\",\"type\":\"opened\",\"id\":\"b\",\"body\":\"hello\"}",
        "{\"ticket\":\"t1\",\"type\":\"merged\",\"id\":\"c\",\"into\":\"t2\"}",
    };
    struct world world;
    (void)state;
    world_open(&world, config, 0, 1);
    feed_all(&world, events, 3);
    for (int restart = 0; restart < 2; restart++) {
        char text[128];
        snprintf(text, sizeof(text),
                 "{\"ticket\":\"t1\",\"type\":\"message\",\"id\":\"m%d\",\"body\":\"on fire\"}",
                 restart);
        if (restart)
            world_restart(&world, true);
        world_feed(&world, str_from(text), WORLD_START);
        assert_int_equal(world.actions.count, 1); /* a forward and nothing else */
        const struct action *forward = only(&world, OUTPUT_HOME);
        assert_text(forward->key, "t2");
        assert_text(header_of(forward, "ombud-ticket"), "t2");
        assert_true(str_starts(header_of(forward, "ombud-passed"), STR("1 ")));
        assert_text(forward->value, text);
        come_home(&world);
        const struct action *decision = only(&world, OUTPUT_DECISIONS);
        assert_in(decision->value, "\"ticket\":\"t2\"");
        assert_in(decision->value, "\"outcome\":\"applied\"");
        assert_in(decision->value, "\"band\":\"P1\"");
        world_commit(&world);
        /* The same once more is known where it came to. */
        world_feed(&world, str_from(text), WORLD_START);
        come_home(&world);
        assert_in(only(&world, OUTPUT_DECISIONS)->value, "\"outcome\":\"duplicate\"");
        world_commit(&world);
    }
    /* Whoever reopens it takes it out of the merge. */
    world_feed(&world, STR("{\"ticket\":\"t1\",\"type\":\"reopened\",\"id\":\"d\"}"), WORLD_START);
    world_commit(&world);
    world_feed(&world, STR("{\"ticket\":\"t1\",\"type\":\"message\",\"id\":\"e\",\"body\":\"hi\"}"),
               WORLD_START);
    assert_in(only(&world, OUTPUT_DECISIONS)->value, "\"ticket\":\"t1\"");
    world_close(&world);
}

/* Nobody sees both merges when they happen. */
static void tickets_that_are_merged_in_a_circle_lose_nothing(void **state)
{
    static const char *const events[] = {
        "{\"ticket\":\"t1\",\"type\":\"opened\",\"id\":\"a\",\"body\":\"hello\"}",
        "{\"ticket\":\"t2\",\"type\":\"opened\",\"id\":\"b\",\"body\":\"hello\"}",
        "{\"ticket\":\"t1\",\"type\":\"merged\",\"id\":\"c\",\"into\":\"t2\"}",
        "{\"ticket\":\"t2\",\"type\":\"merged\",\"id\":\"d\",\"into\":\"t1\"}",
    };
    struct world world;
    int passes = 0;
    (void)state;
    world_open(&world, config, 0, 1);
    feed_all(&world, events, 4);
    world_feed(&world, STR("{\"ticket\":\"t1\",\"type\":\"message\",\"id\":\"m\",\"body\":\"hi\"}"),
               WORLD_START);
    while (world.actions.count == 1 && world.actions.items[0].output == OUTPUT_HOME) {
        come_home(&world);
        passes++;
    }
    assert_int_equal(passes, 8);
    assert_in(only(&world, OUTPUT_DECISIONS)->value, "a follow-up to a ticket that is closed");
    only(&world, OUTPUT_DEPARTMENT);
    world_close(&world);
}

static void a_ticket_that_waits_often_makes_no_large_records(void **state)
{
    struct config *patient = (struct config *)world_config(SOURCE_DIR "/tests/traces/waiting.yaml");
    struct world world;
    size_t size = 0, rejected = 0;
    (void)state;
    world_open(&world, patient, 0, 1);
    world_feed(&world,
               STR("{\"ticket\":\"t1\",\"type\":\"opened\",\"id\":\"o\",\"body\":\"hello\"}"),
               WORLD_START);
    world_commit(&world);
    for (int i = 0; i < 1100; i++) {
        char text[128];
        snprintf(text, sizeof(text), "{\"ticket\":\"t1\",\"type\":\"%s\",\"id\":\"e%d\"}",
                 i % 2 ? "resumed" : "pending", i);
        world_feed(&world, str_from(text), WORLD_START + i * 1000);
        struct str decision = only(&world, OUTPUT_DECISIONS)->value;
        size = decision.size > size ? decision.size : size;
        rejected += memmem(decision.data, decision.size, "so often", 8) != NULL;
        world_commit(&world);
    }
    assert_in_range(size, 1000, 4096);
    assert_true(rejected > 0); /* its intervals are kept, but not without end */
    world_restart(&world, true);
    world_close(&world);
    config_free(patient);
}

/* Whatever the changelog waits for. */
static void end_transaction(struct world *world)
{
    world_keep(world);
    actions_clear(&world->actions);
    tickets_engine.changelog(world->engine, &world->actions);
    world_commit(world);
}

/* Words and names are gone from state, changelog and what is told afterwards. */
static void what_is_erased_is_nowhere_in_state(void **state)
{
    (void)state;
    for (int at_commit = 0; at_commit < 2; at_commit++) {
        struct world world;
        world_open(&world, config, 0, 1);
        world.setup.changelog_at_commit = at_commit;
        world_restart(&world, false);
        world_feed(
            &world,
            STR("{\"ticket\":\"t1\",\"type\":\"opened\",\"id\":\"a\",\"body\":\"It is on fire\","
                "\"customer\":{\"account\":\"acme\",\"contact\":\"kim\"}}"),
            WORLD_START);
        end_transaction(&world);
        assert_true(str_present(last_value(&world, "x/t1")));
        world_feed(&world, STR("{\"ticket\":\"t1\",\"type\":\"erased\",\"id\":\"b\"}"),
                   WORLD_START + 1000);
        end_transaction(&world);
        assert_false(str_present(last_value(&world, "x/t1")));
        struct str ticket = last_value(&world, "t/t1");
        assert_null(memmem(ticket.data, ticket.size, "acme", 4));
        assert_null(memmem(ticket.data, ticket.size, "kim", 3));
        assert_null(memmem(ticket.data, ticket.size, "fire", 4));
        world_restart(&world, true);
        world_feed(&world,
                   STR("{\"ticket\":\"t1\",\"type\":\"assigned\",\"id\":\"c\","
                       "\"department\":\"billing\"}"),
                   WORLD_START + 2000);
        for (size_t i = 0; i < world.actions.count; i++) {
            if (world.actions.items[i].output == OUTPUT_DEPARTMENT)
                assert_null(memmem(world.actions.items[i].value.data,
                                   world.actions.items[i].value.size, "on fire", 7));
        }
        world_close(&world);
    }
}

/* ---- the changelog speaks for itself ---- */

static void restore_refuses(const char *key, const char *value, size_t value_size,
                            const char *sentence)
{
    struct error err = { "" };
    struct engine_setup setup = {
        .config = config, .topic = config->topics.home, .partition_count = 4, .home_partitions = 4
    };
    struct engine *engine = tickets_engine.create(&setup);
    bool ok =
        tickets_engine.restore(engine, str_from(key), (struct str){ value, value_size }, &err) &&
        tickets_engine.restored(engine, &err);
    assert_false(ok);
    assert_in(str_from(err.text), sentence);
    tickets_engine.destroy(engine);
}

static void a_changelog_that_is_not_ours_is_refused(void **state)
{
    static const struct {
        const char *name, *key, *value, *sentence;
    } cases[] = {
        { "another partition count", "m/format", "{\"version\":1,\"partitions\":12}",
          "written with 12 partitions, the input topic has 4" },
        { "a newer version", "m/format", "{\"version\":9,\"partitions\":4}", "has version 9" },
        { "no numbers", "m/format", "{}", "lacks" },
        { "no JSON", "m/format", "nonsense", "m/format" },
        { "a foreign key", "hello", "x", "'hello' is no key" },
        { "a key without a name", "t/", "x", "'t/' is no key" },
        { "a newer ticket", "t/a", "\x7fxxxxxxxxxxxxxxxxxxxxx", "has version 127" },
        { "a truncated ticket", "t/a", "\x01xx", "truncated" },
        { "a damaged ticket", "t/a", "\x01xxxxxxxxxxxxxxxxxxxxx", "damaged" },
        { "a text without its ticket", "x/a", "{}", "texts of tickets that it lacks" },
        { "a definition of another hash", "d/0123456789abcdef", "{\"kind\":\"sla\"}",
          "does not have the text" },
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
        restore_refuses(cases[i].key, cases[i].value, strlen(cases[i].value), cases[i].sentence);
}

static void a_definition_that_is_missing_is_named(void **state)
{
    struct world world;
    struct error err = { "" };
    (void)state;
    world_open(&world, config, 0, 1);
    world_feed(&world, STR("{\"ticket\":\"t1\",\"type\":\"opened\",\"body\":\"hm\"}"), WORLD_START);
    world_commit(&world);
    const struct config *other = world_config(SOURCE_DIR "/tests/traces/ombud_other.yaml");
    struct engine_setup setup = world.setup;
    setup.config = other;
    struct engine *engine = tickets_engine.create(&setup);
    for (size_t i = 0; i < world.changelog_count; i++) {
        const struct entry *entry = &world.changelog[i];
        if (entry->key[0] == 'd')
            continue;
        assert_true(tickets_engine.restore(engine, (struct str){ entry->key, entry->key_size },
                                           (struct str){ entry->value, entry->value_size }, &err));
    }
    assert_false(tickets_engine.restored(engine, &err));
    assert_in(str_from(err.text), "1 tickets use the definition d/");
    tickets_engine.destroy(engine);
    world_close(&world);
    config_free((struct config *)other);
}

/* ---- properties ---- */

static uint64_t next_random(uint64_t *seed)
{
    *seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return *seed >> 33;
}

/* Any event for one of a few tickets: late ones, seen ones, nonsense ones. */
static void random_event(uint64_t *seed, time_ms now, struct buf *out)
{
    static const char *const kinds[] = { "opened",   "message",      "message",        "updated",
                                         "assigned", "accepted",     "resolved",       "reopened",
                                         "closed",   "acknowledged", "unacknowledged", "returned",
                                         "returned", "settled" };
    static const char *const texts[] = { "hello",         "it is on fire", "thank you",
                                         "overcharged",   "terrible",      "my lawyer",
                                         "your manager!", "没有着火" };
    static const char *const names[] = {
        "service", "quality", "品控", "billing", "legal", "nowhere"
    };
    char text[TIME_TEXT_SIZE];
    time_ms time = now - (time_ms)(next_random(seed) % 5 ? 0 : next_random(seed) % TIME_HOUR);
    buf_clear(out);
    buf_printf(out, "{\"ticket\":\"t%d\",\"type\":\"%s\",\"time\":\"%.*s\"",
               (int)(next_random(seed) % 12), kinds[next_random(seed) % 14],
               STR_ARG(time_format_ms(time, text)));
    if (next_random(seed) % 10)
        buf_printf(out, ",\"id\":\"e%d\"", (int)(next_random(seed) % 3000));
    if (next_random(seed) % 2)
        buf_printf(out, ",\"body\":\"%s\"", texts[next_random(seed) % 8]);
    if (next_random(seed) % 3 == 0)
        buf_printf(out, ",\"from\":\"agent\"");
    if (next_random(seed) % 2)
        buf_printf(out, ",\"department\":\"%s\"", names[next_random(seed) % 6]);
    if (next_random(seed) % 3)
        buf_printf(out, ",\"reason_code\":\"not_ours\"");
    if (next_random(seed) % 4 == 0)
        buf_printf(out,
                   ",\"category\":\"billing\",\"customer\":{\"account\":\"a%d\",\"tier\":\"gold\"}",
                   (int)(next_random(seed) % 3));
    buf_printf(out, "}");
}

static void append_actions(struct buf *out, const struct actions *actions, bool changelog)
{
    for (size_t i = 0; i < actions->count; i++) {
        const struct action *action = &actions->items[i];
        if (action->output == OUTPUT_STATE && !changelog)
            continue;
        buf_printf(out, "%d/%u/%d %.*s=", action->output, action->index, action->partition,
                   STR_ARG(action->key));
        buf_add_str(out, action->value);
        for (size_t j = 0; j < action->header_count; j++)
            buf_printf(out, " %.*s:%.*s", STR_ARG(action->headers[j].name),
                       STR_ARG(action->headers[j].value));
        buf_printf(out, "\n");
    }
}

/* AT_COMMIT: restarts from a changelog that was written at commits only. */
enum disturbance { NOTHING, ABORTS, RESTARTS, AT_COMMIT };

/* Each key once, but for a ticket that was forgotten and came anew: first the tombstone. */
static void keep_changelog(struct world *world)
{
    actions_clear(&world->actions);
    tickets_engine.changelog(world->engine, &world->actions);
    for (size_t i = 0; i < world->actions.count; i++) {
        for (size_t j = 0; j < i; j++) {
            const struct action *first = &world->actions.items[j];
            if (str_equal(first->key, world->actions.items[i].key))
                assert_false(str_present(first->value));
        }
    }
    world_keep(world);
}

/* One seeded stream of `count` events in transactions of random length; what comes out, in bytes,
 * must not depend on the disturbance. `changelog`: its records, too. */
static void run_stream(uint64_t seed, size_t count, enum disturbance disturbance, bool changelog,
                       struct buf *out)
{
    struct world world;
    struct buf json = { 0 };
    uint64_t events = seed, chaos = seed ^ 0x5eed;
    time_ms now = WORLD_START;
    world_open(&world, config, 0, 1);
    if (disturbance == AT_COMMIT) {
        world.setup.changelog_at_commit = true;
        world_restart(&world, false);
    }
    for (size_t done = 0; done < count;) {
        size_t batch = 1 + next_random(&events) % 20;
        struct task_clock clock = world.clock;
        int64_t offset = world.offset;
        uint64_t events_before = events;
        time_ms now_before = now;
        size_t out_before = out->size, log_before = world.changelog_count;
        int rounds = disturbance == ABORTS && next_random(&chaos) % 2 ? 2 : 1;
        for (int round = 0; round < rounds; round++) {
            if (round > 0) {
                tickets_engine.undo(world.engine);
                world.clock = clock;
                world.offset = offset;
                events = events_before;
                now = now_before;
                out->size = out_before;
                for (; world.changelog_count > log_before; world.changelog_count--) {
                    free(world.changelog[world.changelog_count - 1].key);
                    free(world.changelog[world.changelog_count - 1].value);
                }
            }
            for (size_t i = 0; i < batch; i++) {
                now += (time_ms)(next_random(&events) % (10 * TIME_MINUTE));
                if (next_random(&events) % 400 == 0)
                    now += 31 * TIME_DAY; /* retention ends for what is closed */
                random_event(&events, now, &json);
                world_feed(&world, buf_str(&json), now);
                append_actions(out, &world.actions, changelog);
                /* A commit marks; here it must not, so only the records are kept. */
                world_keep(&world);
            }
        }
        if (disturbance == AT_COMMIT)
            keep_changelog(&world);
        tickets_engine.mark(world.engine);
        if (disturbance >= RESTARTS && next_random(&chaos) % 4 == 0)
            world_restart(&world, next_random(&chaos) % 2);
        done += batch;
    }
    buf_free(&json);
    world_close(&world);
}

static void same_output(enum disturbance disturbance)
{
    for (uint64_t seed = 1; seed <= 3; seed++) {
        struct buf plain = { 0 }, disturbed = { 0 };
        bool changelog = disturbance != AT_COMMIT;
        run_stream(seed, 1500, NOTHING, changelog, &plain);
        run_stream(seed, 1500, disturbance, changelog, &disturbed);
        assert_true(plain.size > 1000000);
        size_t at = 0;
        while (at < plain.size && at < disturbed.size && plain.data[at] == disturbed.data[at])
            at++;
        if (plain.size != disturbed.size || at < plain.size) {
            size_t from = at > 300 ? at - 300 : 0;
            fail_msg("seed %llu differs at byte %zu:\n%.*s\n---\n%.*s", (unsigned long long)seed,
                     at, 600, buf_text(&plain) + from, 600, buf_text(&disturbed) + from);
        }
        buf_free(&plain);
        buf_free(&disturbed);
    }
}

static void two_runs_give_the_same_bytes(void **state)
{
    (void)state;
    same_output(NOTHING);
}

static void undone_transactions_leave_no_trace(void **state)
{
    (void)state;
    same_output(ABORTS);
}

static void a_restored_task_goes_on_as_if_nothing_had_happened(void **state)
{
    (void)state;
    same_output(RESTARTS);
}

/* ---- partition counts ---- */

enum { TICKETS = 12 };

/* Appends what concerns each ticket, without where its event was read. */
static void sort_by_ticket(const struct actions *actions, struct buf out[TICKETS])
{
    for (size_t i = 0; i < actions->count; i++) {
        const struct action *action = &actions->items[i];
        struct record as_record = { .headers = action->headers,
                                    .header_count = action->header_count };
        if (action->output == OUTPUT_STATE || !str_present(action->value))
            continue;
        const char *whose = memmem(action->value.data, action->value.size, "\"ticket\":\"", 10);
        if (!whose)
            continue;
        int ticket = atoi(whose + strlen("\"ticket\":\"t"));
        const char *source = memmem(action->value.data, action->value.size, "\"source\":{", 10);
        size_t head = source ? (size_t)(source - action->value.data) : action->value.size;
        size_t tail = source ? (size_t)((const char *)memchr(source, '}', 200) - source) : 0;
        buf_printf(&out[ticket], "%d/%u %.*s ", action->output, action->index,
                   STR_ARG(record_header(&as_record, "ce_id")));
        buf_add(&out[ticket], action->value.data, head);
        buf_add(&out[ticket], action->value.data + head + tail, action->value.size - head - tail);
        buf_add_char(&out[ticket], '\n');
    }
}

static void run_partitioned(int32_t count, struct buf out[TICKETS])
{
    struct world worlds[4];
    struct buf json = { 0 };
    uint64_t seed = 99;
    time_ms now = WORLD_START;
    for (int32_t i = 0; i < count; i++)
        world_open(&worlds[i], config, i, count);
    for (int i = 0; i < 2000; i++) {
        char ticket[16], text[TIME_TEXT_SIZE];
        static const char *const kinds[] = { "opened",       "message", "assigned", "resolved",
                                             "acknowledged", "closed",  "reopened" };
        static const char *const texts[] = { "hello", "on fire", "thank you", "your manager" };
        now += (time_ms)(next_random(&seed) % (10 * TIME_MINUTE));
        snprintf(ticket, sizeof(ticket), "t%d", (int)(next_random(&seed) % TICKETS));
        buf_clear(&json);
        buf_printf(&json,
                   "{\"ticket\":\"%s\",\"type\":\"%s\",\"id\":\"e%d\",\"time\":\"%.*s\","
                   "\"body\":\"%s\",\"department\":\"%s\"}",
                   ticket, kinds[next_random(&seed) % 7], i, STR_ARG(time_format_ms(now, text)),
                   texts[next_random(&seed) % 4], next_random(&seed) % 2 ? "legal" : "billing");
        struct world *world = &worlds[kafka_partition(str_from(ticket), count)];
        world_feed(world, buf_str(&json), now);
        sort_by_ticket(&world->actions, out);
        world_commit(world);
    }
    for (int32_t i = 0; i < count; i++) {
        world_pass(&worlds[i], now + 40 * TIME_DAY);
        sort_by_ticket(&worlds[i].actions, out);
        world_close(&worlds[i]);
    }
    buf_free(&json);
}

static void a_changelog_at_commit_says_the_same(void **state)
{
    (void)state;
    same_output(AT_COMMIT);
}

static void the_number_of_partitions_changes_nothing(void **state)
{
    struct buf one[TICKETS] = { { 0 } }, four[TICKETS] = { { 0 } };
    (void)state;
    run_partitioned(1, one);
    run_partitioned(4, four);
    for (int i = 0; i < TICKETS; i++) {
        assert_true(one[i].size > 10000);
        if (!str_equal(buf_str(&one[i]), buf_str(&four[i])))
            fail_msg("t%d differs", i);
        buf_free(&one[i]);
        buf_free(&four[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_ticket_of_another_partition_is_forwarded),
        cmocka_unit_test(what_is_no_event_becomes_a_dead_letter_and_a_notice),
        cmocka_unit_test(a_poisonous_record_is_not_looked_into),
        cmocka_unit_test(a_deadline_beyond_the_horizon_waits),
        cmocka_unit_test(a_reload_moves_no_promise),
        cmocka_unit_test(what_is_said_to_a_merged_ticket_goes_on_to_the_other),
        cmocka_unit_test(a_ticket_that_waits_often_makes_no_large_records),
        cmocka_unit_test(what_is_erased_is_nowhere_in_state),
        cmocka_unit_test(tickets_that_are_merged_in_a_circle_lose_nothing),
        cmocka_unit_test(a_changelog_of_the_release_before_is_written_on_in_its_version),
        cmocka_unit_test(state_of_the_release_before_equals_state_never_lost),
        cmocka_unit_test(finalized_a_changelog_is_raised_at_once),
        cmocka_unit_test(a_new_changelog_begins_with_what_is_allowed),
        cmocka_unit_test(a_changelog_that_is_not_ours_is_refused),
        cmocka_unit_test(a_definition_that_is_missing_is_named),
        cmocka_unit_test(two_runs_give_the_same_bytes),
        cmocka_unit_test(undone_transactions_leave_no_trace),
        cmocka_unit_test(a_restored_task_goes_on_as_if_nothing_had_happened),
        cmocka_unit_test(a_changelog_at_commit_says_the_same),
        cmocka_unit_test(the_number_of_partitions_changes_nothing),
    };
    json_init();
    return cmocka_run_group_tests(tests, open_config, close_config);
}
