#include "host/now.h"

#include <time.h>

static time_ms read_clock(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return now.tv_sec * TIME_SECOND + now.tv_nsec / 1000000;
}

time_ms now_wall(void)
{
    return read_clock(CLOCK_REALTIME);
}

time_ms now_monotonic(void)
{
    return read_clock(CLOCK_MONOTONIC);
}

int64_t now_monotonic_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * INT64_C(1000000) + now.tv_nsec / 1000;
}

time_ms now_boot(void)
{
    return read_clock(CLOCK_BOOTTIME);
}

void now_wait(time_ms duration)
{
    struct timespec wait = { duration / TIME_SECOND, duration % TIME_SECOND * 1000000 };
    nanosleep(&wait, NULL);
}
