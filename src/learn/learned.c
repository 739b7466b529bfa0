#include "learn/learned.h"

static const struct model_guess *ask(struct learned *learned)
{
    if (!learned->asked) {
        learned->heard = features_take(learned->features, model_fold(learned->model),
                                       &learned->input, &learned->heard_count);
        model_ask(learned->model, learned->heard, learned->heard_count, &learned->guess);
        learned->asked = true;
    }
    return &learned->guess;
}

struct str learned_department(struct learned *learned)
{
    int best = learned ? ask(learned)->best : -1;
    return best < 0 ? STR_NONE : model_facts(learned->model)->departments[best].slug;
}

int learned_margin(struct learned *learned)
{
    return learned && ask(learned)->best >= 0 ? learned->guess.margin : -1;
}

/* Of two that stand at the same place one is enough: 扣费 says all that 扣 does. */
static bool overlaps(const struct feature *a, const struct feature *b)
{
    return a->place == b->place && (a->from == b->from || (a->from < b->to && b->from < a->to));
}

static const struct feature *heaviest(const struct learned *learned, const struct feature *besides)
{
    const struct feature *found = NULL;
    int32_t most = 0;
    for (size_t i = 0; i < learned->heard_count; i++) {
        const struct feature *feature = &learned->heard[i];
        int32_t share = model_share(learned->model, feature, learned->guess.best);
        if (share <= most || (besides && overlaps(feature, besides)))
            continue;
        most = share;
        found = feature;
    }
    return found;
}

size_t learned_reasons(struct learned *learned, struct arena *arena,
                       struct str reasons[LEARNED_REASONS])
{
    size_t found = 0;
    if (str_empty(learned_department(learned)))
        return 0;
    const struct feature *first = heaviest(learned, NULL);
    const struct feature *second = first ? heaviest(learned, first) : NULL;
    if (first)
        reasons[found++] = arena_copy(arena, feature_words(learned->features, first));
    if (second)
        reasons[found++] = arena_copy(arena, feature_words(learned->features, second));
    return found;
}
