#include "engine.h"

/* Fires deadline by deadline, each at its own time, up to and including `until`: this is how
 * `clock: stream` makes time pass the same way in every run. */
void engine_advance(const struct engine_ops *ops, struct engine *engine, struct task_clock *clock,
                    time_ms until, struct actions *actions)
{
    for (time_ms due = ops->next(engine); due <= until; due = ops->next(engine)) {
        clock->now = time_max(clock->now, due);
        struct moment moment = { .now = clock->now, .horizon = clock->now, .stream = until };
        while (ops->tick(engine, &moment, UINT32_MAX, actions))
            ;
    }
    clock->now = time_max(clock->now, until);
}

void engine_turn(const struct engine_ops *ops, struct engine *engine, struct task_clock *clock,
                 struct prepared *prepared, time_ms record_timestamp, time_ms wall,
                 struct actions *actions)
{
    time_ms event_time = ops->prepared_time(prepared);
    if (event_time != TIME_NEVER)
        clock->stream = time_max(clock->stream, event_time);
    clock->read = time_max(clock->read, record_timestamp);
    if (clock->mode == CLOCK_STREAM)
        engine_advance(ops, engine, clock, clock->stream, actions);
    else
        clock->now = time_max(clock->now, wall);
    struct moment moment = { .now = clock->now, .horizon = clock->now, .stream = clock->stream };
    if (clock->mode == CLOCK_WALL && clock->behind)
        moment.horizon = time_min(clock->now, clock->read);
    ops->feed(engine, prepared, &moment, actions);
}

bool engine_pass(const struct engine_ops *ops, struct engine *engine, struct task_clock *clock,
                 time_ms wall, unsigned limit, struct actions *actions)
{
    if (clock->mode == CLOCK_STREAM)
        return false;
    clock->now = time_max(clock->now, wall);
    struct moment moment = { .now = clock->now, .horizon = clock->now, .stream = clock->stream };
    if (clock->behind)
        moment.horizon = time_min(clock->now, clock->read);
    if (ops->next(engine) > moment.horizon)
        return false;
    return ops->tick(engine, &moment, limit, actions);
}

time_ms engine_wake(const struct engine_ops *ops, const struct engine *engine,
                    const struct task_clock *clock)
{
    if (clock->mode == CLOCK_STREAM)
        return TIME_NEVER;
    time_ms next = ops->next(engine);
    /* While behind, a deadline beyond the horizon waits for the next record, not for the clock. */
    return clock->behind && next > clock->read ? TIME_NEVER : next;
}
