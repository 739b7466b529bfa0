/* What rows alone cannot tell of named clocks: what they inherit, and that each can start. */
#include <string.h>

#include "loader.h"

static struct config_clock *find(struct config_clock *clocks, size_t count, struct str name)
{
    for (size_t i = 0; i < count; i++) {
        if (str_equal(clocks[i].name, name))
            return &clocks[i];
    }
    return NULL;
}

static void check_start(struct loader *loader, const struct config_clock *clock)
{
    enum clock_kind kind;
    if (clock_kind_parse(clock->name, &kind))
        loader_fail(loader, clock->place,
                    "'%.*s' is a clock that is there already: it has a key of "
                    "its own",
                    STR_ARG(clock->name));
    if (clock->start == EVENT_CLOSED || clock->start == EVENT_MERGED)
        loader_fail(loader, clock->place,
                    "the clock '%.*s' can never start: nothing begins with the end of a ticket",
                    STR_ARG(clock->name));
    bool after = str_present(clock->after), started = clock->start != EVENT_OPENED;
    if ((clock->aware != NULL) + after + started > 1)
        loader_fail(loader, clock->place,
                    "the clock '%.*s' can only start in one way: 'start', 'aware' or 'after'",
                    STR_ARG(clock->name));
}

/* Whether the one before it, and so on, leads to one that something starts. */
static void check_after(struct loader *loader, struct config_clock *clocks, size_t count,
                        const struct config_clock *clock)
{
    const struct config_clock *before = clock;
    for (size_t steps = 0; str_present(before->after); steps++) {
        struct str name = before->after;
        before = find(clocks, count, name);
        if (!before) {
            struct str *names = arena_alloc(loader->scratch, (count + 1) * sizeof(*names));
            for (size_t i = 0; i < count; i++)
                names[i] = clocks[i].name;
            loader_fail(loader, clock->place,
                        "the clock '%.*s' starts after '%.*s', which is none of this list%s",
                        STR_ARG(clock->name), STR_ARG(utf8_prefix(name, 64)),
                        loader_guess(loader, name, names, count));
            return;
        }
        if (steps >= count) {
            loader_fail(loader, clock->place,
                        "the clock '%.*s' can never start: what it starts after waits for itself",
                        STR_ARG(clock->name));
            return;
        }
    }
}

static void count_days(struct target *targets, bool today_counts, bool working_end)
{
    for (int band = 0; band < BAND_COUNT; band++) {
        struct target *target = &targets[band];
        bool days = target->unit > TARGET_TIME;
        target->today_counts = days && today_counts;
        target->working_end = days && target->unit != TARGET_WORKING_DAYS && working_end;
    }
}

static void finish(struct config_clock *clock, const struct config_sla *owner)
{
    if (!clock->kept_by)
        clock->kept_by = KEEP_FULFILLED;
    if (!str_present(clock->title.zh))
        clock->title.zh = clock->title.en = clock->name;
    for (int band = 0; band < BAND_COUNT; band++) {
        if (!clock->calendar[band])
            clock->calendar[band] = owner->calendar[band];
    }
    count_days(clock->target, owner->today_counts, owner->working_end);
    count_days(clock->every, owner->today_counts, owner->working_end);
    count_days(clock->extend, owner->today_counts, owner->working_end);
}

void loader_check_clocks(struct loader *loader, struct config_clock *clocks, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        check_start(loader, &clocks[i]);
        check_after(loader, clocks, count, &clocks[i]);
        if (!targets_given(clocks[i].target) && !loader->failed)
            loader_note(loader, clocks[i].place,
                        "the clock '%.*s' promises nothing: it can never start",
                        STR_ARG(clocks[i].name));
    }
}

void loader_finish_clocks(struct loader *loader, struct config_sla *owner)
{
    size_t size = owner->clock_count * sizeof(*owner->clocks);
    struct config_clock *own = arena_alloc(loader->arena, size + 1);
    if (size)
        memcpy(own, owner->clocks, size); /* may be another's, with another calendar */
    owner->clocks = own;
    for (size_t i = 0; i < owner->clock_count; i++)
        finish(&own[i], owner);
}
