/* Inhibitions that keep nothing quiet, or too much. */
#include "loader.h"

static bool implies(const struct matcher *premise, const struct matcher *conclusion)
{
    return matcher_implies(&premise, 1, conclusion);
}

static bool never_holds(const struct matcher *matcher)
{
    return matcher_excludes(&matcher, 1, matcher);
}

/* Why it never keeps anything quiet; NULL: it may. */
static const char *idle(const struct config_inhibit *rule)
{
    if (never_holds(rule->source))
        return "the conditions of its source exclude each other";
    if (never_holds(rule->target))
        return "the conditions of its target exclude each other";
    /* What both match never keeps itself quiet, and there is nothing else. */
    if (implies(rule->source, rule->target) && implies(rule->target, rule->source))
        return "its source is its target";
    return NULL;
}

/* Where each one's source is kept quiet by the other, nobody hears of either. */
static bool are_mutual(const struct config_inhibit *one, const struct config_inhibit *other)
{
    return implies(one->source, other->target) && implies(other->source, one->target);
}

void loader_lint_inhibitions(struct loader *loader)
{
    const struct config *config = loader->config;
    for (size_t i = 0; i < config->inhibit_count; i++) {
        const struct config_inhibit *rule = &config->inhibits[i];
        const char *why = idle(rule);
        if (why)
            loader_note(loader, rule->place, "the inhibition '%.*s' keeps nothing quiet: %s",
                        STR_ARG(rule->name), why);
        for (size_t k = 0; !why && k < i; k++) {
            const struct config_inhibit *before = &config->inhibits[k];
            if (!idle(before) && are_mutual(before, rule))
                loader_note(loader, rule->place,
                            "the inhibitions '%.*s' and '%.*s' keep each other's sources quiet: "
                            "while both are open, nobody is told of either",
                            STR_ARG(before->name), STR_ARG(rule->name));
        }
    }
}
