/* One stream of events over 1, 3 and 12 partitions: each ticket's records are the same, byte for
 * byte, but for the place of the event. Time passes for all partitions alike, as the clock does;
 * what tickets tell each other and what is passed on goes to the partition that it is for. */
#include "random_events.h"
#include "tickets_world.h"

#include "base/hash.h"

enum { EVENTS = 1500, SEEDS = 4, PARTITIONS_MAX = 12 };

struct cluster {
    struct world worlds[PARTITIONS_MAX];
    int count;
    struct arena *arena;    /* of the home records on their way */
    struct record *waiting; /* those, in their order */
    size_t waiting_count, waiting_room;
    struct buf told[RANDOM_TICKETS + 1]; /* of each ticket, in its order */
    int given[8];                        /* first dispatches, by department */
    int homes;                           /* records that went from ticket to ticket */
};

static void open_cluster(struct cluster *cluster, const struct config *config, int count)
{
    *cluster = (struct cluster){ .count = count, .arena = arena_new(64 * 1024) };
    for (int i = 0; i < count; i++)
        world_open(&cluster->worlds[i], config, i, count);
}

static void close_cluster(struct cluster *cluster)
{
    for (int i = 0; i < cluster->count; i++)
        world_close(&cluster->worlds[i]);
    for (int i = 0; i <= RANDOM_TICKETS; i++)
        buf_free(&cluster->told[i]);
    free(cluster->waiting);
    arena_free(cluster->arena);
}

static struct str between(struct str value, const char *start, char end)
{
    size_t size = strlen(start);
    const char *at = value.size ? memmem(value.data, value.size, start, size) : NULL;
    if (!at)
        return STR_NONE;
    const char *to = memchr(at + size, end, (size_t)(value.data + value.size - at) - size);
    return to ? (struct str){ at + size, (size_t)(to - at) - size } : STR_NONE;
}

static void tell(struct cluster *cluster, const struct action *action)
{
    int64_t number = -1;
    struct str value = action->value, ticket = between(value, "\"ticket\":\"t", '"');
    struct record record = { .headers = action->headers, .header_count = action->header_count };
    if (!str_to_int(ticket, &number) || number > RANDOM_TICKETS)
        return;
    struct buf *out = &cluster->told[number];
    struct str place = between(value, "\"source\":{", '}');
    size_t cut = str_present(place) ? (size_t)(place.data - value.data) : value.size;
    buf_printf(out, "%d %.*s ", (int)action->output, STR_ARG(record_header(&record, "ce_id")));
    buf_add(out, value.data, cut);
    if (str_present(place))
        buf_add(out, place.data + place.size, value.size - cut - place.size);
    buf_add_char(out, '\n');
}

static void send_home(struct cluster *cluster, const struct action *action, time_ms now)
{
    if (cluster->waiting_count == cluster->waiting_room) {
        cluster->waiting_room = 2 * cluster->waiting_room + 16;
        cluster->waiting =
            realloc(cluster->waiting, cluster->waiting_room * sizeof(*cluster->waiting));
    }
    struct header *headers = arena_alloc(cluster->arena, action->header_count * sizeof(*headers));
    for (size_t i = 0; i < action->header_count; i++)
        headers[i] = (struct header){ arena_copy(cluster->arena, action->headers[i].name),
                                      arena_copy(cluster->arena, action->headers[i].value) };
    cluster->waiting[cluster->waiting_count++] =
        (struct record){ .partition = action->partition,
                         .timestamp = now,
                         .value = arena_copy(cluster->arena, action->value),
                         .headers = headers,
                         .header_count = action->header_count };
    cluster->homes++;
}

static void take(struct cluster *cluster, struct world *world)
{
    for (size_t i = 0; i < world->actions.count; i++) {
        const struct action *action = &world->actions.items[i];
        if (action->output == OUTPUT_HOME)
            send_home(cluster, action, world->clock.now);
        if (action->output == OUTPUT_DEPARTMENT)
            cluster->given[action->index]++;
        if (action->output != OUTPUT_HOME && action->output != OUTPUT_STATE &&
            action->output != OUTPUT_DEADLETTER)
            tell(cluster, action);
    }
    world_commit(world);
    actions_clear(&world->actions);
}

static void feed(struct cluster *cluster, struct record record)
{
    struct world *world = &cluster->worlds[record.partition];
    record.topic = world->setup.topic;
    record.offset = world->offset++;
    arena_reset(world->arena);
    struct prepared *prepared = tickets_engine.prepare(world->engine, &record, world->arena);
    engine_turn(&tickets_engine, world->engine, &world->clock, prepared, record.timestamp,
                record.timestamp, &world->actions);
    take(cluster, world);
}

static void deliver(struct cluster *cluster)
{
    for (size_t i = 0; i < cluster->waiting_count; i++)
        feed(cluster, cluster->waiting[i]);
    cluster->waiting_count = 0;
    arena_reset(cluster->arena);
}

static struct world *earliest(struct cluster *cluster)
{
    struct world *first = &cluster->worlds[0];
    for (int i = 1; i < cluster->count; i++) {
        if (tickets_engine.next(cluster->worlds[i].engine) < tickets_engine.next(first->engine))
            first = &cluster->worlds[i];
    }
    return first;
}

static void pass(struct cluster *cluster, time_ms until)
{
    for (;;) {
        struct world *world = earliest(cluster);
        time_ms due = tickets_engine.next(world->engine);
        if (due > until)
            return;
        engine_advance(&tickets_engine, world->engine, &world->clock, due, &world->actions);
        take(cluster, world);
        deliver(cluster);
    }
}

static void run(struct cluster *cluster, uint64_t seed)
{
    struct buf json = { 0 };
    uint64_t random = seed, other = seed;
    time_ms now = WORLD_START;
    for (int i = 0; i < EVENTS; i++) {
        now += 1 + random_step(&random);
        bool erasure = random_erasure(&random, now, &json);
        if (!erasure)
            random_event_at(&random, now, now, &json);
        struct str key = between(buf_str(&json), erasure ? "\"account\":\"" : "\"ticket\":\"", '"');
        pass(cluster, now);
        feed(cluster, (struct record){ .partition = kafka_partition(key, cluster->count),
                                       .timestamp = now,
                                       .value = buf_str(&json) });
        deliver(cluster);
        if (dice(&other, 100) == 0) /* whoever has a partition may change at any time */
            world_restart(&cluster->worlds[dice(&other, (unsigned)cluster->count)], true);
    }
    pass(cluster, now + 60 * TIME_DAY);
    buf_free(&json);
}

static void compare(const struct cluster *one, const struct cluster *other, uint64_t seed)
{
    for (int ticket = 0; ticket <= RANDOM_TICKETS; ticket++) {
        struct str a = buf_str(&one->told[ticket]), b = buf_str(&other->told[ticket]);
        size_t at = 0, line = 0;
        for (; at < a.size && at < b.size && a.data[at] == b.data[at]; at++)
            line = a.data[at] == '\n' ? at + 1 : line;
        if (at < a.size || at < b.size)
            fail_msg("seed %llu, ticket %d over %d partitions:\n%.*s\n---\n%.*s",
                     (unsigned long long)seed, ticket, other->count,
                     (int)(a.size - line > 3000 ? 3000 : a.size - line), a.data + line,
                     (int)(b.size - line > 3000 ? 3000 : b.size - line), b.data + line);
    }
}

static void partitions_make_no_difference_to_a_ticket(void **state)
{
    static const int counts[] = { 1, 3, 12 };
    const struct config *config = world_config(SOURCE_DIR "/tests/traces/everything.yaml");
    struct cluster clusters[3];
    int homes = 0;
    (void)state;
    for (uint64_t seed = 31; seed < 31 + SEEDS; seed++) {
        print_message("seed %llu\n", (unsigned long long)seed);
        for (int i = 0; i < 3; i++) {
            open_cluster(&clusters[i], config, counts[i]);
            run(&clusters[i], seed);
        }
        homes += clusters[2].homes;
        assert_true(clusters[0].told[3].size > 50000);
        compare(&clusters[0], &clusters[1], seed);
        compare(&clusters[0], &clusters[2], seed);
        for (int i = 0; i < 3; i++)
            close_cluster(&clusters[i]);
    }
    assert_true(homes > 500);
    config_free((struct config *)config);
}

/* ---- overflow */

static void open_one(struct cluster *cluster, int number, const char *type, time_ms now)
{
    struct buf json = { 0 };
    char ticket[16], text[TIME_TEXT_SIZE];
    snprintf(ticket, sizeof(ticket), "k%d", number);
    buf_printf(&json,
               "{\"ticket\":\"%s\",\"type\":\"%s\",\"id\":\"%s%d\",\"time\":\"%.*s\","
               "\"category\":\"billing\"}",
               ticket, type, type, number, STR_ARG(time_format_ms(now, text)));
    pass(cluster, now);
    feed(cluster, (struct record){ .partition = kafka_partition(str_from(ticket), cluster->count),
                                   .timestamp = now,
                                   .value = buf_str(&json) });
    deliver(cluster);
    buf_free(&json);
}

/* Ten are what billing can stand, however many partitions they lie in, and whoever restarts. */
static void a_department_is_full_over_all_partitions(void **state)
{
    const struct config *config = world_config(SOURCE_DIR "/tests/traces/overflow.yaml");
    int billing = config_department(config, STR("billing"));
    int service = config_department(config, STR("service"));
    struct cluster cluster;
    uint64_t other = 5;
    time_ms now = WORLD_START;
    (void)state;
    open_cluster(&cluster, config, 12);
    for (int i = 0; i < 30; i++) {
        open_one(&cluster, i, "opened", now += TIME_SECOND);
        world_restart(&cluster.worlds[dice(&other, 12)], i % 2);
    }
    assert_int_equal(cluster.given[billing], 10);
    assert_int_equal(cluster.given[service], 20);
    open_one(&cluster, 0, "resolved", now += TIME_SECOND); /* nine tenths: free again */
    open_one(&cluster, 30, "opened", now += TIME_SECOND);
    assert_int_equal(cluster.given[billing], 11);
    open_one(&cluster, 31, "opened", now += TIME_SECOND); /* and full again */
    assert_int_equal(cluster.given[service], 21);
    assert_true(cluster.homes >= 12 * 11);
    close_cluster(&cluster);
    config_free((struct config *)config);
}

/* ---- a person is forgotten */

static void feed_erasure(struct cluster *cluster, const char *id, time_ms now)
{
    char text[TIME_TEXT_SIZE];
    struct buf json = { 0 };
    buf_printf(&json,
               "{\"type\":\"erased\",\"id\":\"%s\",\"time\":\"%.*s\","
               "\"customer\":{\"account\":\"Kim Ericsson\"}}",
               id, STR_ARG(time_format_ms(now, text)));
    feed(cluster,
         (struct record){ .partition = kafka_partition(STR("Kim Ericsson"), cluster->count),
                          .timestamp = now,
                          .value = buf_str(&json) });
    deliver(cluster);
    buf_free(&json);
}

static void open_of_person(struct cluster *cluster, int number, time_ms now)
{
    struct buf json = { 0 };
    char ticket[16], text[TIME_TEXT_SIZE];
    snprintf(ticket, sizeof(ticket), "t%d", number);
    buf_printf(&json,
               "{\"ticket\":\"%s\",\"type\":\"opened\",\"time\":\"%.*s\",\"id\":\"o%d\","
               "\"body\":\"My stove is on fire\",\"customer\":{\"account\":\"Kim Ericsson\"}}",
               ticket, STR_ARG(time_format_ms(now, text)), number);
    feed(cluster, (struct record){ .partition = kafka_partition(str_from(ticket), cluster->count),
                                   .timestamp = now,
                                   .value = buf_str(&json) });
    deliver(cluster);
    buf_free(&json);
}

/* How many newest changelog records, of all partitions, have the word. */
static int kept(const struct cluster *cluster, const char *word)
{
    int count = 0;
    for (int i = 0; i < cluster->count; i++) {
        const struct world *world = &cluster->worlds[i];
        for (size_t k = 0; k < world->changelog_count; k++) {
            const struct entry *entry = &world->changelog[k];
            count += !world_outdated(world, k) && entry->value_size > 0 &&
                     memmem(entry->value, entry->value_size, word, strlen(word)) != NULL;
        }
    }
    return count;
}

/* Each partition hears of it once, whoever takes over in between; and a copy changes nothing, even
 * for a customer who came back. */
static void an_account_is_erased_on_every_partition(void **state)
{
    enum { TICKETS = 12 };
    const struct config *config = world_config(SOURCE_DIR "/tests/traces/ombud.yaml");
    struct cluster cluster;
    time_ms now = WORLD_START;
    (void)state;
    open_cluster(&cluster, config, PARTITIONS_MAX);
    for (int i = 0; i < TICKETS; i++)
        open_of_person(&cluster, i, now += TIME_SECOND);
    assert_int_equal(kept(&cluster, "Ericsson"), TICKETS);
    assert_true(kept(&cluster, "on fire") >= TICKETS);
    feed_erasure(&cluster, "r1", now += TIME_SECOND);
    assert_int_equal(cluster.homes, PARTITIONS_MAX - 1);
    assert_int_equal(kept(&cluster, "Ericsson"), 0);
    assert_int_equal(kept(&cluster, "on fire"), 0);
    for (int i = 0; i < PARTITIONS_MAX; i++)
        world_restart(&cluster.worlds[i], true);
    open_of_person(&cluster, TICKETS, now += TIME_SECOND);
    feed_erasure(&cluster, "r1", now += TIME_SECOND);
    assert_int_equal(cluster.homes, PARTITIONS_MAX - 1);
    assert_int_equal(kept(&cluster, "Ericsson"), 1);
    feed_erasure(&cluster, "r2", now += 40 * TIME_DAY);
    assert_int_equal(kept(&cluster, "Ericsson"), 0);
    /* By now the first is older than what is remembered of erasures: one record a partition. */
    int erasures = 0;
    for (int i = 0; i < PARTITIONS_MAX; i++) {
        const struct world *world = &cluster.worlds[i];
        for (size_t k = 0; k < world->changelog_count; k++)
            erasures += !world_outdated(world, k) && world->changelog[k].value_size > 0 &&
                        memcmp(world->changelog[k].key, "e/", 2) == 0;
    }
    assert_int_equal(erasures, PARTITIONS_MAX);
    close_cluster(&cluster);
    config_free((struct config *)config);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(partitions_make_no_difference_to_a_ticket),
        cmocka_unit_test(a_department_is_full_over_all_partitions),
        cmocka_unit_test(an_account_is_erased_on_every_partition),
    };
    json_init();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
