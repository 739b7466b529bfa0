#include "track/later.h"

/* NULL: the step is to be told at its own time, or was and is not repeated. */
static struct later *later_find(const struct climb *climb, unsigned step)
{
    for (size_t i = 0; i < climb->later_count; i++) {
        if (climb->laters[i].step == step)
            return &climb->laters[i];
    }
    return NULL;
}

void later_put(struct climb *climb, struct later later, struct arena *arena)
{
    struct later *known = later_find(climb, later.step);
    if (known) {
        *known = later;
        return;
    }
    struct later *grown = arena_alloc(arena, (climb->later_count + 1) * sizeof(*grown));
    size_t place = 0;
    for (; place < climb->later_count && climb->laters[place].step < later.step; place++)
        grown[place] = climb->laters[place];
    grown[place] = later;
    for (size_t i = place; i < climb->later_count; i++)
        grown[i + 1] = climb->laters[i];
    climb->laters = grown;
    climb->later_count++;
}

void later_drop(struct climb *climb, unsigned step)
{
    size_t kept = 0;
    for (size_t i = 0; i < climb->later_count; i++) {
        if (climb->laters[i].step != step)
            climb->laters[kept++] = climb->laters[i];
    }
    climb->later_count = kept;
}

static bool is_held(const struct climb *climb, const struct ladder_terms *terms,
                    const struct later *later)
{
    return climb->acknowledged &&
           (later->again > 0 || terms->steps[later->step].unless_acknowledged);
}

struct later *later_next(const struct climb *climb, const struct ladder_terms *terms)
{
    struct later *first = NULL;
    for (size_t i = 0; i < climb->later_count; i++) {
        struct later *later = &climb->laters[i];
        if (later->step < terms->step_count && !is_held(climb, terms, later) &&
            (!first || later->at < first->at))
            first = later;
    }
    return first;
}

time_ms later_opening(const struct ladder_terms_step *step, time_ms at)
{
    return step->window ? calendar_opening(step->window, at) : at;
}

bool later_again(const struct ladder_terms_step *step, struct later *later, time_ms now)
{
    if (step->repeat <= 0)
        return false;
    time_ms missed = later->at <= now ? (now - later->at) / step->repeat : 0;
    time_ms count = (time_ms)later->again + 1 + missed;
    if (count > step->limit)
        return false;
    later->again = (unsigned)count;
    later->at = later_opening(step, later->at + (missed + 1) * step->repeat);
    return true;
}
