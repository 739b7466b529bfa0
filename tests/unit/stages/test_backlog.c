/* Of alarms: a backlog gives none that live reading would not have given, and whoever was told of
 * one is told once that it is over. */
#include "random_events.h"
#include "tickets_world.h"

enum { EVENTS = 1500, SEEDS = 4 };

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

/* An alarm by ticket, trigger, level and step: how often it was raised and how often it ended. */
struct alarm {
    char name[96];
    int firing, resolved;
    bool open; /* raised since it last ended */
};

struct alarms {
    struct alarm *items;
    size_t count;
};

static struct str text_of(const cJSON *root, const char *name)
{
    return json_string(json_get(root, str_from(name)));
}

static struct alarm *alarm_of(struct alarms *alarms, const cJSON *notice)
{
    char name[96];
    snprintf(name, sizeof(name), "%.*s %.*s %.*s of %.*s %d", STR_ARG(text_of(notice, "ticket")),
             STR_ARG(text_of(notice, "trigger")), STR_ARG(text_of(notice, "level")),
             STR_ARG(text_of(notice, "department")),
             (int)json_get(notice, STR("step"))->valuedouble);
    for (size_t i = 0; i < alarms->count; i++) {
        if (!strcmp(alarms->items[i].name, name))
            return &alarms->items[i];
    }
    alarms->items = realloc(alarms->items, (alarms->count + 1) * sizeof(*alarms->items));
    struct alarm *alarm = &alarms->items[alarms->count++];
    *alarm = (struct alarm){ .firing = 0 };
    memcpy(alarm->name, name, sizeof(name));
    return alarm;
}

static void hear(struct alarms *alarms, const cJSON *notice)
{
    struct str status = text_of(notice, "status");
    struct alarm *alarm = alarm_of(alarms, notice);
    /* One that somebody answered before the ticket changed hands begins as that there. */
    if (str_is(status, "firing") || str_is(status, "acknowledged")) {
        alarm->firing++;
        alarm->open = true;
    } else if (str_is(status, "resolved")) {
        alarm->resolved++;
        alarm->open = false;
        if (alarm->resolved > alarm->firing)
            fail_msg("%s ended %d times and was raised %d times", alarm->name, alarm->resolved,
                     alarm->firing);
    }
}

/* Who was told of a ticket must have heard the end of it when it is closed. */
static void close_ticket(struct alarms *alarms, struct str ticket)
{
    for (size_t i = 0; i < alarms->count; i++) {
        const struct alarm *alarm = &alarms->items[i];
        bool own =
            !strncmp(alarm->name, ticket.data, ticket.size) && alarm->name[ticket.size] == ' ';
        if (own && alarm->open && !strstr(alarm->name, " low rating "))
            fail_msg("%s is not over, and the ticket is closed", alarm->name);
    }
}

static void listen(struct alarms *alarms, const struct world *world, struct arena *arena)
{
    static const struct json_limits limits = { 1 << 20, 65536, 16 };
    for (size_t i = 0; i < world->actions.count; i++) {
        const struct action *action = &world->actions.items[i];
        size_t at = 0;
        if (action->output != OUTPUT_NOTICES && action->output != OUTPUT_DECISIONS)
            continue;
        arena_reset(arena);
        const cJSON *root = json_parse(action->value, &limits, arena, NULL, &at, NULL);
        if (action->output == OUTPUT_NOTICES)
            hear(alarms, root);
        else if (str_is(text_of(root, "type"), "closed") &&
                 str_is(text_of(root, "outcome"), "applied") &&
                 str_is(text_of(root, "status"), "closed"))
            close_ticket(alarms, text_of(root, "ticket"));
    }
}

/* All records at once, as of `end`; or each when it comes, and the clock wakes the task between. */
static void run(uint64_t seed, bool live, time_ms end, struct alarms *alarms)
{
    struct world world;
    struct buf json = { 0 };
    struct arena *arena = arena_new(64 * 1024);
    uint64_t random = seed;
    time_ms now = WORLD_START;
    world_open(&world, config, 0, 1);
    world.clock.mode = CLOCK_WALL;
    for (int i = 0; i < EVENTS; i++) {
        now += (time_ms)dice(&random, 1200) * TIME_SECOND;
        random_event(&random, now, &json);
        if (live) {
            world_pass(&world, now);
            listen(alarms, &world, arena);
            world_commit(&world);
        }
        world_feed_at(&world, buf_str(&json), now, live ? now : end);
        listen(alarms, &world, arena);
        world_commit(&world);
    }
    arena_free(arena);
    buf_free(&json);
    world_close(&world);
}

static void a_backlog_raises_no_alarm_of_its_own(void **state)
{
    int raised = 0;
    (void)state;
    for (uint64_t seed = 51; seed < 51 + SEEDS; seed++) {
        struct alarms live = { 0 }, late = { 0 };
        print_message("seed %llu\n", (unsigned long long)seed);
        run(seed, true, 0, &live);
        run(seed, false, WORLD_START + 400 * TIME_DAY, &late);
        for (size_t i = 0; i < late.count; i++) {
            const struct alarm *alarm = &late.items[i];
            bool known = false;
            for (size_t k = 0; k < live.count; k++)
                known |= !strcmp(live.items[k].name, alarm->name) && live.items[k].firing > 0;
            if (alarm->firing > 0 && !known)
                fail_msg("seed %llu: %s is raised by the backlog alone", (unsigned long long)seed,
                         alarm->name);
            raised += alarm->firing;
        }
        free(live.items);
        free(late.items);
    }
    assert_true(raised > 500);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_backlog_raises_no_alarm_of_its_own),
    };
    json_init();
    return cmocka_run_group_tests(tests, open_config, close_config);
}
