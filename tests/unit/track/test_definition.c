/* What tickets keep of a configuration that is gone. */
#include "tickets_world.h"

#include "calendar/calendar_text.h"
#include "track/definition.h"
#include "track/definition_text.h"

static void an_sla_takes_over_what_the_last_one_promises(void **state)
{
    const struct config *config = world_config(SOURCE_DIR "/tests/traces/ombud.yaml");
    struct definitions *definitions = definitions_new();
    (void)state;
    definitions_configure(definitions, config);
    const struct sla_terms *gold =
        definitions_sla(definitions, definitions_sla_hash(definitions, 0));
    assert_non_null(gold);
    assert_true(str_is(gold->name, "gold"));
    assert_int_equal(gold->target[CLOCK_RESPONSE][0].amount, 15 * TIME_MINUTE);
    assert_int_equal(gold->target[CLOCK_RESPONSE][2].amount, 30 * TIME_MINUTE);
    assert_true(str_is(gold->target[CLOCK_RESPONSE][2].text, "30m"));
    uint64_t ladder = definitions_ladder_hash(definitions, 0);
    assert_null(definitions_sla(definitions, ladder));
    const struct ladder_terms *terms = definitions_ladder(definitions, ladder);
    assert_int_equal(terms->step_count, 2);
    assert_true(terms->steps[1].unless_acknowledged && !terms->steps[0].unless_acknowledged);
    assert_true(str_is(terms->steps[1].level, "manager"));
    definitions_free(definitions);
    config_free((struct config *)config);
}

static void what_its_clocks_pause_and_warn_of_comes_back(void **state)
{
    const struct config *config = world_config(SOURCE_DIR "/tests/traces/waiting.yaml");
    struct definitions *definitions = definitions_new();
    (void)state;
    definitions_configure(definitions, config);
    const struct sla_terms *terms =
        definitions_sla(definitions, definitions_sla_hash(definitions, 0));
    assert_int_equal(terms->target[CLOCK_RESOLUTION][3].amount, 8 * TIME_HOUR);
    assert_int_equal(terms->pause, PAUSE_CUSTOMER);
    assert_int_equal(terms->warn.count, 2);
    assert_int_equal(terms->warn.items[0].percent, 50);
    assert_int_equal(terms->warn.items[1].before, 10 * TIME_MINUTE);
    definitions_free(definitions);
    config_free((struct config *)config);
}

/* The configuration that had it is gone: a reload may bring another calendar of that name. */
static void calendars_outlive_their_configuration(void **state)
{
    const struct config *config = world_config(SOURCE_DIR "/tests/traces/office.yaml");
    const struct config *other = world_config(SOURCE_DIR "/tests/traces/ombud.yaml");
    struct definitions *definitions = definitions_new();
    time_ms saturday = WORLD_START, monday = WORLD_START + 49 * TIME_HOUR;
    (void)state;
    definitions_configure(definitions, config);
    uint64_t hash = definitions_sla_hash(definitions, config->sla_count - 1);
    uint64_t version = calendar_version(config->slas[config->sla_count - 1].calendar[3]);
    definitions_use(definitions, hash, 1);
    definitions_configure(definitions, other);
    config_free((struct config *)config);
    const struct sla_terms *terms = definitions_sla(definitions, hash);
    assert_true(calendar_version(terms->calendar[3]) == version);
    assert_ptr_equal(terms->calendar[3], terms->calendar[1]);
    assert_true(calendar_opening(terms->calendar[3], saturday) == monday);
    assert_true(calendar_due(terms->calendar[0], saturday, 1) == saturday + 1);
    assert_int_equal(terms->target[CLOCK_RESPONSE][3].unit, TARGET_WORKING_DAYS);
    assert_false(terms->target[CLOCK_RESPONSE][3].working_end);
    assert_true(terms->target[CLOCK_RESOLUTION][3].working_end);
    definitions_free(definitions);
    config_free((struct config *)other);
}

/* So that a release before may read what it wrote, and running clocks keep their terms. */
static void always_is_written_as_ever(void **state)
{
    const struct config *config = world_config(SOURCE_DIR "/tests/traces/ombud.yaml");
    struct buf text = { 0 };
    (void)state;
    definition_write(config, DEFINITION_SLA, 0, &text);
    assert_non_null(
        strstr(buf_text(&text), "\"calendar\":\"always\",\"response\":[{\"ms\":900000,"));
    assert_null(strstr(buf_text(&text), "calendars"));
    buf_free(&text);
    config_free((struct config *)config);
}

static void used_ones_outlive_their_configuration(void **state)
{
    const struct config *old = world_config(SOURCE_DIR "/tests/traces/ombud.yaml");
    const struct config *new = world_config(SOURCE_DIR "/tests/traces/ombud_other.yaml");
    struct definitions *definitions = definitions_new();
    (void)state;
    definitions_configure(definitions, old);
    uint64_t used = definitions_sla_hash(definitions, 0);
    uint64_t unused = definitions_sla_hash(definitions, 1);
    assert_true(definitions_use(definitions, used, 1));
    assert_false(definitions_use(definitions, used, 1));
    definitions_configure(definitions, new);
    definitions_sweep(definitions);
    assert_non_null(definitions_sla(definitions, used));
    assert_null(definitions_sla(definitions, unused));
    assert_false(definitions_use(definitions, used, -1));
    assert_true(definitions_use(definitions, used, -1));
    /* Not before the sweep: an undo may bring a user back. */
    assert_non_null(definitions_sla(definitions, used));
    definitions_sweep(definitions);
    assert_null(definitions_sla(definitions, used));
    definitions_free(definitions);
    config_free((struct config *)old);
    config_free((struct config *)new);
}

static void texts_that_make_no_sense_are_refused(void **state)
{
    static const struct {
        const char *text, *sentence;
    } cases[] = {
        { "", "" },
        { "[]", "'' is no kind of definition" },
        { "{\"kind\":\"clock\"}", "'clock' is no kind of definition" },
        { "{\"kind\":\"sla\",\"response\":[null]}", "one target for each band" },
        { "{\"kind\":\"sla\",\"response\":[null,null,null,{\"ms\":\"x\"}]}", "\"ms\"" },
        { "{\"kind\":\"sla\",\"response\":[null,null,null,{\"moons\":5,\"text\":\"5moons\"}]}",
          "the target '5moons' has no unit" },
        { "{\"kind\":\"sla\",\"calendar\":[\"always\",\"cn\",\"cn\",\"cn\"]}",
          "the calendar 'cn' is missing" },
        { "{\"kind\":\"sla\",\"calendars\":[{\"name\":\"cn\",\"zone\":\"Moon\"}]}",
          "'Moon' is no time zone" },
        { "{\"kind\":\"ladder\",\"steps\":[]}", "at least one step" },
        { "{\"kind\":\"ladder\",\"steps\":[{\"after\":0}]}", "needs a level" },
        { "{\"kind\":\"ladder\",\"steps\":[{\"after\":0,\"level\":\"a\",\"match\":\"band ==\"}]}",
          "" },
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        enum definition_kind kind = DEFINITION_SLA;
        struct error err = { "" };
        struct arena *arena = arena_new(4096);
        assert_null(definition_parse(str_from(cases[i].text), arena, &kind, &err));
        if (!err.text[0] || !strstr(err.text, cases[i].sentence))
            fail_msg("'%s' gave '%s'", cases[i].text, err.text);
        arena_free(arena);
    }
}

static void keys_are_sixteen_digits(void **state)
{
    char key[DEFINITION_KEY_SIZE];
    uint64_t hash = 0;
    (void)state;
    definition_key(UINT64_C(0x0123456789abcdef), key);
    assert_memory_equal(key, "d/0123456789abcdef", sizeof(key));
    assert_true(definition_key_parse((struct str){ key, sizeof(key) }, &hash));
    assert_true(hash == UINT64_C(0x0123456789abcdef));
    assert_false(definition_key_parse(STR("d/0123456789abcdeF"), &hash));
    assert_false(definition_key_parse(STR("d/0123"), &hash));
    assert_false(definition_key_parse(STR("t/0123456789abcdef"), &hash));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_sla_takes_over_what_the_last_one_promises),
        cmocka_unit_test(what_its_clocks_pause_and_warn_of_comes_back),
        cmocka_unit_test(calendars_outlive_their_configuration),
        cmocka_unit_test(always_is_written_as_ever),
        cmocka_unit_test(used_ones_outlive_their_configuration),
        cmocka_unit_test(texts_that_make_no_sense_are_refused),
        cmocka_unit_test(keys_are_sixteen_digits),
    };
    json_init();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
