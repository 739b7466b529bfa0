/* Which brokers are away, and that they are back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>
#include <unistd.h>

#include "kafka/brokers.h"

#define AWAY                                                                                       \
    "[thrd:127.0.0.1:9092/1]: 127.0.0.1:9092/1: Connect to ipv4#127.0.0.1:9092 failed: "           \
    "Connection refused (after 0ms in state CONNECT)"
#define BROKER(name, state)                                                                        \
    "\"" name "\":{\"name\":\"" name "\", \"nodeid\":1, \"state\":\"" state "\", \"stateage\":5 }"

struct world {
    struct log *log;
    struct brokers *brokers;
    int read_fd, write_fd;
};

static void open_world(struct world *world)
{
    int fds[2];
    assert_int_equal(pipe(fds), 0);
    *world = (struct world){ .read_fd = fds[0], .write_fd = fds[1] };
    world->log = log_new(world->write_fd, LOGGED_INFO);
    world->brokers = brokers_new(world->log);
}

/* What was logged in all. */
static const char *close_world(struct world *world)
{
    static char text[4096];
    brokers_free(world->brokers);
    log_free(world->log);
    close(world->write_fd);
    ssize_t size = read(world->read_fd, text, sizeof(text) - 1);
    text[size < 0 ? 0 : size] = '\0';
    close(world->read_fd);
    return text;
}

static void fail_line(struct world *world, const char *facility, const char *line)
{
    struct kafka_ear *ear = brokers_ear(world->brokers);
    ear->hear(ear->arg, facility, line);
}

static void a_line_names_its_broker_and_the_reason(void **state)
{
    static const struct {
        const char *line, *broker, *why;
    } cases[] = {
        { AWAY, "127.0.0.1:9092/1", "Connect to ipv4#127.0.0.1:9092 failed: Connection refused" },
        { "[thrd:GroupCoordinator]: GroupCoordinator: 127.0.0.1:9092: Disconnected",
          "GroupCoordinator", "127.0.0.1:9092: Disconnected" },
        { "something else", "something else", "" },
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct str broker, why;
        brokers_parse(cases[i].line, &broker, &why);
        assert_true(str_is(broker, cases[i].broker));
        assert_true(str_is(why, cases[i].why));
    }
}

static void who_is_back_is_said_once(void **state)
{
    struct world world;
    (void)state;
    open_world(&world);
    static const char away[] =
        "{" BROKER("127.0.0.1:9092/1", "TRY_CONNECT") ", " BROKER("127.0.0.1:9093/2", "UP") "}";
    static const char back[] = "{" BROKER("127.0.0.1:9092/1", "UP") "}";
    brokers_look(world.brokers, str_from(away));
    fail_line(&world, "FAIL", AWAY);
    fail_line(&world, "FAIL", AWAY);
    brokers_look(world.brokers, str_from(away));
    brokers_look(world.brokers, STR("{}"));
    brokers_look(world.brokers, str_from(back));
    brokers_look(world.brokers, str_from(back));
    assert_string_equal(close_world(&world), "<5>broker 127.0.0.1:9092/1 is back\n");
}

static void other_lines_are_no_matter(void **state)
{
    struct world world;
    (void)state;
    open_world(&world);
    fail_line(&world, "CONNECT", AWAY);
    brokers_look(world.brokers, STR("{" BROKER("127.0.0.1:9092/1", "UP") "}"));
    brokers_look(world.brokers, STR("\"name\":\"127.0.0.1:9092/1\""));
    assert_string_equal(close_world(&world), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_names_its_broker_and_the_reason),
        cmocka_unit_test(who_is_back_is_said_once),
        cmocka_unit_test(other_lines_are_no_matter),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
