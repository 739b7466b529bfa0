#include "host/signals.h"

#include <pthread.h>
#include <signal.h>
#include <stddef.h>
#include <sysexits.h>
#include <unistd.h>

static void end(int number)
{
    (void)number;
    static const char line[] = "<6>stopped before it had begun\n";
    /* With nobody listening there is nowhere to say so. */
    if (write(STDERR_FILENO, line, sizeof(line) - 1) < 0)
        _exit(EX_OK);
    _exit(EX_OK);
}

static void change(int how, const int *numbers, size_t count)
{
    sigset_t set;
    sigemptyset(&set);
    for (size_t i = 0; i < count; i++)
        sigaddset(&set, numbers[i]);
    pthread_sigmask(how, &set, NULL);
}

void signals_begin(void)
{
    struct sigaction ignore = { .sa_handler = SIG_IGN }, stop = { .sa_handler = end };
    sigaction(SIGPIPE, &ignore, NULL);
    change(SIG_BLOCK, (const int[]){ SIGHUP }, 1);
    sigaction(SIGTERM, &stop, NULL);
    sigaction(SIGINT, &stop, NULL);
    /* Whoever starts us may have blocked them. */
    change(SIG_UNBLOCK, (const int[]){ SIGTERM, SIGINT }, 2);
}

void signals_hold(void)
{
    change(SIG_BLOCK, (const int[]){ SIGTERM, SIGINT }, 2);
}

void signals_release(void)
{
    change(SIG_UNBLOCK, (const int[]){ SIGHUP, SIGTERM, SIGINT }, 3);
}
