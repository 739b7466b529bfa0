/* `ombudctl status` in a terminal of 80 columns and 24 lines. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "ctl/status_text.h"

enum { NOW = 100000000 }; /* 1970-01-02T03:46:40Z */

static struct buf show(const char *answer)
{
    struct arena *arena = arena_new(4096);
    struct error err;
    size_t at;
    struct buf text = { 0 };
    const cJSON *tree = json_parse(str_from(answer), &json_event_limits, arena, NULL, &at, &err);
    assert_non_null(tree);
    status_text(tree, NOW, &text);
    arena_free(arena);
    return text;
}

static void test_a_router_at_rest(void **state)
{
    (void)state;
    struct buf text = show(
        "{\"ok\":true,\"version\":\"0.1.0\",\"configuration\":\"3f9c2a11d0b4\",\"file\":"
        "\"/etc/ombud/main.yaml\",\"group\":\"ombud\",\"instance\":\"a\",\"pid\":7,"
        "\"started_at\":\"1970-01-02T00:00:00Z\",\"resident_bytes\":52428800,\"ready\":true,"
        "\"status\":\"routing 13 partitions, 0 records behind\",\"reloads\":{\"taken\":2,"
        "\"refused\":1,\"refused_at\":\"1970-01-02T03:45:40Z\",\"refusal\":\"no\"},"
        "\"workers\":[{\"worker\":0,\"phase\":\"running\",\"partitions\":13,\"restoring\":0,"
        "\"lag\":0,\"committed\":5,\"aborted\":1}],"
        "\"state_version\":3,\"partitions\":[{\"stage\":\"tickets\",\"topic\":\"ombud.events\","
        "\"partition\":0,\"lag\":0,\"state_version\":3},{\"stage\":\"tickets\","
        "\"topic\":\"ombud.events\",\"partition\":1,\"lag\":0,\"state_version\":2},"
        "{\"stage\":\"escalations\",\"topic\":\"ombud.notices\",\"partition\":0,"
        "\"lag\":0,\"state_version\":1}],"
        "\"next\":[{\"group\":\"lead/quality/breach\",\"at\":\"1970-01-02T03:51:50Z\","
        "\"notices\":3}],\"rules_never_hit\":[{\"kind\":\"route\",\"rule\":\"billing\"},"
        "{\"kind\":\"escalation\",\"rule\":\"2\"}]}");
    assert_string_equal(buf_text(&text),
                        "ombudd 0.1.0, group ombud, instance a\n"
                        "ready: routing 13 partitions, 0 records behind\n"
                        "configuration 3f9c2a11d0b4 of /etc/ombud/main.yaml\n"
                        "up 3h 46m, process 7, 50 MiB of memory, state version 2 of 3\n"
                        "reloads: 2 taken, 1 refused\n"
                        "  1m ago: no\n"
                        "worker 0: running, 13 partitions, 0 behind, 5 commits, 1 undone\n"
                        "next messages:\n"
                        "  in 5m 10s: lead/quality/breach, 3 open\n"
                        "2 rules never hit since the start: route billing, escalation 2\n");
    buf_free(&text);
}

/* Everything is there, in numbers and lengths that nobody wants to see: still one screen. */
static void test_the_worst_of_days_fits_the_terminal(void **state)
{
    (void)state;
    struct buf answer = { 0 };
    buf_printf(&answer, "{\"version\":\"0.1.0\",\"group\":\"");
    for (int i = 0; i < 200; i++)
        buf_printf(&answer, "组");
    buf_printf(&answer,
               "\",\"ready\":false,\"status\":\"restoring\",\"started_at\":"
               "\"1970-01-01T00:00:00Z\",\"reloads\":{\"refused\":9,\"refused_at\":"
               "\"1970-01-01T00:00:00Z\",\"refusal\":\"%0500d\"}",
               0);
    static const char *const lists[] = { "workers", "partitions", "restoring", "next",
                                         "rules_never_hit" };
    for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
        buf_printf(&answer, ",\"%s\":[", lists[i]);
        for (int k = 0; k < 40; k++)
            buf_printf(&answer,
                       "%s{\"worker\":%d,\"topic\":\"%0200d\",\"group\":\"%0200d\",\"lag\":900,"
                       "\"offsets\":100,\"passed\":50,\"restoring\":3,"
                       "\"at\":\"1970-01-03T00:00:00Z\"}",
                       k > 0 ? "," : "", k, 0, 0);
        buf_printf(&answer, "]");
    }
    buf_printf(&answer, "}");
    struct buf text = show(buf_text(&answer));
    int lines = 0;
    for (const char *line = buf_text(&text); *line != '\0'; line = strchr(line, '\n') + 1) {
        assert_true(strcspn(line, "\n") <= 80);
        lines++;
    }
    assert_in_range(lines, 20, 23); /* the prompt takes one */
    buf_free(&text);
    buf_free(&answer);
}

int main(void)
{
    json_init();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_router_at_rest),
        cmocka_unit_test(test_the_worst_of_days_fits_the_terminal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
