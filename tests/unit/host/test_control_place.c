#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "host/control_place.h"

static void set(const char *name, const char *value)
{
    if (value == NULL)
        unsetenv(name);
    else
        setenv(name, value, 1);
}

static void test_where_the_socket_is(void **state)
{
    (void)state;
    static const struct {
        const char *name, *setting, *unit, *user, *file, *places;
    } cases[] = {
        { "the setting alone", "/run/x", "/run/a", "/run/user/7", "/etc/ombud/main.yaml",
          "/run/x" },
        { "no socket at all", "", "/run/a", "/run/user/7", "/etc/ombud/main.yaml", "" },
        { "the unit's directory first", NULL, "/run/a", "/run/user/7", "/etc/ombud/main.yaml",
          "/run/a/control /run/ombud/main/control /run/user/7/ombud/main.control" },
        { "of several directories the first", NULL, "/run/a:/run/b", NULL, "main.yaml",
          "/run/a/control /run/ombud/main/control" },
        { "outside any unit", NULL, NULL, NULL, "conf/my.ombud.yaml",
          "/run/ombud/my.ombud/control" },
        { "a hidden file keeps its name", NULL, NULL, NULL, ".yaml", "/run/ombud/.yaml/control" },
        { "no absolute directory is none", NULL, "run", "", "main", "/run/ombud/main/control" },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct control_places places;
        char all[512] = "";
        set("RUNTIME_DIRECTORY", cases[i].unit);
        set("XDG_RUNTIME_DIR", cases[i].user);
        assert_true(control_find_places(str_from(cases[i].setting), cases[i].file, &places, NULL));
        for (size_t k = 0; k < places.count; k++) {
            strcat(all, k > 0 ? " " : "");
            strcat(all, places.paths[k]);
        }
        if (strcmp(all, cases[i].places) != 0)
            fail_msg("%s: %s", cases[i].name, all);
    }
}

static void test_what_is_no_path_of_a_socket_is_refused(void **state)
{
    (void)state;
    char longest[CONTROL_PATH + 1] = "/";
    memset(longest + 1, 'x', CONTROL_PATH - 1);
    struct control_places places;
    struct error err;
    assert_false(control_find_places(STR("control"), "a.yaml", &places, &err));
    assert_non_null(strstr(err.text, "'control' is no absolute path"));
    assert_false(control_find_places(str_from(longest), "a.yaml", &places, &err));
    longest[CONTROL_PATH - 1] = '\0';
    assert_true(control_find_places(str_from(longest), "a.yaml", &places, &err));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_where_the_socket_is),
        cmocka_unit_test(test_what_is_no_path_of_a_socket_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
