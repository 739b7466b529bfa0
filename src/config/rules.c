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
                                           place.line, str_empty(name) ? "" : " ", STR_ARG(name)) };
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

void loader_number_rules(struct loader *loader)
{
    struct config *config = loader->config;
    number_judging(loader);
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
    for (size_t i = 0; i < config->escalation_count; i++)
        config->escalations[i].rule =
            number(loader, "escalation", STR_NONE, config->escalations[i].place);
    for (size_t i = 0; i < config->inhibit_count; i++)
        config->inhibits[i].rule =
            number(loader, "inhibit", config->inhibits[i].name, config->inhibits[i].place);
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
