#include "track/ratings.h"

/* Index, or -1 after saying that it is unknown. */
static int known(struct turn *turn, struct str name)
{
    int department = config_department(turn->config, name);
    if (str_empty(name))
        turn_outcome(turn, OUTCOME_REJECTED, "no department says how it was: `by_department`");
    else if (department < 0)
        turn_outcome(turn, OUTCOME_REJECTED, "unknown department '%.*s'", STR_ARG(name));
    return department;
}

void ratings_take(struct turn *turn)
{
    const struct event *event = turn->event;
    int of = known(turn, event->of_department);
    int by = of < 0 ? -1 : known(turn, event->by_department);
    if (of < 0 || by < 0)
        return;
    if (of == by) {
        turn_outcome(turn, OUTCOME_REJECTED, "no department rates itself");
        return;
    }
    struct rating *rating = arena_alloc(turn->arena, sizeof(*rating));
    *rating = (struct rating){ .by = turn->config->departments[by].slug,
                               .of = turn->config->departments[of].slug,
                               .stars = event->rating,
                               .solved = event->solved };
    turn->rating = rating;
}
