#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "serve/app.h"

/* The name of the second of two workers whose group has so many characters. */
static void name_second(size_t group_size, char name[NAME_BYTES])
{
    char group[251];
    memset(group, 'g', sizeof(group));
    struct arena *arena = arena_new(8192);
    struct config *config = arena_alloc(arena, sizeof(*config));
    *config = (struct config){ .arena = arena };
    config->kafka = arena_alloc(config->arena, sizeof(*config->kafka));
    config->kafka[0] =
        (struct config_property){ .name = STR("group.id"),
                                  .value = arena_copy(config->arena,
                                                      (struct str){ group, group_size }) };
    config->kafka_count = 1;
    char names[2][NAME_BYTES];
    struct app app = { .config = shared_config_new(config), .worker_count = 2, .names = names };
    app_name_workers(&app, "one");
    shared_config_drop(app.config);
    memcpy(name, names[1], NAME_BYTES);
}

static void test_a_name_bears_at_most_a_hundred_characters_of_its_group(void **state)
{
    (void)state;
    static const struct {
        size_t group, borne;
    } cases[] = { { 1, 1 }, { 99, 99 }, { 100, 100 }, { 101, 100 }, { 200, 100 }, { 250, 100 } };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char name[NAME_BYTES];
        name_second(cases[i].group, name);
        assert_int_equal(strspn(name, "g"), cases[i].borne);
        assert_string_equal(name + cases[i].borne, "-one-1");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_name_bears_at_most_a_hundred_characters_of_its_group),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
