#include "route/route.h"

#include <string.h>

/* One walk through the tree. */
struct walk {
    const struct facts *facts;
    const int *without; /* departments that may not be found */
    size_t without_count;
    struct verdict *verdict;
};

static bool is_among(int department, const int *list, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (list[i] == department)
            return true;
    }
    return false;
}

/* Nearer: more conditions held; with as many, fewer failed; else the earlier route. */
static bool is_nearer(const struct near_miss *a, const struct near_miss *b)
{
    return a->held != b->held ? a->held > b->held : a->total - a->held < b->total - b->held;
}

static bool route_matches(struct walk *walk, const struct config_route *route)
{
    struct verdict *verdict = walk->verdict;
    struct near_miss miss;
    if (!route->matcher || matcher_explain(route->matcher, walk->facts, &miss))
        return true;
    if (!verdict->miss || is_nearer(&miss, &verdict->miss_why)) {
        verdict->miss = route;
        verdict->miss_why = miss;
    }
    return false;
}

/* The deepest first match that may be responsible. A route below which nobody may is left again:
 * the next one that matches is tried, and then its parent stands in. */
static bool descend(struct walk *walk, const struct config_route *route)
{
    struct verdict *verdict = walk->verdict;
    verdict->path[verdict->path_count++] = route;
    for (size_t i = 0; i < route->child_count; i++) {
        if (route_matches(walk, &route->children[i]) && descend(walk, &route->children[i]))
            return true;
    }
    if (!is_among(route->department, walk->without, walk->without_count)) {
        verdict->department = route->department;
        return true;
    }
    verdict->path_count--;
    return false;
}

static size_t depth_of(const struct config_route *route)
{
    size_t depth = 0;
    for (size_t i = 0; i < route->child_count; i++) {
        size_t below = depth_of(&route->children[i]);
        depth = below > depth ? below : depth;
    }
    return depth + 1;
}

static void inform(struct verdict *verdict, const int *departments, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (departments[i] != verdict->department &&
            !is_among(departments[i], verdict->informed, verdict->informed_count))
            verdict->informed[verdict->informed_count++] = departments[i];
    }
}

static void inform_all(const struct config *config, const struct facts *facts,
                       struct verdict *verdict)
{
    struct facts routed = *facts; /* the flat rules know who is responsible */
    routed.department = config->departments[verdict->department].slug;
    for (size_t i = 0; i < verdict->path_count; i++) {
        inform(verdict, verdict->path[i]->inform, verdict->path[i]->inform_count);
        verdict->rules[verdict->rule_count++] = verdict->path[i]->rule;
    }
    for (size_t i = 0; i < config->inform_count; i++) {
        const struct config_inform *rule = &config->informs[i];
        if (rule->matcher && !matcher_matches(rule->matcher, &routed))
            continue;
        inform(verdict, rule->departments, rule->department_count);
        verdict->rules[verdict->rule_count++] = rule->rule;
    }
}

/* The department that the model would choose, as a route below the root; NULL: it must not, or does
 * not know. */
static const struct config_route *learned_route(const struct config *config,
                                                const struct walk *walk)
{
    const struct facts *facts = walk->facts;
    const struct config_learned *learned = &config->learned;
    struct str slug;
    if (!learned->model || !learned->fallback || !facts->learned)
        return NULL;
    slug = learned_department(facts->learned);
    if (str_empty(slug) || learned_margin(facts->learned) < learned->margin)
        return NULL;
    for (size_t i = 0; i < learned->route_count; i++) {
        int department = learned->routes[i].department;
        if (str_equal(config->departments[department].slug, slug) &&
            !is_among(department, walk->without, walk->without_count))
            return &learned->routes[i];
    }
    return NULL;
}

static void fall_back(const struct config *config, struct walk *walk)
{
    struct verdict *verdict = walk->verdict;
    const struct config_route *route = learned_route(config, walk);
    verdict->unrouted = !route;
    verdict->by_learned = route != NULL;
    if (!route)
        return;
    verdict->path[verdict->path_count++] = route;
    verdict->department = route->department;
    verdict->learned = walk->facts->learned;
}

static void note_learned(struct verdict *verdict, const struct facts *facts)
{
    for (size_t i = 0; facts->learned && i < verdict->path_count; i++) {
        const struct matcher *matcher = verdict->path[i]->matcher;
        if (matcher && matcher_asks_learned(matcher))
            verdict->learned = facts->learned;
    }
}

void route_event_without(const struct config *config, const struct facts *facts, const int *without,
                         size_t without_count, struct arena *arena, struct verdict *verdict)
{
    struct walk walk = { facts, without, without_count, verdict };
    memset(verdict, 0, sizeof(*verdict));
    verdict->department = -1;
    size_t depth = depth_of(config->root) + 1;
    verdict->path = arena_alloc(arena, depth * sizeof(*verdict->path));
    verdict->rules = arena_alloc(arena, (depth + config->inform_count) * sizeof(*verdict->rules));
    verdict->informed = arena_alloc(arena, config->department_count * sizeof(*verdict->informed));
    descend(&walk, config->root);
    note_learned(verdict, facts);
    if (verdict->path_count <= 1)
        fall_back(config, &walk);
    if (verdict->department >= 0)
        inform_all(config, facts, verdict);
}

void route_event(const struct config *config, const struct facts *facts, struct arena *arena,
                 struct verdict *verdict)
{
    route_event_without(config, facts, NULL, 0, arena, verdict);
}

const struct config_screen *screen_event(const struct config *config, const struct facts *facts)
{
    for (size_t i = 0; i < config->screen_count; i++) {
        const struct config_screen *rule = &config->screens[i];
        if (!rule->matcher || matcher_matches(rule->matcher, facts))
            return rule;
    }
    return NULL;
}
