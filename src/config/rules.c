#include "config/rules.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "loader.h"

/* ---- numbering */

static struct str base_name(struct str path)
{
    const char *slash = path.size ? memrchr(path.data, '/', path.size) : NULL;
    return slash ? (struct str){ slash + 1, path.size - (size_t)(slash + 1 - path.data) } : path;
}

static unsigned number(struct loader *loader, const char *kind, struct str name,
                       struct yaml_place place)
{
    struct config *config = loader->config;
    struct config_rule *grown =
        arena_alloc_raw(loader->arena, (config->rule_count + 1) * sizeof(*grown));
    if (config->rule_count > 0)
        memcpy(grown, config->rules, config->rule_count * sizeof(*grown));
    struct str file = base_name(place.file);
    grown[config->rule_count] =
        (struct config_rule){ kind,
                              arena_printf(loader->arena, "%.*s:%d%s%.*s", STR_ARG(file),
                                           place.line, str_empty(name) ? "" : " ", STR_ARG(name)),
                              RULE_OF_TICKETS };
    config->rules = grown;
    return (unsigned)++config->rule_count;
}

static void number_route(struct loader *loader, struct config_route *route)
{
    route->rule = number(loader, "route", route->name, route->place);
    for (size_t i = 0; i < route->child_count; i++)
        number_route(loader, &route->children[i]);
}

static void number_judging(struct loader *loader)
{
    struct config *config = loader->config;
    for (size_t i = 0; i < config->score.pair_count; i++) {
        struct config_pair *pair = &config->score.pairs[i];
        pair->rule = number(loader, "pair", pair->slug, pair->place);
    }
    for (size_t i = 0; i < config->screen_count; i++) {
        struct config_screen *screen = &config->screens[i];
        screen->rule = number(loader, "screening", screen->name, screen->place);
    }
    if (config->root)
        number_route(loader, config->root);
    for (size_t i = 0; i < config->inform_count; i++)
        config->informs[i].rule = number(loader, "inform", STR_NONE, config->informs[i].place);
}

/* What a model alone decides is a rule, too, and so is where a full department's tickets go. */
static void number_fallbacks(struct loader *loader)
{
    struct config *config = loader->config;
    struct config_learned *learned = &config->learned;
    if (learned->model && learned->fallback)
        learned->rule = number(loader, "learned", STR("fallback"), learned->place);
    for (size_t i = 0; i < learned->route_count; i++)
        learned->routes[i].rule = learned->rule;
    for (size_t i = 0; i < config->department_count; i++) {
        struct config_department *department = &config->departments[i];
        if (department->overflow >= 0)
            department->rule = number(loader, "overflow", department->slug, department->place);
    }
}

static void number_promises(struct loader *loader)
{
    struct config *config = loader->config;
    for (size_t i = 0; i < config->sla_count; i++)
        config->slas[i].rule = number(loader, "sla", config->slas[i].name, config->slas[i].place);
    for (size_t i = 0; i < config->regulation_count; i++) {
        struct config_regulation *regulation = &config->regulations[i];
        regulation->rule = number(loader, "regulation", regulation->name, regulation->place);
    }
    for (size_t i = 0; i < config->agreement_count; i++) {
        struct config_agreement *agreement = &config->agreements[i];
        agreement->terms.rule =
            number(loader, "agreement", agreement->terms.name, agreement->place);
    }
}

static void number_steps(struct loader *loader, struct config_ladder *ladder)
{
    for (size_t i = 0; i < ladder->step_count; i++) {
        struct str name =
            arena_printf(loader->scratch, "%.*s step %zu", STR_ARG(ladder->name), i + 1);
        ladder->steps[i].rule = number(loader, "step", name, ladder->steps[i].place);
    }
}

static void number_escalation(struct loader *loader, struct config_escalation *rule)
{
    rule->rule = number(loader, "escalation", STR_NONE, rule->place);
    if (!rule->on[TRIGGER_DEADLETTER] || rule->matcher || rule->ladder < 0)
        return;
    struct config *config = loader->config;
    config->rules[rule->rule - 1].stages |= RULE_OF_ESCALATIONS | RULE_OF_INTAKE;
    if (config->ladders[rule->ladder].step_count > 0)
        config->rules[config->ladders[rule->ladder].steps[0].rule - 1].stages |=
            RULE_OF_ESCALATIONS | RULE_OF_INTAKE;
}

void loader_number_rules(struct loader *loader)
{
    struct config *config = loader->config;
    number_judging(loader);
    number_fallbacks(loader);
    number_promises(loader);
    for (size_t i = 0; i < config->ladder_count; i++)
        number_steps(loader, &config->ladders[i]);
    for (size_t i = 0; i < config->escalation_count; i++)
        number_escalation(loader, &config->escalations[i]);
    for (size_t i = 0; i < config->inhibit_count; i++) {
        struct config_inhibit *inhibit = &config->inhibits[i];
        inhibit->rule = number(loader, "inhibit", inhibit->name, inhibit->place);
        config->rules[inhibit->rule - 1].stages = RULE_OF_ESCALATIONS;
    }
}

/* ---- counting */

void rule_hits_reset(struct rule_hits *hits, const struct config *config)
{
    rule_hits_free(hits);
    hits->count = config->rule_count;
    hits->counts = mem_array(hits->count + 1, sizeof(*hits->counts));
}

void rule_hits_copy(struct rule_hits *to, const struct rule_hits *from)
{
    if (from->count > 0)
        memcpy(to->counts, from->counts, from->count * sizeof(*from->counts));
}

void rule_hits_free(struct rule_hits *hits)
{
    free(hits->counts);
    *hits = (struct rule_hits){ NULL, 0 };
}

void rule_hits_series(const struct rule_hits *hits, const struct config *config, unsigned stage,
                      int row, series_fn *each, void *arg)
{
    for (size_t i = 0; i < hits->count; i++) {
        const struct config_rule *rule = &config->rules[i];
        struct str values[SERIES_LABELS] = { str_from(rule->kind), rule->name };
        if (rule->stages & stage)
            each(arg, row, values, hits->counts[i]);
    }
}
