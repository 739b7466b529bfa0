#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <event2/event.h>
#include <ifaddrs.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "host/now.h"
#include "host/signals.h"
#include "serve/http.h"

enum { LARGE = 8 * 1024 * 1024, DEADLINE_MS = 400, PATIENT_MS = 20000 };

static int write_short(void *arg, struct buf *body)
{
    (void)arg;
    buf_printf(body, "alive\n");
    return 200;
}

static int write_unready(void *arg, struct buf *body)
{
    (void)arg;
    buf_printf(body, "not yet\n");
    return 503;
}

static int write_large(void *arg, struct buf *body)
{
    (void)arg;
    static char large[LARGE];
    memset(large, 'x', sizeof(large));
    buf_add(body, large, sizeof(large));
    return 200;
}

static const struct http_page pages[] = {
    { "/short", "text/plain", write_short },
    { "/unready", "text/plain", write_unready },
    { "/large", "text/plain", write_large },
};

/* A server whose loop runs in a thread of its own. */
struct world {
    struct event_base *base;
    struct http *http;
    struct event *end;
    int end_fd;
    pthread_t loop;
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

static int start(void **state, const char *address, time_ms deadline)
{
    struct error err = { "" };
    struct world *world = calloc(1, sizeof(*world));
    signals_begin();
    world->base = event_base_new();
    static const struct str names[] = { { "router.example", 14 } };
    struct http_setup setup = { .address = str_from(address),
                                .names = names,
                                .name_count = 1,
                                .pages = pages,
                                .page_count = sizeof(pages) / sizeof(pages[0]),
                                .deadline = deadline };
    world->http = http_new(world->base, &setup, &err);
    world->end_fd = eventfd(0, EFD_NONBLOCK);
    world->end = event_new(world->base, world->end_fd, EV_READ, on_end, world->base);
    event_add(world->end, NULL);
    *state = world;
    return world->http && pthread_create(&world->loop, NULL, run_loop, world->base) == 0 ? 0 : -1;
}

static int set_up(void **state)
{
    return start(state, "127.0.0.1:0", 0);
}

static int set_up_everywhere(void **state)
{
    return start(state, "0.0.0.0:0", 0);
}

static int set_up_impatient(void **state)
{
    return start(state, "127.0.0.1:0", DEADLINE_MS);
}

static int tear_down(void **state)
{
    struct world *world = *state;
    eventfd_write(world->end_fd, 1);
    pthread_join(world->loop, NULL);
    http_free(world->http);
    event_free(world->end);
    event_base_free(world->base);
    close(world->end_fd);
    free(world);
    return 0;
}

static int connect_to(const struct world *world)
{
    struct sockaddr_in place = { .sin_family = AF_INET,
                                 .sin_port = htons((uint16_t)http_port(world->http)),
                                 .sin_addr = { htonl(INADDR_LOOPBACK) } };
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&place, sizeof(place)), 0);
    return fd;
}

static void send_text(int fd, const char *text)
{
    assert_int_equal(send(fd, text, strlen(text), MSG_NOSIGNAL), strlen(text));
}

/* What comes until the server hangs up; false: it did not. */
static bool read_all(int fd, char *answer, size_t room)
{
    size_t size = 0;
    ssize_t more = 1;
    char spare[65536];
    while (more > 0) {
        struct pollfd wait = { .fd = fd, .events = POLLIN };
        if (poll(&wait, 1, PATIENT_MS) != 1)
            return false;
        more = size + 1 < room ? read(fd, answer + size, room - 1 - size)
                               : read(fd, spare, sizeof(spare));
        if (more > 0 && size + 1 < room)
            size += (size_t)more;
    }
    answer[size] = '\0';
    return true;
}

static void test_who_asks_is_answered_by_the_rules(void **state)
{
    static const struct {
        const char *name, *request, *status, *body;
    } cases[] = {
        { "a page", "GET /short HTTP/1.1\r\nHost: localhost\r\n\r\n", "200", "alive\n" },
        { "with a port", "GET /short HTTP/1.1\r\nHost: 127.0.0.1:9404\r\n\r\n", "200", "alive\n" },
        { "with a query", "GET /short?x=1 HTTP/1.1\r\nHost: [::1]\r\n\r\n", "200", "alive\n" },
        { "only the head", "HEAD /short HTTP/1.1\r\nHost: localhost\r\n\r\n", "200", "" },
        { "the page's own code", "GET /unready HTTP/1.1\r\nHost: localhost\r\n\r\n", "503",
          "not yet\n" },
        { "no such page", "GET /nothing HTTP/1.1\r\nHost: localhost\r\n\r\n", "404",
          "here are only /short /unready /large\n" },
        { "a name that is not ours", "GET /short HTTP/1.1\r\nHost: evil.example\r\n\r\n", "400",
          "unknown Host; the setting http_hosts names others\n" },
        { "a name that was given", "GET /short HTTP/1.1\r\nHost: Router.example:9404\r\n\r\n",
          "200", "alive\n" },
        { "an address that is not this one", "GET /short HTTP/1.1\r\nHost: 10.0.0.1\r\n\r\n", "400",
          "unknown Host; the setting http_hosts names others\n" },
        { "no name at all", "GET /short HTTP/1.0\r\n\r\n", "400",
          "one Host, at most one Content-Length\n" },
        { "two names", "GET /short HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\n\r\n", "400",
          "one Host, at most one Content-Length\n" },
        { "another method", "DELETE /short HTTP/1.1\r\nHost: localhost\r\n\r\n", "501", NULL },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char answer[4096], status[8] = "";
        int fd = connect_to(*state);
        send_text(fd, cases[i].request);
        if (!read_all(fd, answer, sizeof(answer)))
            fail_msg("%s: no end", cases[i].name);
        close(fd);
        sscanf(answer, "HTTP/%*s %7s", status);
        const char *body = strstr(answer, "\r\n\r\n");
        if (strcmp(status, cases[i].status) != 0 ||
            (cases[i].body && (body == NULL || strcmp(body + 4, cases[i].body) != 0)))
            fail_msg("%s: %s", cases[i].name, answer);
    }
}

static void test_a_large_page_arrives_whole(void **state)
{
    char *answer = malloc(LARGE + 4096);
    int fd = connect_to(*state);
    send_text(fd, "GET /large HTTP/1.1\r\nHost: localhost\r\n\r\n");
    assert_true(read_all(fd, answer, LARGE + 4096));
    close(fd);
    assert_int_equal(strlen(strstr(answer, "\r\n\r\n") + 4), LARGE);
    free(answer);
}

static void check_alive(struct world *world)
{
    char answer[1024];
    int fd = connect_to(world);
    send_text(fd, "GET /short HTTP/1.1\r\nHost: localhost\r\n\r\n");
    assert_true(read_all(fd, answer, sizeof(answer)));
    assert_non_null(strstr(answer, "alive"));
    close(fd);
}

/* SIGPIPE would end the test, as it once ended the router. */
static void test_hanging_up_in_the_middle_of_a_page_ends_nothing(void **state)
{
    for (int i = 0; i < 20; i++) {
        char some[4096];
        int fd = connect_to(*state);
        send_text(fd, "GET /large HTTP/1.1\r\nHost: localhost\r\n\r\n");
        assert_true(read(fd, some, sizeof(some)) > 0);
        if (i % 2)
            shutdown(fd, SHUT_WR);
        close(fd);
    }
    check_alive(*state);
}

static void expect_end(int fd)
{
    char answer[1024];
    time_ms start = now_monotonic();
    assert_true(read_all(fd, answer, sizeof(answer)));
    assert_true(now_monotonic() - start < PATIENT_MS);
    close(fd);
}

static void test_nobody_keeps_a_connection_for_long(void **state)
{
    int silent = connect_to(*state), slow = connect_to(*state), deaf = connect_to(*state);
    send_text(deaf, "GET /large HTTP/1.1\r\nHost: localhost\r\n\r\n");
    for (int i = 0; i < 8; i++) {
        send(slow, "G", 1, MSG_NOSIGNAL);
        now_wait(DEADLINE_MS / 4);
    }
    now_wait(DEADLINE_MS);
    expect_end(silent);
    expect_end(slow);
    expect_end(deaf);
    check_alive(*state);
}

/* How long until an answer is there, ms. */
static time_ms check_alive_within(struct world *world)
{
    time_ms start = now_monotonic();
    check_alive(world);
    return now_monotonic() - start;
}

/* None of them ever says a word; their deadline is ten seconds away. */
static void test_a_thousand_silent_ones_keep_no_probe_waiting(void **state)
{
    static int silent[1000];
    for (int i = 0; i < 1000; i++) {
        silent[i] = connect_to(*state);
        if (i % 100 == 31)
            assert_in_range(check_alive_within(*state), 0, 1000);
    }
    assert_in_range(check_alive_within(*state), 0, 1000);
    /* The oldest ones were hung up on, long before their deadline. */
    for (int i = 0; i < 900; i++)
        expect_end(silent[i]);
    for (int i = 900; i < 1000; i++)
        close(silent[i]);
}

/* Whoever asked goes after those who did not: a page that is on its way arrives. */
static void test_who_asked_is_served_before_the_silent_are_let_in(void **state)
{
    int silent[100];
    char *answer = malloc(LARGE + 4096);
    int asks = connect_to(*state);
    send_text(asks, "GET /large HTTP/1.1\r\nHost: localhost\r\n\r\n");
    now_wait(50);
    for (int i = 0; i < 100; i++)
        silent[i] = connect_to(*state);
    now_wait(100);
    assert_true(read_all(asks, answer, LARGE + 4096));
    assert_int_equal(strlen(strstr(answer, "\r\n\r\n") + 4), LARGE);
    for (int i = 0; i < 100; i++)
        close(silent[i]);
    close(asks);
    free(answer);
}

/* An address of this machine that is not its loopback; false: it has none. */
static bool find_address(struct in_addr *found)
{
    struct ifaddrs *all = NULL;
    bool ok = false;
    if (getifaddrs(&all) != 0)
        return false;
    for (const struct ifaddrs *one = all; one != NULL && !ok; one = one->ifa_next) {
        if (one->ifa_addr == NULL || one->ifa_addr->sa_family != AF_INET)
            continue;
        *found = ((const struct sockaddr_in *)(const void *)one->ifa_addr)->sin_addr;
        ok = ntohl(found->s_addr) >> 24 != IN_LOOPBACKNET;
    }
    freeifaddrs(all);
    return ok;
}

/* However many strangers come: who is from here and was first is still there. */
static void test_strangers_leave_places_for_this_machine(void **state)
{
    struct world *world = *state;
    struct sockaddr_in place = { .sin_family = AF_INET,
                                 .sin_port = htons((uint16_t)http_port(world->http)) };
    if (!find_address(&place.sin_addr))
        skip();
    int strangers[60];
    int kept = connect_to(world); /* silent, and from here */
    for (int i = 0; i < 60; i++) {
        strangers[i] = socket(AF_INET, SOCK_STREAM, 0);
        assert_int_equal(connect(strangers[i], (struct sockaddr *)&place, sizeof(place)), 0);
    }
    assert_in_range(check_alive_within(world), 0, 1000);
    char answer[1024];
    send_text(kept, "GET /short HTTP/1.1\r\nHost: localhost\r\n\r\n");
    assert_true(read_all(kept, answer, sizeof(answer)));
    assert_non_null(strstr(answer, "alive"));
    close(kept);
    for (int i = 0; i < 60; i++)
        close(strangers[i]);
}

static void test_it_can_be_thrown_away_with_connections_open(void **state)
{
    struct world *world = *state;
    int idle = connect_to(world), deaf = connect_to(world);
    send_text(deaf, "GET /large HTTP/1.1\r\nHost: localhost\r\n\r\n");
    check_alive(world);
    tear_down(state);
    assert_int_equal(set_up(state), 0);
    close(idle);
    close(deaf);
}

static void test_an_address_that_cannot_be_used_is_a_sentence(void **state)
{
    (void)state;
    static const char *const wrong[] = { "9404",           "localhost:", "localhost:70000",
                                         "localhost:http", ":9404",      "192.0.2.1:9404" };
    struct event_base *base = event_base_new();
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        struct error err = { "" };
        struct http_setup setup = { .address = str_from(wrong[i]) };
        assert_null(http_new(base, &setup, &err));
        assert_non_null(strstr(err.text, wrong[i]));
    }
    event_base_free(base);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_who_asks_is_answered_by_the_rules, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_large_page_arrives_whole, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_hanging_up_in_the_middle_of_a_page_ends_nothing,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_nobody_keeps_a_connection_for_long, set_up_impatient,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_a_thousand_silent_ones_keep_no_probe_waiting, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_who_asked_is_served_before_the_silent_are_let_in,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_strangers_leave_places_for_this_machine,
                                        set_up_everywhere, tear_down),
        cmocka_unit_test_setup_teardown(test_it_can_be_thrown_away_with_connections_open, set_up,
                                        tear_down),
        cmocka_unit_test(test_an_address_that_cannot_be_used_is_a_sentence),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
