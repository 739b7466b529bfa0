/* Supervisors of a level know a ticket and a trigger, whatever clocks it is climbed for: what one
 * ladder has to say must not hide how another one stands. */
#include "ladder_inside.h"

#include "track/later.h"

/* What a level was told of one trigger. */
struct matter {
    struct str level, trigger;
};

static bool is_about(const struct notice *notice, const struct turn *turn,
                     const struct matter *matter)
{
    return str_equal(notice->level, matter->level) && str_equal(notice->trigger, matter->trigger) &&
           str_equal(notice->department, turn->ticket->department);
}

/* The last step of the climb by which that level was told; -1: none did. */
static int told_step(const struct turn *turn, const struct climb *climb,
                     const struct matter *matter)
{
    const struct ladder_terms *terms = definitions_ladder(turn->definitions, climb->definition);
    int found = -1;
    for (size_t step = 0; terms && step < terms->step_count; step++) {
        if (climb->told & UINT32_C(1) << step && str_equal(terms->steps[step].level, matter->level))
            found = (int)step;
    }
    return str_is(matter->trigger, trigger_name(climb->trigger)) ? found : -1;
}

/* Of the climbs that go on: one that nobody has taken, else one that somebody has; NULL: the level
 * has heard of none. */
static const struct climb *gravest(const struct turn *turn, const struct matter *matter)
{
    const struct climb *taken = NULL;
    for (size_t i = 0; i < turn->ticket->climb_count; i++) {
        const struct climb *climb = &turn->ticket->climbs[i];
        if (told_step(turn, climb, matter) < 0)
            continue;
        if (!climb->acknowledged)
            return climb;
        taken = climb;
    }
    return taken;
}

/* How often that step was told again: so that what its level knows already is no news. */
static int repeats(const struct turn *turn, const struct climb *climb, unsigned step)
{
    const struct ladder_terms *terms = definitions_ladder(turn->definitions, climb->definition);
    for (size_t i = 0; i < climb->later_count; i++) {
        if (climb->laters[i].step == step)
            return climb->laters[i].again > 0 ? (int)climb->laters[i].again - 1 : 0;
    }
    return (int)terms->steps[step].limit;
}

static void say_again(struct turn *turn, const struct climb *climb, const struct matter *matter)
{
    unsigned step = (unsigned)told_step(turn, climb, matter);
    struct notice *notice =
        ladder_notice(turn, climb, step, climb->acknowledged ? NOTICE_ACKNOWLEDGED : NOTICE_FIRING);
    notice->by = climb->by;
    notice->repeat = climb->acknowledged ? 0 : repeats(turn, climb, step);
}

/* What has ended is not the end as long as another ladder goes on. */
static void take_back_ends(struct turn *turn, const struct matter *matter)
{
    struct told **at = &turn->told;
    while (*at) {
        if ((*at)->notice.status == NOTICE_RESOLVED && is_about(&(*at)->notice, turn, matter)) {
            *at = (*at)->next;
            turn->told_count--;
        } else {
            at = &(*at)->next;
        }
    }
    turn->told_end = at;
}

/* The last word of the turn on it; NULL: there is none. */
static const struct notice *last_word(const struct turn *turn, const struct matter *matter)
{
    const struct notice *last = NULL;
    for (const struct told *told = turn->told; told; told = told->next) {
        if (is_about(&told->notice, turn, matter))
            last = &told->notice;
    }
    return last;
}

static void settle(struct turn *turn, const struct matter *matter)
{
    const struct climb *climb = gravest(turn, matter);
    if (!climb)
        return;
    take_back_ends(turn, matter);
    const struct notice *last = last_word(turn, matter);
    if (!last || (last->status == NOTICE_ACKNOWLEDGED && !climb->acknowledged))
        say_again(turn, climb, matter);
}

void ladder_conclude(struct turn *turn)
{
    /* What is said again comes last, and changes nothing. */
    for (const struct told *told = turn->told; told;) {
        struct matter matter = { told->notice.level, told->notice.trigger };
        bool here = str_equal(told->notice.department, turn->ticket->department);
        told = told->next;
        if (here)
            settle(turn, &matter);
    }
}
