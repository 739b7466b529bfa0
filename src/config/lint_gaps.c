/* What a configuration leaves out: it is valid, and something will never happen. */
#include <string.h>

#include "lint_gaps.h"
#include "text/lexicon.h"

static bool has_category(const struct loader *loader, const char *name)
{
    size_t count = 0;
    const struct str *names = lexicon_categories(loader->config->lexicon, &count);
    for (size_t i = 0; i < count; i++) {
        if (str_is(names[i], name))
            return true;
    }
    return false;
}

static void note_missing(struct loader *loader)
{
    const struct config *config = loader->config;
    struct yaml_place place = loader->root->place;

    if (config->lexicon_path_count == 0)
        loader_note(loader, place,
                    "no 'lexicons': words count nothing, and a fire is as urgent as a question; "
                    "those that come with Ombud are `lexicons: [lexicons/zh, lexicons/en]`");
    if (config->sla_count == 0 && config->regulation_count == 0)
        loader_note(loader, place,
                    "no 'slas': nothing is promised to customers, so nothing can be late");
    if (config->escalation_count == 0)
        loader_note(loader, place,
                    "no 'escalations': nobody is told of what is urgent, late or in dispute");
}

/* A rule with a matcher cannot match a dead letter, which belongs to no ticket. */
static void note_dead_letters(struct loader *loader)
{
    const struct config *config = loader->config;
    bool told = config->level_count == 0;

    for (size_t i = 0; i < config->escalation_count; i++)
        told |= config->escalations[i].on[TRIGGER_DEADLETTER] && !config->escalations[i].matcher;
    if (!told)
        loader_note(loader, loader->root->place,
                    "no escalation says who is told of dead letters ('deadletter'): '%.*s' of "
                    "'%.*s' is",
                    STR_ARG(config->levels[0].name),
                    STR_ARG(config->departments[config->root->department].slug));
}

static void note_triggers(struct loader *loader)
{
    const struct config *config = loader->config;

    for (size_t i = 0; i < config->escalation_count; i++) {
        if (config->escalations[i].on[TRIGGER_MANAGER] && !has_category(loader, "manager"))
            loader_note(loader, config->escalations[i].place,
                        "nobody can demand a manager: no lexicon has the category 'manager'");
    }
}

static bool any_points(const struct config_points_list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        if (list->items[i].points > 0)
            return true;
    }
    return false;
}

/* Does a category have this need? Of `score.categories` the points are places in `score.needs`. */
static bool has_need(const struct config_score *score, struct str need)
{
    for (size_t i = 0; i < score->categories.count; i++) {
        int index = score->categories.items[i].points;
        if (index >= 0 && (size_t)index < score->needs.count &&
            str_equal(score->needs.items[index].name, need))
            return true;
    }
    return false;
}

/* The setting that would have to give points, or NULL: the signal can be there. */
static const char *missing_points(const struct config_score *score, struct str signal)
{
    static const struct str need = { "need.", 5 };
    const struct {
        const char *signal, *setting;
        bool given;
    } rows[] = {
        { "customer.tier", "score.tiers", any_points(&score->tiers) },
        { "customer.lifecycle", "score.lifecycles", any_points(&score->lifecycles) },
        { "customer.value", "score.value", score->value_points > 0 },
        { "customer.vulnerable", "score.vulnerable", score->vulnerable_points > 0 },
        { "stated.channel", "score.channels", any_points(&score->channels) },
    };
    if (str_starts(signal, need)) {
        struct str name = { signal.data + need.size, signal.size - need.size };
        return has_need(score, name) ? NULL : "score.categories";
    }
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (str_is(signal, rows[i].signal))
            return rows[i].given ? NULL : rows[i].setting;
    }
    return NULL;
}

static void note_signals(struct loader *loader)
{
    for (size_t i = 0; i < loader->use_count; i++) {
        const struct loader_use *use = &loader->uses[i];
        if (use->kind == MATCHER_PATTERN || !str_is(use->field, "signal"))
            continue;
        const char *setting = missing_points(&loader->config->score, use->value);
        if (setting)
            loader_note(loader, use->place,
                        "nothing sets off the signal '%.*s': '%s' has nothing "
                        "for it",
                        STR_ARG(use->value), setting);
    }
}

void loader_lint_gaps(struct loader *loader)
{
    note_missing(loader);
    note_dead_letters(loader);
    note_triggers(loader);
    note_signals(loader);
}
