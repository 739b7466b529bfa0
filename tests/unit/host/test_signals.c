#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <event2/event.h>
#include <signal.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

#include "host/signals.h"

enum { LIVED = 42 };

/* What became of a process that did that: its exit code, or the negative signal. */
static int fate_of(void (*life)(void))
{
    pid_t child = fork();
    if (child == 0) {
        life();
        _exit(LIVED);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

static void write_to_nobody(void)
{
    int ends[2];
    signals_begin();
    if (pipe(ends) != 0 || close(ends[0]) != 0 || write(ends[1], "x", 1) != -1)
        _exit(1);
}

static void hang_up_early(void)
{
    signals_begin();
    raise(SIGHUP);
}

static void terminate_early(void)
{
    signals_begin();
    raise(SIGTERM);
}

static void interrupt_early(void)
{
    signals_begin();
    raise(SIGINT);
}

static void terminate_held(void)
{
    signals_begin();
    signals_hold();
    raise(SIGTERM);
    raise(SIGINT);
}

static void test_no_signal_ends_what_it_must_not(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        void (*life)(void);
        int fate;
    } cases[] = {
        { "whoever hangs up ends nothing", write_to_nobody, LIVED },
        { "a reload before the loop waits for it", hang_up_early, LIVED },
        { "a stop before anything has begun is a good end", terminate_early, EX_OK },
        { "and so is an interrupt", interrupt_early, EX_OK },
        { "a stop after that waits for the loop", terminate_held, LIVED },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        int fate = fate_of(cases[i].life);
        if (fate != cases[i].fate)
            fail_msg("%s: %d, not %d", cases[i].name, fate, cases[i].fate);
    }
}

static void on_signal(evutil_socket_t number, short what, void *arg)
{
    (void)what;
    unsigned *heard = arg;
    *heard |= 1U << number;
}

static void hear_all_that_waited(void)
{
    static const int numbers[] = { SIGHUP, SIGTERM, SIGINT };
    unsigned heard = 0, wanted = 0;
    struct event_base *base = event_base_new();
    signals_begin();
    signals_hold();
    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        raise(numbers[i]);
        wanted |= 1U << numbers[i];
    }
    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
        event_add(evsignal_new(base, numbers[i], on_signal, &heard), NULL);
    signals_release();
    for (int i = 0; i < 10 && heard != wanted; i++)
        event_base_loop(base, EVLOOP_ONCE | EVLOOP_NONBLOCK);
    if (heard != wanted)
        _exit(1);
}

static void test_the_loop_hears_what_waited(void **state)
{
    (void)state;
    assert_int_equal(fate_of(hear_all_that_waited), LIVED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_no_signal_ends_what_it_must_not),
        cmocka_unit_test(test_the_loop_hears_what_waited),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
