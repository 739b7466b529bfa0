#include "base/timers.h"

#include <stdbool.h>
#include <stdlib.h>
#include "base/mem.h"

enum { ARITY = 4 };

/* The deadline is repeated beside the pointer: comparing does not touch the items. */
struct entry {
    time_ms due;
    struct timer *timer;
};

struct timers {
    struct entry *heap;
    size_t count;
    size_t capacity;
};

struct timers *timers_new(void)
{
    return mem_alloc(sizeof(struct timers));
}

void timers_free(struct timers *timers)
{
    if (!timers)
        return;
    free(timers->heap);
    free(timers);
}

static bool earlier(struct entry a, struct entry b)
{
    if (a.due != b.due)
        return a.due < b.due;
    return a.timer->order < b.timer->order;
}

static void place(struct timers *timers, size_t at, struct entry entry)
{
    timers->heap[at] = entry;
    entry.timer->place = at + 1;
}

static size_t sift_up(struct timers *timers, size_t at, struct entry entry)
{
    while (at > 0) {
        size_t parent = (at - 1) / ARITY;
        if (!earlier(entry, timers->heap[parent]))
            break;
        place(timers, at, timers->heap[parent]);
        at = parent;
    }
    return at;
}

static size_t sift_down(struct timers *timers, size_t at, struct entry entry)
{
    for (;;) {
        size_t first = at * ARITY + 1;
        if (first >= timers->count)
            return at;
        size_t best = first;
        for (size_t i = first + 1; i < first + ARITY && i < timers->count; i++) {
            if (earlier(timers->heap[i], timers->heap[best]))
                best = i;
        }
        if (!earlier(timers->heap[best], entry))
            return at;
        place(timers, at, timers->heap[best]);
        at = best;
    }
}

/* Puts `entry` where it belongs, starting from the free place `at`. */
static void settle(struct timers *timers, size_t at, struct entry entry)
{
    size_t up = sift_up(timers, at, entry);

    place(timers, up == at ? sift_down(timers, at, entry) : up, entry);
}

static void take_out(struct timers *timers, struct timer *timer)
{
    size_t at = timer->place - 1;
    struct entry last = timers->heap[--timers->count];

    timer->place = 0;
    if (last.timer != timer)
        settle(timers, at, last);
}

void timers_set(struct timers *timers, struct timer *timer, time_ms due)
{
    timer->due = due;
    if (due == TIME_NEVER) {
        if (timer->place)
            take_out(timers, timer);
        return;
    }
    if (timer->place) {
        settle(timers, timer->place - 1, (struct entry){ due, timer });
        return;
    }
    if (timers->count == timers->capacity) {
        timers->capacity = timers->capacity ? timers->capacity * 2 : 64;
        timers->heap = mem_resize(timers->heap, timers->capacity, sizeof(struct entry));
    }
    settle(timers, timers->count++, (struct entry){ due, timer });
}

struct timer *timers_first(const struct timers *timers)
{
    return timers->count ? timers->heap[0].timer : NULL;
}

time_ms timers_next(const struct timers *timers)
{
    return timers->count ? timers->heap[0].due : TIME_NEVER;
}

size_t timers_count(const struct timers *timers)
{
    return timers->count;
}

/* What is due lies at the root: whatever hangs below a later one is later. */
static size_t due_below(const struct timers *timers, size_t at, time_ms until)
{
    if (at >= timers->count || timers->heap[at].due > until)
        return 0;
    size_t count = 1;
    for (size_t child = at * ARITY + 1; child <= at * ARITY + ARITY; child++)
        count += due_below(timers, child, until);
    return count;
}

size_t timers_due(const struct timers *timers, time_ms until)
{
    return due_below(timers, 0, until);
}
