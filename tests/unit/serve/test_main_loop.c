/* The main loop without a worker, so that it and its parts can be made and thrown away: start,
 * pages, reload and stop, told by its log. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sysexits.h>
#include <unistd.h>

#include "host/config_file.h"
#include "host/now.h"
#include "host/signals.h"
#include "json/json.h"
#include "serve/app.h"

enum { PATIENT_MS = 15000, ROOM = 65536 };

static const char *const topics[] = {
    "ombud.events",   "ombud.decisions",    "ombud.deadletter",   "ombud.state",
    "ombud.config",   "ombud.customers",    "ombud.promises",     "ombud.notices",
    "ombud.groups",   "ombud.dept.service", "ombud.dept.quality", "ombud.escalations.lead",
    "ombud.silences", "ombud.versions"
};

struct world {
    rd_kafka_t *owner;
    rd_kafka_mock_cluster_t *cluster;
    char folder[64], path[96];
    FILE *said;
    struct app app;
    struct main_loop *loop;
    int code; /* of the loop */
};

static void write_config(const struct world *world, const char *departments, const char *more)
{
    FILE *file = fopen(world->path, "w");
    assert_non_null(file);
    fprintf(file,
            "kafka: { bootstrap.servers: \"%s\", group.id: g }\n"
            "topics: { partitions: 1 }\n"
            "http: 127.0.0.1:0\n"
            "control: %s/control\n"
            "shutdown_wait: 5s\n"
            "levels: [lead]\n"
            "departments: %s\n"
            "route: { department: service }\n"
            "slas: [{ name: default, response: { P1: 15m, P2: 1h, P3: 4h, P4: 24h } }]\n"
            "escalations: [{ on: [breach], ladder: default }]\n"
            "ladders: { default: [{ after: 0m, level: lead }] }\n"
            "%s",
            rd_kafka_mock_cluster_bootstraps(world->cluster), world->folder, departments, more);
    fclose(file);
}

/* The broker's thread ends for good when a signal meant for the loop interrupts it. */
static void start_broker(struct world *world)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &before);
    world->owner = rd_kafka_new(RD_KAFKA_PRODUCER, rd_kafka_conf_new(), NULL, 0);
    world->cluster = rd_kafka_mock_cluster_new(world->owner, 1);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}

static int set_up(void **state)
{
    struct world *world = calloc(1, sizeof(*world));
    start_broker(world);
    for (size_t i = 0; i < sizeof(topics) / sizeof(topics[0]); i++)
        rd_kafka_mock_topic_create(world->cluster, topics[i], 1, 1);
    strcpy(world->folder, "/tmp/ombud-test-XXXXXX");
    assert_non_null(mkdtemp(world->folder));
    snprintf(world->path, sizeof(world->path), "%s/ombud.yaml", world->folder);
    write_config(world, "{ service: {}, quality: {} }", "");
    struct config_findings findings = { 0 };
    struct config *config = config_open(world->path, &findings);
    for (size_t i = 0; i < findings.count && config == NULL; i++)
        print_error("%.*s\n", STR_ARG(findings.items[i].text));
    config_findings_free(&findings);
    world->said = tmpfile();
    world->app = (struct app){ .config_path = world->path,
                               .log = log_new(fileno(world->said), LOGGED_INFO),
                               .config = shared_config_new(config),
                               .wake_fd = eventfd(0, EFD_NONBLOCK) };
    signals_begin();
    signals_hold();
    struct error err;
    world->loop = main_loop_new(&world->app, &err);
    *state = world;
    return config && world->loop ? 0 : -1;
}

static int tear_down(void **state)
{
    struct world *world = *state;
    main_loop_free(world->loop);
    shared_config_drop(world->app.config);
    log_free(world->app.log);
    close(world->app.wake_fd);
    fclose(world->said);
    unlink(world->path);
    rmdir(world->folder);
    rd_kafka_mock_cluster_destroy(world->cluster);
    rd_kafka_destroy(world->owner);
    free(world);
    return 0;
}

/* Waits until the log says so; what it says after those words, to the end of the line. Fails the
 * test by ending the loop if it never does. */
static bool hears(struct world *world, const char *words)
{
    static char said[ROOM];
    for (time_ms end = now_monotonic() + PATIENT_MS; now_monotonic() < end; now_wait(20)) {
        ssize_t size = pread(fileno(world->said), said, ROOM - 1, 0);
        said[size > 0 ? size : 0] = '\0';
        if (strstr(said, words) != NULL)
            return true;
    }
    print_error("'%s' is not in:\n%s", words, said);
    return false;
}

static void stop(void)
{
    kill(getpid(), SIGTERM);
}

/* The operator runs on a thread that gets no signals, beside the loop on the main thread. */
static void run_beside(struct world *world, void *(*operator)(void *))
{
    pthread_t thread;
    void *well = NULL;
    pthread_create(&thread, NULL, operator, world);
    world->code = main_loop_run(world->loop);
    pthread_join(thread, &well);
    assert_non_null(well);
    assert_int_equal(world->code, EX_OK);
}

static void *start_and_stop(void *arg)
{
    bool well = hears(arg, "http: listening on 127.0.0.1:") && hears(arg, "ready: 0 workers");
    stop();
    return well && hears(arg, "stopped") ? arg : NULL;
}

static void test_it_is_ready_and_stops_when_asked(void **state)
{
    run_beside(*state, start_and_stop);
}

static void *change_a_rule(void *arg)
{
    struct world *world = arg;
    write_config(world, "{ service: {}, quality: {} }", "commit_interval: 200ms\n");
    kill(getpid(), SIGHUP);
    bool well = hears(world, "reload: configuration") && hears(world, "is in use");
    stop();
    return well ? arg : NULL;
}

static void test_a_reload_is_taken_over(void **state)
{
    struct world *world = *state;
    run_beside(world, change_a_rule);
    assert_int_equal(shared_config_get(world->app.config)->commit_interval, 200);
}

static void *break_it(void *arg)
{
    struct world *world = arg;
    write_config(world, "{ service: {}, quality: {} }", "comit_interval: 200ms\n");
    kill(getpid(), SIGHUP);
    bool well = hears(world, "refused, the old configuration stays") &&
                hears(world, "did you mean 'commit_interval'");
    /* The topic of the new department is nowhere. */
    write_config(world, "{ service: {}, quality: {}, legal: {} }", "");
    kill(getpid(), SIGHUP);
    well = well && hears(world, "ombud.dept.legal' is missing");
    write_config(world, "{ service: {}, quality: {} }", "workers: 2\n");
    kill(getpid(), SIGHUP);
    well = well && hears(world, "stays: 'workers' cannot change");
    stop();
    return well ? arg : NULL;
}

static void test_a_reload_that_cannot_be_leaves_everything_as_it_is(void **state)
{
    struct world *world = *state;
    struct shared_config *before = world->app.config;
    run_beside(world, break_it);
    assert_ptr_equal(world->app.config, before);
}

static void *ask_often(void *arg)
{
    struct world *world = arg;
    bool well = hears(world, "ready");
    write_config(world, "{ service: {}, quality: {} }", "commit_interval: 200ms\n");
    for (int i = 0; i < 20; i++) {
        kill(getpid(), SIGHUP);
        now_wait(10);
    }
    write_config(world, "{ service: {}, quality: {} }", "commit_interval: 300ms\n");
    kill(getpid(), SIGHUP);
    well = well && hears(world, "is in use");
    now_wait(1500);
    stop();
    return well ? arg : NULL;
}

static void test_a_reload_asked_for_meanwhile_comes_once_more_after_it(void **state)
{
    struct world *world = *state;
    run_beside(world, ask_often);
    assert_int_equal(shared_config_get(world->app.config)->commit_interval, 300);
}

/* What the router answers on its control socket; asks it again while it is not there yet. */
static bool asks(struct world *world, const char *request, const char *expected)
{
    static char answer[ROOM];
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    snprintf(address.sun_path, sizeof(address.sun_path), "%s/control", world->folder);
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    size_t size = 0;
    if (connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0 &&
        send(fd, request, strlen(request), MSG_NOSIGNAL) > 0) {
        ssize_t more = 1;
        for (; more > 0 && size<ROOM - 1; size += more> 0 ? (size_t)more : 0)
            more = read(fd, answer + size, ROOM - 1 - size);
    }
    close(fd);
    answer[size] = '\0';
    if (strstr(answer, expected) == NULL)
        print_error("'%s' is not in: %s\n", expected, answer);
    return strstr(answer, expected) != NULL;
}

static void *ask_by_socket(void *arg)
{
    struct world *world = arg;
    bool well = hears(world, "ready") && asks(world, "status\n", "\"ready\":true") &&
                asks(world, "status\n", "\"refusal\":null");
    write_config(world, "{ service: {}, quality: {} }", "comit_interval: 200ms\n");
    well = well && asks(world, "reload\n", "{\"ok\":false,\"reason\":\"") &&
           asks(world, "reload\n", "did you mean 'commit_interval'") &&
           asks(world, "status\n", "\"taken\":0,\"refused\":2");
    write_config(world, "{ service: {}, quality: {} }", "commit_interval: 200ms\n");
    well = well && asks(world, "reload\n", "{\"ok\":true,\"configuration\":\"") &&
           asks(world, "reload-begin\n", "{\"ok\":true}");
    stop();
    return well ? arg : NULL;
}

static void test_the_control_socket_answers_reload_and_status(void **state)
{
    struct world *world = *state;
    run_beside(world, ask_by_socket);
    assert_int_equal(shared_config_get(world->app.config)->commit_interval, 200);
}

static void *stop_under_way(void *arg)
{
    bool well = hears(arg, "ready");
    write_config(arg, "{ service: {}, quality: {}, legal: {} }", "");
    kill(getpid(), SIGHUP);
    well = well && hears(arg, "reload: reading");
    stop();
    return well ? arg : NULL;
}

static void test_it_stops_in_the_middle_of_a_reload(void **state)
{
    run_beside(*state, stop_under_way);
}

int main(void)
{
    json_init();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_it_is_ready_and_stops_when_asked, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_reload_is_taken_over, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_reload_that_cannot_be_leaves_everything_as_it_is,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_reload_asked_for_meanwhile_comes_once_more_after_it,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_the_control_socket_answers_reload_and_status, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_it_stops_in_the_middle_of_a_reload, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
