/* Two kinds of clocks beside each other: each warns, breaks, is kept and is forgotten by itself. */
#include "tickets_world.h"

static struct config *config;

static int open_config(void **state)
{
    static const time_ms targets[BAND_COUNT] = { 20 * TIME_MINUTE, TIME_DAY, 2 * TIME_DAY };
    (void)state;
    config = (struct config *)world_config(SOURCE_DIR "/tests/traces/ombud.yaml");
    for (size_t i = 0; i < config->sla_count; i++) {
        for (int band = 0; band < BAND_COUNT; band++) {
            if (targets[band])
                config->slas[i].target[CLOCK_RESOLUTION][band] = (struct target){
                    .unit = TARGET_TIME, .amount = targets[band], .text = STR("as long as it takes")
                };
        }
    }
    return 0;
}

static int close_config(void **state)
{
    (void)state;
    config_free(config);
    return 0;
}

/* How many records of that output have all the parts (NULL ends them). */
static int count(const struct world *world, enum output output, ...)
{
    int found = 0;
    for (size_t i = 0; i < world->actions.count; i++) {
        const struct action *action = &world->actions.items[i];
        bool all = action->output == output;
        va_list parts;
        va_start(parts, output);
        for (const char *part; (part = va_arg(parts, const char *)) != NULL;)
            all = all && memmem(action->value.data, action->value.size, part, strlen(part));
        va_end(parts);
        found += all;
    }
    return found;
}

static int notices(const struct world *world, const char *trigger, const char *clock,
                   const char *level, const char *status)
{
    char parts[4][64];
    snprintf(parts[0], sizeof(parts[0]), "\"trigger\":\"%s\"", trigger);
    snprintf(parts[1], sizeof(parts[1]), "\"clock\":\"%s\"", clock);
    snprintf(parts[2], sizeof(parts[2]), "\"level\":\"%s\",\"step\"", level);
    snprintf(parts[3], sizeof(parts[3]), "\"status\":\"%s\"", status);
    return count(world, OUTPUT_NOTICES, parts[0], parts[1], parts[2], parts[3], NULL);
}

static void feed(struct world *world, time_ms at, const char *rest)
{
    char json[512], time[TIME_TEXT_SIZE];
    snprintf(json, sizeof(json), "{\"ticket\":\"t1\",\"time\":\"%.*s\",%s}",
             STR_ARG(time_format_ms(WORLD_START + at, time)), rest);
    world_feed(world, str_from(json), WORLD_START + at);
}

static void pass(struct world *world, time_ms until)
{
    world_pass(world, WORLD_START + until);
    world_commit(world);
}

static void begin(struct world *world, int version)
{
    world_open(world, config, 0, 1);
    world->setup.changelog_version = version;
    world_restart(world, false);
    feed(world, 0, "\"type\":\"opened\",\"id\":\"a\",\"body\":\"The battery is on fire\"");
}

static void both_promises_are_made_and_shown(void **state)
{
    struct world world;
    (void)state;
    begin(&world, 0);
    assert_int_equal(count(&world, OUTPUT_PROMISES, "\"clock\":\"response\",\"status\":\"made\"",
                           "\"clock\":\"resolution\",\"status\":\"made\"", NULL),
                     1);
    assert_int_equal(count(&world, OUTPUT_DECISIONS,
                           "\"clock\":\"response\",\"due\":\"2026-11-21T00:15",
                           "\"clock\":\"resolution\",\"due\":\"2026-11-21T00:20", NULL),
                     1);
    world_close(&world);
}

/* One ladder for a trigger would swallow the second breach: it climbs already. */
static void the_breach_of_one_does_not_swallow_that_of_the_other(void **state)
{
    (void)state;
    for (int restart = 0; restart < 2; restart++) {
        struct world world;
        begin(&world, 0);
        world_commit(&world);
        pass(&world, 15 * TIME_MINUTE);
        assert_int_equal(notices(&world, "warning", "response", "lead", "firing"), 1);
        assert_int_equal(notices(&world, "breach", "response", "lead", "firing"), 1);
        if (restart)
            world_restart(&world, true);
        pass(&world, 20 * TIME_MINUTE);
        assert_int_equal(notices(&world, "warning", "resolution", "lead", "firing"), 1);
        assert_int_equal(notices(&world, "breach", "resolution", "lead", "firing"), 1);
        assert_int_equal(count(&world, OUTPUT_DECISIONS, "\"timer\":\"resolution breach\"", NULL),
                         1);
        assert_int_equal(
            count(&world, OUTPUT_PROMISES, "has not solved this by 2026-11-21 00:20", NULL), 1);
        pass(&world, 36 * TIME_MINUTE);
        assert_int_equal(notices(&world, "breach", "response", "manager", "firing"), 1);
        assert_int_equal(notices(&world, "breach", "resolution", "manager", "firing"), 1);
        world_close(&world);
    }
}

static void one_can_be_acknowledged_without_the_other(void **state)
{
    struct world world;
    (void)state;
    begin(&world, 0);
    pass(&world, 21 * TIME_MINUTE);
    feed(&world, 21 * TIME_MINUTE,
         "\"type\":\"acknowledged\",\"id\":\"b\",\"by\":\"lin\",\"trigger\":\"breach resolution\"");
    assert_int_equal(count(&world, OUTPUT_NOTICES, "\"status\":\"acknowledged\"", NULL), 1);
    assert_int_equal(notices(&world, "breach", "resolution", "lead", "acknowledged"), 1);
    world_close(&world);
}

static void each_is_kept_and_ended_by_its_own(void **state)
{
    struct world world;
    (void)state;
    begin(&world, 0);
    pass(&world, 30 * TIME_MINUTE);
    feed(&world, 30 * TIME_MINUTE, "\"type\":\"resolved\",\"id\":\"b\"");
    assert_int_equal(
        count(&world, OUTPUT_PROMISES,
              "\"reason\":\"resolved without an answer, after the promise was missed\"",
              "\"reason\":\"resolved 10m late\"", "has solved this, but after", NULL),
        1);
    assert_int_equal(
        count(&world, OUTPUT_DECISIONS, "\"status\":\"ended\"", "\"status\":\"missed\"", NULL), 1);
    world_close(&world);
}

/* The version before knows one clock: rather a ticket that it refuses than one that lost a
 * promise. */
static void what_an_old_version_cannot_hold_is_written_in_the_next(void **state)
{
    struct world world;
    (void)state;
    begin(&world, 1);
    world_commit(&world);
    for (size_t i = 0; i < world.changelog_count; i++) {
        if (world.changelog[i].key[0] == 't')
            assert_int_equal(world.changelog[i].value[0], 3);
    }
    world_restart(&world, false);
    pass(&world, 20 * TIME_MINUTE);
    assert_int_equal(notices(&world, "breach", "resolution", "lead", "firing"), 1);
    world_close(&world);
}

/* Every promise counts as a user of its terms; with the ticket they are forgotten. */
static void the_terms_of_both_are_forgotten_with_the_ticket(void **state)
{
    struct world world;
    int forgotten = 0;
    (void)state;
    begin(&world, 0);
    world_commit(&world);
    feed(&world, TIME_MINUTE, "\"type\":\"updated\",\"id\":\"b\"");
    world_commit(&world);
    feed(&world, 2 * TIME_MINUTE, "\"type\":\"closed\",\"id\":\"c\"");
    world_commit(&world);
    pass(&world, 2 * TIME_MINUTE + config->retention);
    assert_int_equal(tickets_engine.next(world.engine), TIME_NEVER);
    for (size_t i = 0; i < world.changelog_count; i++) {
        if (world.changelog[i].key[0] != 'd' || world_outdated(&world, i))
            continue;
        assert_null(world.changelog[i].value);
        forgotten++;
    }
    assert_int_equal(forgotten, 2); /* an SLA and a ladder */
    world_close(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_promises_are_made_and_shown),
        cmocka_unit_test(the_breach_of_one_does_not_swallow_that_of_the_other),
        cmocka_unit_test(one_can_be_acknowledged_without_the_other),
        cmocka_unit_test(each_is_kept_and_ended_by_its_own),
        cmocka_unit_test(the_terms_of_both_are_forgotten_with_the_ticket),
        cmocka_unit_test(what_an_old_version_cannot_hold_is_written_in_the_next),
    };
    json_init();
    return cmocka_run_group_tests(tests, open_config, close_config);
}
