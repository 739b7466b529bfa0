#include "kafka/inputs.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

enum { SOURCES = 300, NAME_SIZE = 16 };

static char names[SOURCES][NAME_SIZE];
static struct config_source sources[SOURCES];

/* The first source is home, as many intakes follow as there is room for. */
static struct config many_sources(void)
{
    for (int i = 0; i < SOURCES; i++) {
        snprintf(names[i], NAME_SIZE, "topic-%d", i);
        sources[i] = (struct config_source){ .topic = str_from(names[i]), .home = i == 0 };
    }
    return (struct config){ .sources = sources,
                            .source_count = SOURCES,
                            .topics = { .notices = STR("notices") } };
}

static void test_every_source_is_read(void **state)
{
    struct config config = many_sources();
    struct inputs inputs;
    (void)state;
    inputs_plan(&config, &inputs);
    assert_int_equal(inputs.count, SOURCES + 1);
    assert_int_equal(inputs_find(&inputs, "topic-0")->stage, STAGE_TICKETS);
    assert_int_equal(inputs_find(&inputs, "topic-299")->stage, STAGE_INTAKE);
    assert_int_equal(inputs_find(&inputs, "notices")->stage, STAGE_ESCALATIONS);
    assert_null(inputs_find(&inputs, "topic-300"));
    for (size_t i = 0; i < inputs.count; i++)
        inputs.items[i].partitions = 12;
    assert_int_equal(inputs_partitions(&inputs), (SOURCES + 1) * 12);
    inputs_free(&inputs);
}

static void test_a_shadow_reads_no_notices(void **state)
{
    struct config config = many_sources();
    struct inputs inputs;
    (void)state;
    config.shadow = true;
    inputs_plan(&config, &inputs);
    assert_int_equal(inputs.count, SOURCES);
    assert_null(inputs_find(&inputs, "notices"));
    inputs_free(&inputs);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_source_is_read),
        cmocka_unit_test(test_a_shadow_reads_no_notices),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
