/* Preloaded into a router by tests: what the machine's clock says and whether a name resolves is in
 * the file that OMBUD_TEST_WORLD names, and changes while it runs. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <netdb.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static volatile struct {
    long long seconds;  /* that the clock is ahead */
    long long nameless; /* kafka.test is no name */
} * world;

__attribute__((constructor)) static void open_world(void)
{
    const char *path = getenv("OMBUD_TEST_WORLD");
    int fd = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    void *map = fd < 0 ? MAP_FAILED : mmap(NULL, sizeof(*world), PROT_READ, MAP_SHARED, fd, 0);
    if (map != MAP_FAILED)
        world = map;
    if (fd >= 0)
        close(fd);
}

static long long ahead(void)
{
    return world ? world->seconds : 0;
}

#define NEXT(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

int clock_gettime(clockid_t clock, struct timespec *time)
{
    static __typeof__(&clock_gettime) next;
    next = next ? next : NEXT(clock_gettime);
    int result = next(clock, time);
    if (result == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE))
        time->tv_sec += ahead();
    return result;
}

int gettimeofday(struct timeval *time, void *zone)
{
    (void)zone;
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    *time = (struct timeval){ now.tv_sec, now.tv_nsec / 1000 };
    return 0;
}

int timespec_get(struct timespec *time, int base)
{
    return clock_gettime(CLOCK_REALTIME, time) == 0 ? base : 0;
}

time_t time(time_t *out)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (out)
        *out = now.tv_sec;
    return now.tv_sec;
}

/* Until a time of the wrong clock; a time since boot is left alone. */
int pthread_cond_timedwait(pthread_cond_t *condition, pthread_mutex_t *mutex,
                           const struct timespec *until)
{
    static __typeof__(&pthread_cond_timedwait) next;
    struct timespec real = *until;
    next = next ? next : NEXT(pthread_cond_timedwait);
    if (real.tv_sec > 1000000000)
        real.tv_sec -= ahead();
    return next(condition, mutex, &real);
}

int getaddrinfo(const char *node, const char *service, const struct addrinfo *hints,
                struct addrinfo **found)
{
    if (node && strcmp(node, "kafka.test") == 0) {
        if (world && world->nameless)
            return EAI_NONAME;
        node = "127.0.0.1";
    }
    return NEXT(getaddrinfo)(node, service, hints, found);
}
