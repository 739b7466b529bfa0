#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/str.h"
#include "host/log.h"

enum { ROOM = 65536, BURST = 10, WINDOW_SECONDS = 10, THREADS = 4 };

/* A log and what can be read of it. */
struct world {
    struct log *log;
    int ends[2];
    char said[ROOM];
};

static int set_up(void **state)
{
    struct world *world = calloc(1, sizeof(*world));
    if (pipe2(world->ends, O_NONBLOCK) != 0)
        return -1;
    world->log = log_new(world->ends[1], LOGGED_INFO);
    *state = world;
    return 0;
}

static int tear_down(void **state)
{
    struct world *world = *state;
    log_free(world->log);
    close(world->ends[0]);
    close(world->ends[1]);
    free(world);
    return 0;
}

/* Everything since the last call. */
static const char *said(struct world *world)
{
    ssize_t size = read(world->ends[0], world->said, ROOM - 1);
    world->said[size > 0 ? size : 0] = '\0';
    return world->said;
}

static void test_a_line_bears_its_priority(void **state)
{
    struct world *world = *state;
    log_say(world->log, LOGGED_ERROR, "no broker at %s:%d", "localhost", 9092);
    assert_string_equal(said(world), "<3>no broker at localhost:9092\n");
    log_say(world->log, LOGGED_INFO, "ready");
    assert_string_equal(said(world), "<6>ready\n");
    log_say(world->log, LOGGED_DEBUG, "more than was asked for");
    assert_string_equal(said(world), "");
    log_say(NULL, LOGGED_ERROR, "nobody listens");
}

static void test_one_event_is_one_line_that_does_nothing(void **state)
{
    struct world *world = *state;
    log_say(world->log, LOGGED_ERROR, "'%s' is bad", "a\nb\r<3>c\x1b[31m\x7f");
    assert_string_equal(said(world), "<3>'a b <3>c [31m ' is bad\n");
}

static void test_a_long_line_is_cut_between_characters(void **state)
{
    struct world *world = *state;
    char text[3001];
    for (size_t shift = 0; shift < 3; shift++) {
        memset(text, 'x', sizeof(text));
        for (size_t i = shift; i + 3 < sizeof(text); i += 3)
            memcpy(text + i, "电", 3);
        text[3000] = '\0';
        log_say(world->log, LOGGED_ERROR, "%s", text);
        struct str line = str_from(said(world));
        assert_in_range(line.size, 1900, 2048);
        assert_int_equal(line.data[line.size - 1], '\n');
        assert_true(utf8_valid(line, NULL));
    }
}

static void say_often(struct world *world, int times)
{
    for (int i = 0; i < times; i++)
        log_say(world->log, LOGGED_WARNING, "topic '%s' takes no records", "x");
}

static int count_lines(const char *text)
{
    int count = 0;
    for (; (text = strchr(text, '\n')) != NULL; text++)
        count++;
    return count;
}

static void test_the_same_again_and_again_is_counted_instead(void **state)
{
    struct world *world = *state;
    say_often(world, 3 * BURST);
    assert_int_equal(count_lines(said(world)), BURST);
    log_say(world->log, LOGGED_WARNING, "something else");
    assert_string_equal(said(world), "<4>something else\n");
    sleep(WINDOW_SECONDS + 1);
    say_often(world, 1);
    assert_string_equal(said(world), "<4>topic 'x' takes no records (20 like it left out)\n");
    say_often(world, 1);
    assert_string_equal(said(world), "<4>topic 'x' takes no records\n");
}

/* Sentences that were made elsewhere are of as many kinds as they are. */
static void test_a_flood_of_one_sentence_hides_no_other(void **state)
{
    struct world *world = *state;
    char text[64];
    for (int i = 0; i < 3 * BURST; i++) {
        snprintf(text, sizeof(text), "the topic 'a' has %d partitions", i);
        log_say(world->log, LOGGED_ERROR, "%s", text);
    }
    assert_int_equal(count_lines(said(world)), BURST);
    log_say(world->log, LOGGED_ERROR, "%s", "the topic 'b' is missing");
    assert_string_equal(said(world), "<3>the topic 'b' is missing\n");
    log_say(world->log, LOGGED_WARNING, "%.*s", 14, "the broker left us");
    assert_string_equal(said(world), "<4>the broker lef\n");
}

static void *say_something(void *arg)
{
    for (int i = 0; i < 100; i++)
        log_say(arg, LOGGED_WARNING, "thread says %d", i);
    return NULL;
}

static void test_threads_share_a_log(void **state)
{
    struct world *world = *state;
    pthread_t threads[THREADS];
    for (int i = 0; i < THREADS; i++)
        pthread_create(&threads[i], NULL, say_something, world->log);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    assert_int_equal(count_lines(said(world)), BURST);
}

static void test_what_several_say_is_written_once(void **state)
{
    struct world *world = *state;
    for (int i = 0; i < 3; i++) {
        log_once(world->log, LOGGED_WARNING, "broker %d is away", 1);
        log_once(world->log, LOGGED_WARNING, "broker %d is away", 2);
        log_once(world->log, LOGGED_DEBUG, "broker %d is away", 3);
    }
    assert_string_equal(said(world), "<4>broker 1 is away\n<4>broker 2 is away\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_a_line_bears_its_priority, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_one_event_is_one_line_that_does_nothing, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_a_long_line_is_cut_between_characters, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_the_same_again_and_again_is_counted_instead, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_a_flood_of_one_sentence_hides_no_other, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_what_several_say_is_written_once, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_threads_share_a_log, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
