/* The control socket against clients that behave and clients that do not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <event2/event.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "host/now.h"
#include "host/signals.h"
#include "serve/control.h"

enum {
    DEADLINE_MS = 400,
    PATIENCE_MS = 900,
    PATIENT_MS = 20000,
    CLIENTS_MOST = 16,
    LONG = 1 << 20
};

/* A socket whose loop runs in a thread of its own. */
struct world {
    struct event_base *base;
    struct control *control;
    struct control_places places;
    struct event *end;
    int end_fd;
    pthread_t loop;
    char folder[64];
    struct control_client *waiting[64]; /* asked "later" */
    int waiting_count, gone;
};

static void take_now(void *arg, struct control_client *client)
{
    (void)arg;
    control_reply(client, STR("{\"ok\":true}"));
}

static void take_later(void *arg, struct control_client *client)
{
    struct world *world = arg;
    world->waiting[world->waiting_count++] = client;
}

/* Answers the one that has waited for longest. */
static void take_release(void *arg, struct control_client *client)
{
    struct world *world = arg;
    if (world->waiting_count > 0)
        control_reply(world->waiting[--world->waiting_count], STR("{\"released\":true}"));
    control_reply(client, STR("{\"ok\":true}"));
}

static void take_long(void *arg, struct control_client *client)
{
    (void)arg;
    char *text = malloc(LONG);
    memset(text, '1', LONG);
    control_reply(client, (struct str){ text, LONG });
    free(text);
}

static void on_gone(void *arg, struct control_client *client)
{
    struct world *world = arg;
    for (int i = world->waiting_count; i-- > 0;) {
        if (world->waiting[i] == client)
            world->waiting[i] = world->waiting[--world->waiting_count];
    }
    world->gone++;
}

static void take_gone(void *arg, struct control_client *client)
{
    struct world *world = arg;
    char text[32];
    snprintf(text, sizeof(text), "%d", world->gone);
    control_reply(client, str_from(text));
}

static const struct control_request requests[] = {
    { "now", take_now },   { "later", take_later }, { "release", take_release },
    { "long", take_long }, { "gone", take_gone },
};

static void on_end(evutil_socket_t fd, short what, void *arg)
{
    (void)fd, (void)what;
    event_base_loopbreak(arg);
}

static void *run_loop(void *arg)
{
    event_base_dispatch(arg);
    return NULL;
}

static struct control *listen_at(struct world *world, struct error *err)
{
    struct control_setup setup = { .places = &world->places,
                                   .requests = requests,
                                   .request_count = sizeof(requests) / sizeof(requests[0]),
                                   .gone = on_gone,
                                   .arg = world,
                                   .deadline = DEADLINE_MS,
                                   .patience = PATIENCE_MS };
    return control_new(world->base, &setup, err);
}

static int set_up(void **state)
{
    struct error err;
    struct world *world = calloc(1, sizeof(*world));
    signals_begin();
    strcpy(world->folder, "/tmp/ombud-test-XXXXXX");
    assert_non_null(mkdtemp(world->folder));
    world->places = (struct control_places){ .count = 1, .chosen = true };
    snprintf(world->places.paths[0], CONTROL_PATH, "%s/control", world->folder);
    world->base = event_base_new();
    world->control = listen_at(world, &err);
    world->end_fd = eventfd(0, EFD_NONBLOCK);
    world->end = event_new(world->base, world->end_fd, EV_READ, on_end, world->base);
    event_add(world->end, NULL);
    *state = world;
    return world->control && pthread_create(&world->loop, NULL, run_loop, world->base) == 0 ? 0
                                                                                            : -1;
}

static int tear_down(void **state)
{
    struct world *world = *state;
    eventfd_write(world->end_fd, 1);
    pthread_join(world->loop, NULL);
    control_free(world->control);
    event_free(world->end);
    event_base_free(world->base);
    close(world->end_fd);
    assert_int_equal(rmdir(world->folder), 0); /* the socket is gone with it */
    free(world);
    return 0;
}

static int connect_to(const struct world *world)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    strcpy(address.sun_path, world->places.paths[0]);
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof(address)), 0);
    return fd;
}

/* What comes until the router hangs up, which it does. */
static const char *read_all(int fd)
{
    static char answer[LONG + 16];
    size_t size = 0;
    ssize_t more = 1;
    while (more > 0) {
        struct pollfd wait = { .fd = fd, .events = POLLIN };
        assert_int_equal(poll(&wait, 1, PATIENT_MS), 1);
        more = read(fd, answer + size, sizeof(answer) - 1 - size);
        if (more > 0)
            size += (size_t)more;
    }
    answer[size] = '\0';
    close(fd);
    return answer;
}

static int ask_for(const struct world *world, const char *text)
{
    int fd = connect_to(world);
    send(fd, text, strlen(text), MSG_NOSIGNAL);
    return fd;
}

static const char *ask(const struct world *world, const char *text)
{
    return read_all(ask_for(world, text));
}

static void test_a_line_is_answered_by_a_line(void **state)
{
    assert_string_equal(ask(*state, "now\n"), "{\"ok\":true}\n");
    assert_string_equal(ask(*state, "now\nnow\n"), "{\"ok\":true}\n");
    assert_non_null(strstr(ask(*state, "nonsense\n"), "does not know that request"));
    assert_non_null(strstr(ask(*state, "\n"), "does not know that request"));
}

static void test_only_its_user_and_group_may_connect(void **state)
{
    const struct world *world = *state;
    struct stat status;
    assert_int_equal(stat(world->places.paths[0], &status), 0);
    assert_int_equal(status.st_mode & 07777, 0660);
}

static void test_an_answer_may_come_later_and_long(void **state)
{
    struct world *world = *state;
    int later = ask_for(world, "later\n");
    now_wait(100);
    assert_string_equal(ask(world, "release\n"), "{\"ok\":true}\n");
    assert_string_equal(read_all(later), "{\"released\":true}\n");
    assert_int_equal(strlen(ask(world, "long\n")), LONG + 1);
}

static void test_who_hangs_up_is_not_answered_any_more(void **state)
{
    struct world *world = *state;
    close(ask_for(world, "later\n"));
    now_wait(200);
    assert_string_equal(ask(world, "release\n"), "{\"ok\":true}\n");
    assert_string_equal(ask(world, "gone\n"), "1\n");
}

static void test_nobody_stays_for_long(void **state)
{
    struct world *world = *state;
    int silent = connect_to(world), deaf = ask_for(world, "long\n");
    int patient = ask_for(world, "later\n");
    assert_string_equal(read_all(silent), "");
    assert_string_equal(read_all(patient), "");
    now_wait(DEADLINE_MS + 500); /* it does not take its answer, of which the socket holds a part */
    assert_true(strlen(read_all(deaf)) < LONG);
    assert_string_equal(ask(world, "gone\n"), "1\n");
}

static void test_who_talks_too_long_is_refused(void **state)
{
    char line[256];
    memset(line, 'x', sizeof(line));
    int fd = connect_to(*state);
    send(fd, line, sizeof(line), MSG_NOSIGNAL);
    char answer[64] = "";
    struct pollfd wait = { .fd = fd, .events = POLLIN };
    assert_int_equal(poll(&wait, 1, PATIENT_MS), 1);
    ssize_t size = read(fd, answer, sizeof(answer) - 1); /* or a reset: it did not read it all */
    if (size > 0)
        assert_non_null(strstr(answer, "no request"));
    close(fd);
    assert_string_equal(ask(*state, "now\n"), "{\"ok\":true}\n");
}

static void test_the_silent_make_room_for_who_asks(void **state)
{
    int silent[CLIENTS_MOST * 3];
    for (int i = 0; i < CLIENTS_MOST * 3; i++)
        silent[i] = connect_to(*state);
    assert_string_equal(ask(*state, "now\n"), "{\"ok\":true}\n");
    for (int i = 0; i < CLIENTS_MOST * 3; i++)
        close(silent[i]);
}

static void test_who_waits_keeps_its_place(void **state)
{
    int waiting[CLIENTS_MOST];
    for (int i = 0; i < CLIENTS_MOST; i++)
        waiting[i] = ask_for(*state, "later\n");
    now_wait(100);
    assert_non_null(strstr(read_all(connect_to(*state)), "too many wait"));
    for (int i = 0; i < CLIENTS_MOST; i++)
        assert_string_equal(read_all(waiting[i]), ""); /* their patience ends */
    assert_string_equal(ask(*state, "now\n"), "{\"ok\":true}\n");
}

static void test_of_two_routers_the_second_is_refused(void **state)
{
    struct error err;
    struct world *world = *state;
    assert_null(listen_at(world, &err));
    assert_non_null(strstr(err.text, "another router listens on /tmp/"));
    assert_string_equal(ask(world, "now\n"), "{\"ok\":true}\n");
}

static void test_what_a_dead_router_left_is_cleared_away_and_nothing_else(void **state)
{
    struct error err;
    struct world *world = *state, other = *world;
    snprintf(other.places.paths[0], CONTROL_PATH, "%s/other", world->folder);
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    strcpy(address.sun_path, other.places.paths[0]);
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
    close(fd);
    other.base = event_base_new();
    struct control *control = listen_at(&other, &err);
    assert_non_null(control);
    assert_string_equal(control_path(control), other.places.paths[0]);
    control_free(control);
    FILE *file = fopen(other.places.paths[0], "w");
    fclose(file);
    assert_null(listen_at(&other, &err));
    assert_non_null(strstr(err.text, "is there and no socket"));
    assert_int_equal(unlink(other.places.paths[0]), 0);
    event_base_free(other.base);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_a_line_is_answered_by_a_line, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_only_its_user_and_group_may_connect, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_an_answer_may_come_later_and_long, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_who_hangs_up_is_not_answered_any_more, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_nobody_stays_for_long, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_who_talks_too_long_is_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_the_silent_make_room_for_who_asks, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_who_waits_keeps_its_place, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_of_two_routers_the_second_is_refused, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(
            test_what_a_dead_router_left_is_cleared_away_and_nothing_else, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
