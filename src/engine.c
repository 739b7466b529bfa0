#include "engine.h"

/* Fires deadline by deadline, each at its own time, up to and including `until`: this is how time
 * passes, in every mode and every run. True when `limit` was too little. */
static bool let_pass(const struct engine_ops *ops, struct engine *engine, struct task_clock *clock,
                     time_ms until, unsigned limit, struct actions *actions)
{
    for (time_ms due = ops->next(engine); due <= until; due = ops->next(engine)) {
        if (limit-- == 0)
            return true;
        clock->passed = time_max(clock->passed, due);
        clock->now = time_max(clock->now, clock->passed);
        struct moment moment = { clock->now, clock->passed, clock->stream };
        ops->tick(engine, &moment, 1, actions);
        clock->fired++;
    }
    clock->passed = time_max(clock->passed, until);
    clock->now = time_max(clock->now, until);
    return false;
}

void engine_advance(const struct engine_ops *ops, struct engine *engine, struct task_clock *clock,
                    time_ms until, struct actions *actions)
{
    while (let_pass(ops, engine, clock, until, UINT32_MAX, actions))
        ;
}

/* A machine's clock that was wrong and is set right takes time back with it, or everything new
 * would be overdue until then. What fired meanwhile stands. Hosts differ by less. */
static void look_at(struct task_clock *clock, time_ms wall)
{
    enum { SET_BACK = 5 * TIME_MINUTE };
    if (clock->mode != CLOCK_WALL)
        return;
    if (clock->wall > wall + SET_BACK)
        clock->now = clock->passed = clock->wall = wall;
    clock->now = time_max(clock->now, wall);
    clock->wall = time_max(clock->wall, wall);
}

bool engine_reach(const struct engine_ops *ops, struct engine *engine, struct task_clock *clock,
                  const struct prepared *prepared, time_ms record_timestamp, time_ms wall,
                  unsigned limit, struct actions *actions)
{
    look_at(clock, wall);
    time_ms until = time_max(record_timestamp, clock->passed);
    if (clock->mode == CLOCK_STREAM) {
        time_ms event_time = ops->prepared_time(prepared);
        until = event_time == TIME_NEVER ? clock->stream : time_max(clock->stream, event_time);
    }
    return let_pass(ops, engine, clock, until, limit, actions);
}

void engine_turn(const struct engine_ops *ops, struct engine *engine, struct task_clock *clock,
                 struct prepared *prepared, time_ms record_timestamp, time_ms wall,
                 struct actions *actions)
{
    while (engine_reach(ops, engine, clock, prepared, record_timestamp, wall, UINT32_MAX, actions))
        ;
    time_ms event_time = ops->prepared_time(prepared);
    if (event_time != TIME_NEVER)
        clock->stream = time_max(clock->stream, event_time);
    struct moment moment = { clock->now, clock->passed, clock->stream };
    ops->feed(engine, prepared, &moment, actions);
}

void engine_poison(const struct engine_ops *ops, struct engine *engine, struct task_clock *clock,
                   const struct record *record, int attempts, time_ms wall, struct actions *actions)
{
    look_at(clock, wall);
    struct moment moment = { clock->now, clock->passed, clock->stream };
    ops->poison(engine, record, attempts, &moment, actions);
}

bool engine_pass(const struct engine_ops *ops, struct engine *engine, struct task_clock *clock,
                 bool behind, time_ms wall, unsigned limit, struct actions *actions)
{
    if (clock->mode == CLOCK_STREAM)
        return false;
    look_at(clock, wall);
    return let_pass(ops, engine, clock, behind ? clock->passed : clock->now, limit, actions);
}

time_ms engine_wake(const struct engine_ops *ops, const struct engine *engine,
                    const struct task_clock *clock, bool behind)
{
    if (clock->mode == CLOCK_STREAM)
        return TIME_NEVER;
    time_ms next = ops->next(engine);
    /* While behind, a deadline to come waits for the next record, not for the clock. */
    return behind && next > clock->passed ? TIME_NEVER : next;
}
