/* chinesecalendar knows no 2027 until somebody publishes it, and says so only when it is asked for.
 * What the log says of a calendar whose dates end: sixty days ahead, once a day, and again of
 * another configuration. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host/config_file.h"
#include "serve/expiry.h"

#define ENDS INT64_C(1796054400000) /* 2026-11-30T16:00:00Z: midnight there after its last day */
#define TELLS "<4>calendar: the calendar 'office' knows its dates until 2026-11-30, "

static struct config *office(void)
{
    struct config_findings findings;
    struct config *config = config_open(SOURCE_DIR "/tests/traces/office.yaml", &findings);
    config_findings_free(&findings);
    assert_non_null(config);
    return config;
}

struct world {
    struct log *log;
    struct expiry expiry;
    int ends[2];
    char said[4096];
};

static const char *look(struct world *world, const struct config *config, time_ms now)
{
    expiry_look(&world->expiry, config, world->log, now);
    ssize_t size = read(world->ends[0], world->said, sizeof(world->said) - 1);
    world->said[size > 0 ? size : 0] = '\0';
    return world->said;
}

static void assert_told(const char *said, bool told)
{
    if ((strncmp(said, TELLS, strlen(TELLS)) == 0) != told || (!told && *said))
        fail_msg("%s: “%s”", told ? "it should be told" : "it should not", said);
}

static void the_end_of_the_dates_is_told_once_a_day(void **state)
{
    struct world world = { .log = NULL };
    struct config *config = office();
    (void)state;
    assert_int_equal(pipe2(world.ends, O_NONBLOCK), 0);
    world.log = log_new(world.ends[1], LOGGED_INFO);
    assert_told(look(&world, config, ENDS - 61 * TIME_DAY), false);
    assert_told(look(&world, config, ENDS - 60 * TIME_DAY + TIME_HOUR), true);
    assert_told(look(&world, config, ENDS - 59 * TIME_DAY), false);
    assert_told(look(&world, config, ENDS - 59 * TIME_DAY + TIME_HOUR), true);
    config->fingerprint[0] ^= 1; /* a reload */
    assert_told(look(&world, config, ENDS - 59 * TIME_DAY + TIME_HOUR), true);
    assert_told(look(&world, config, ENDS + TIME_DAY), true);
    log_free(world.log);
    close(world.ends[0]);
    close(world.ends[1]);
    config_free(config);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_end_of_the_dates_is_told_once_a_day),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
