#include "stages.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "config/config.h"
#include "config/outputs.h"
#include "globals.h"
#include "topics_reference.h"

static struct config_source sources[] = { { .topic = STR("home"), .home = true },
                                          { .topic = STR("foreign") } };
static struct config_department departments[] = { { .topic = STR("dept.a") },
                                                  { .topic = STR("dept.b") } };
static struct config_level levels[] = { { .topic = STR("level.lead") } };
static const struct config config = { .sources = sources,
                                      .source_count = 2,
                                      .departments = departments,
                                      .department_count = 2,
                                      .levels = levels,
                                      .level_count = 1,
                                      .topics = { .home = STR("home"),
                                                  .customers = STR("customers"),
                                                  .promises = STR("promises"),
                                                  .decisions = STR("decisions"),
                                                  .deadletter = STR("deadletter"),
                                                  .state = STR("state"),
                                                  .notices = STR("notices"),
                                                  .groups = STR("groups"),
                                                  .config = STR("config") } };

static void test_every_output_knows_its_topics(void **state)
{
    static const struct {
        const char *topic;
        enum output output;
        size_t index;
    } rows[] = {
        { "home", OUTPUT_HOME, 0 },           { "dept.a", OUTPUT_DEPARTMENT, 0 },
        { "dept.b", OUTPUT_DEPARTMENT, 1 },   { "promises", OUTPUT_PROMISES, 0 },
        { "decisions", OUTPUT_DECISIONS, 0 }, { "deadletter", OUTPUT_DEADLETTER, 0 },
        { "state", OUTPUT_STATE, 0 },         { "notices", OUTPUT_NOTICES, 0 },
        { "groups", OUTPUT_GROUPS, 0 },       { "level.lead", OUTPUT_ESCALATIONS, 0 },
        { "config", OUTPUT_CONFIG, 0 },
    };
    size_t topics = 0;
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct str topic = str_from(rows[i].topic);
        assert_int_equal(output_of_topic(&config, topic), rows[i].output);
        assert_true(str_equal(output_topic(&config, rows[i].output, rows[i].index), topic));
    }
    for (enum output output = 0; output < OUTPUT_COUNT; output++)
        topics += output_topics(&config, output);
    assert_int_equal(topics, sizeof(rows) / sizeof(rows[0]));
    assert_int_equal(output_of_topic(&config, STR("foreign")), OUTPUT_COUNT);
}

/* State is lost with a record that goes elsewhere; a changelog that nobody keeps is no changelog.
 */
static void test_every_changelog_is_kept_by_one_stage_and_goes_nowhere_else(void **state)
{
    int kept[OUTPUT_COUNT] = { 0 };
    (void)state;
    for (enum stage stage = 0; stage < STAGE_COUNT; stage++) {
        assert_true(stages[stage].changelog_count <= STAGE_CHANGELOGS);
        for (size_t i = 0; i < stages[stage].changelog_count; i++)
            kept[stages[stage].changelogs[i]]++;
    }
    for (enum output output = 0; output < OUTPUT_COUNT; output++) {
        assert_int_equal(kept[output], outputs[output].kind == TOPIC_STATE);
        if (kept[output]) {
            assert_true(outputs[output].essential);
            assert_int_equal(outputs[output].partitions, PARTITIONS_INPUT);
            assert_int_equal(outputs[output].span, SPAN_ONE);
        }
    }
}

/* A topic that two stages read would need two tasks of one partition. */
static void test_every_topic_is_read_by_one_stage(void **state)
{
    (void)state;
    for (enum stage stage = 0; stage < STAGE_COUNT; stage++) {
        assert_int_equal(stages_reader(stages[stage].input), stage);
        assert_string_equal(stages[stage].name, stages[stage].ops->name);
        if (stages[stage].inner)
            assert_int_equal(outputs[stages[stage].input].span, SPAN_ONE);
        if (stages[stage].inner && !outputs[stages[stage].input].essential)
            fail_msg("stage %s would never hear of what is redirected", stages[stage].name);
    }
}

static void test_a_shadow_reads_what_a_shadow_writes(void **state)
{
    struct config shadow = config;
    (void)state;
    shadow.shadow = true;
    for (int i = 0; i < 2; i++) {
        size_t count;
        struct stage_input *inputs = stages_inputs(i == 0 ? &config : &shadow, &count);
        assert_int_equal(count, i == 0 ? 3 : 2);
        assert_int_equal(inputs[0].stage, STAGE_TICKETS);
        assert_int_equal(inputs[1].stage, STAGE_INTAKE);
        if (i == 0)
            assert_int_equal(inputs[2].stage, STAGE_ESCALATIONS);
        free(inputs);
    }
    struct stage_input input;
    assert_true(stages_input(&shadow, STR("notices"), &input));
    assert_int_equal(input.stage, STAGE_ESCALATIONS);
    assert_false(stages_input(&config, STR("promises"), &input));
}

static void test_inputs_have_their_partitions(void **state)
{
    (void)state;
    assert_int_equal(stages_partitions(STAGE_TICKETS, 12), 12);
    assert_int_equal(stages_partitions(STAGE_ESCALATIONS, 12), 1);
}

static void test_the_page_of_topics_is_the_one_in_docs(void **state)
{
    struct buf text = { 0 }, file = { 0 };
    char block[4096];
    (void)state;
    topics_reference_markdown(&text);
    FILE *stream = fopen(SOURCE_DIR "/docs/topics.md", "r");
    assert_non_null(stream);
    for (size_t size; (size = fread(block, 1, sizeof(block), stream)) > 0;)
        buf_add(&file, block, size);
    fclose(stream);
    if (!str_equal(buf_str(&file), buf_str(&text)))
        fail_msg("docs/topics.md is not what the rows say: run ombudctl help topics");
    buf_free(&file);
    buf_free(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_output_knows_its_topics),
        cmocka_unit_test(test_every_changelog_is_kept_by_one_stage_and_goes_nowhere_else),
        cmocka_unit_test(test_every_topic_is_read_by_one_stage),
        cmocka_unit_test(test_a_shadow_reads_what_a_shadow_writes),
        cmocka_unit_test(test_inputs_have_their_partitions),
        cmocka_unit_test(test_the_page_of_topics_is_the_one_in_docs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
