#include "ctl/test_coverage.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "decode/event.h"
#include "json/json.h"
#include "text/lexicon.h"

enum { BLOCK = 64 * 1024 };

enum kind { ROUTES, SCREENS, INFORMS, SLAS, ESCALATIONS, SIGNALS, KINDS };

struct coverage {
    const struct config *config;
    struct arena *arena; /* of one event */
    struct match_scratch *scratch;
    bool *reached[KINDS];
    size_t counts[KINDS];
};

static size_t count_routes(const struct config_route *route)
{
    size_t count = 1;
    for (size_t i = 0; i < route->child_count; i++)
        count += count_routes(&route->children[i]);
    return count;
}

struct coverage *coverage_new(const struct config *config)
{
    struct coverage *coverage = mem_alloc(sizeof(*coverage));
    coverage->config = config;
    coverage->arena = arena_new(BLOCK);
    coverage->scratch = match_scratch_new();
    coverage->counts[ROUTES] = count_routes(config->root);
    coverage->counts[SCREENS] = config->screen_count;
    coverage->counts[INFORMS] = config->inform_count;
    coverage->counts[SLAS] = config->sla_count;
    coverage->counts[ESCALATIONS] = config->escalation_count;
    lexicon_categories(config->lexicon, &coverage->counts[SIGNALS]);
    for (int kind = 0; kind < KINDS; kind++)
        coverage->reached[kind] = mem_array(coverage->counts[kind] + 1, sizeof(bool));
    return coverage;
}

void coverage_free(struct coverage *coverage)
{
    if (coverage == NULL)
        return;
    for (int kind = 0; kind < KINDS; kind++)
        free(coverage->reached[kind]);
    arena_free(coverage->arena);
    match_scratch_free(coverage->scratch);
    free(coverage);
}

/* Numbers the routes depth-first; marks those on the path of names that begins at `route`. */
static void reach_routes(struct coverage *coverage, const struct config_route *route,
                         const cJSON *path, size_t number)
{
    coverage->reached[ROUTES][number] = true;
    const cJSON *name = path->next;
    size_t child = number + 1;
    for (size_t i = 0; name && i < route->child_count; i++) {
        if (str_equal(route->children[i].name, json_string(name))) {
            reach_routes(coverage, &route->children[i], name, child);
            return;
        }
        child += count_routes(&route->children[i]);
    }
}

static void reach_signals(struct coverage *coverage, const cJSON *signals)
{
    size_t count;
    const struct str *categories = lexicon_categories(coverage->config->lexicon, &count);
    for (const cJSON *item = signals ? signals->child : NULL; item; item = item->next) {
        struct str name = json_string(json_get(item, STR("signal")));
        for (size_t i = 0; str_starts(name, STR("text.")) && i < count; i++) {
            struct str category = { name.data + 5, name.size - 5 };
            coverage->reached[SIGNALS][i] |= str_equal(category, categories[i]);
        }
    }
}

/* The flat rules leave no trace of their own in a decision, so they are asked again, with what the
 * decision says. */
static void reach_informs(struct coverage *coverage, struct str text, const cJSON *decision)
{
    const struct config *config = coverage->config;
    struct record record = { .topic = config->topics.home, .value = text };
    struct event event;
    struct refusal refusal;
    struct str signals[64];
    struct facts facts = { .scratch = coverage->scratch, .event = &event, .signals = signals };
    int64_t score = 0;
    if (!str_present(text) || !event_decode(&record, &config->sources[0], config->max_event,
                                            coverage->arena, &event, &refusal))
        return;
    const cJSON *item = json_get(decision, STR("signals"));
    for (item = item ? item->child : NULL; item && facts.signal_count < 64; item = item->next) {
        if (!cJSON_IsTrue(json_get(item, STR("negated"))))
            signals[facts.signal_count++] = json_string(json_get(item, STR("signal")));
    }
    json_integer(json_get(decision, STR("score")), &score);
    facts.score = (int)score;
    facts.band = band_parse(json_string(json_get(decision, STR("band"))));
    facts.label = json_string(json_get(decision, STR("label")));
    facts.category = event.category;
    facts.department = json_string(json_get(decision, STR("responsible")));
    for (size_t i = 0; i < config->inform_count; i++)
        coverage->reached[INFORMS][i] |=
            !config->informs[i].matcher || matcher_matches(config->informs[i].matcher, &facts);
}

static void reach_named(struct coverage *coverage, const cJSON *decision)
{
    const struct config *config = coverage->config;
    struct str screen = json_string(json_get(decision, STR("screen")));
    struct str sla = json_string(json_pointer(decision, STR("/clocks/0/sla")));
    for (size_t i = 0; i < config->screen_count; i++)
        coverage->reached[SCREENS][i] |=
            str_present(screen) && str_equal(screen, config->screens[i].name);
    for (size_t i = 0; i < config->sla_count; i++)
        coverage->reached[SLAS][i] |= str_present(sla) && str_equal(sla, config->slas[i].name);
}

void coverage_count(void *arg, int row, const struct str values[SERIES_LABELS], uint64_t value)
{
    struct coverage *coverage = arg;
    const struct config *config = coverage->config;
    (void)row;
    for (size_t i = 0; value > 0 && i < config->escalation_count; i++) {
        const struct config_rule *rule = &config->rules[config->escalations[i].rule - 1];
        coverage->reached[ESCALATIONS][i] |=
            str_is(values[0], rule->kind) && str_equal(values[1], rule->name);
    }
}

void coverage_take(struct coverage *coverage, struct str event, const struct actions *actions)
{
    static const struct json_limits limits = { 8 << 20, 1 << 20, JSON_DEPTH_MAX };
    arena_reset(coverage->arena);
    for (size_t i = 0; i < actions->count; i++) {
        const struct action *action = &actions->items[i];
        size_t at;
        if (action->output != OUTPUT_DECISIONS)
            continue;
        const cJSON *record = json_parse(action->value, &limits, coverage->arena, NULL, &at, NULL);
        const cJSON *path = json_get(record, STR("route"));
        if (path && path->child)
            reach_routes(coverage, coverage->config->root, path->child, 0);
        reach_named(coverage, record);
        reach_signals(coverage, json_get(record, STR("signals")));
        if (str_is(json_string(json_get(record, STR("kind"))), "decision"))
            reach_informs(coverage, event, record);
    }
}

static void print_place(const struct yaml_place *place, const char *kind, struct str name)
{
    printf("  %.*s:%d:%d: %s '%.*s'\n", STR_ARG(place->file), place->line, place->column, kind,
           STR_ARG(name));
}

static void print_routes(const struct coverage *coverage, const struct config_route *route,
                         size_t *number)
{
    if (!coverage->reached[ROUTES][(*number)++])
        print_place(&route->place, "route", route->name);
    for (size_t i = 0; i < route->child_count; i++)
        print_routes(coverage, &route->children[i], number);
}

static void print_lists(const struct coverage *coverage)
{
    const struct config *config = coverage->config;
    size_t number = 0, count;
    const struct str *categories = lexicon_categories(config->lexicon, &count);
    print_routes(coverage, config->root, &number);
    for (size_t i = 0; i < config->screen_count; i++) {
        if (!coverage->reached[SCREENS][i])
            print_place(&config->screens[i].place, "screening", config->screens[i].name);
    }
    for (size_t i = 0; i < config->inform_count; i++) {
        if (!coverage->reached[INFORMS][i])
            print_place(&config->informs[i].place, "inform", config->informs[i].match_text);
    }
    for (size_t i = 0; i < config->sla_count; i++) {
        if (!coverage->reached[SLAS][i])
            print_place(&config->slas[i].place, "SLA", config->slas[i].name);
    }
    for (size_t i = 0; i < config->escalation_count; i++) {
        if (!coverage->reached[ESCALATIONS][i])
            print_place(&config->escalations[i].place, "escalation to the ladder",
                        config->ladders[config->escalations[i].ladder].name);
    }
    for (size_t i = 0; i < count; i++) {
        if (!coverage->reached[SIGNALS][i])
            printf("  the lexicons: signal 'text.%.*s'\n", STR_ARG(categories[i]));
    }
}

void coverage_print(const struct coverage *coverage)
{
    static const char *const titles[] = { "routes", "screenings",  "informs",
                                          "SLAs",   "escalations", "text signals" };
    size_t missing = 0;
    printf("\nReached by the cases:");
    for (int kind = 0; kind < KINDS; kind++) {
        size_t reached = 0;
        for (size_t i = 0; i < coverage->counts[kind]; i++)
            reached += coverage->reached[kind][i];
        missing += coverage->counts[kind] - reached;
        printf("%s %zu of %zu %s", kind ? "," : "", reached, coverage->counts[kind], titles[kind]);
    }
    printf("\n");
    if (missing > 0)
        printf("Reached by no case:\n");
    print_lists(coverage);
}
