/* What is allowed but senseless: a person should look at it. Only the names that matchers use and
 * nothing defines are errors, because a rule on a misspelt signal is a rule that never fires. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "lint_gaps.h"
#include "loader.h"
#include "text/lexicon.h"

enum { DEPTH_MAX = 64 }; /* of YAML, so of routes */

/* What holds for every ticket that comes to a route: the matchers from the root down. */
struct known {
    const struct matcher *items[DEPTH_MAX + 2];
    size_t count;
};

static void lint_siblings(struct loader *loader, const struct config_route *parent,
                          struct known *known)
{
    for (size_t i = 0; i < parent->child_count; i++) {
        const struct config_route *child = &parent->children[i];
        known->items[known->count] = child->matcher;
        for (size_t k = 0; k < i; k++) {
            const struct config_route *before = &parent->children[k];
            if (!matcher_implies(known->items, known->count + 1, before->matcher))
                continue;
            loader_note(
                loader, child->place,
                "this route is never reached: '%.*s' in line %d takes everything it matches",
                STR_ARG(utf8_prefix(before->match_text, 80)), before->place.line);
            break;
        }
    }
}

static void lint_route(struct loader *loader, const struct config_route *route, struct known *known)
{
    lint_siblings(loader, route, known);
    for (size_t i = 0; i < route->child_count; i++) {
        const struct config_route *child = &route->children[i];
        struct str slug = loader->config->departments[child->department].slug;
        /* Before other routes, such a child keeps tickets away from them: that is something. */
        if (i + 1 == route->child_count && child->department == route->department &&
            child->inform_count == 0 && child->child_count == 0 && str_equal(child->name, slug))
            loader_note(loader, child->place,
                        "this route adds nothing: '%.*s' is responsible without it", STR_ARG(slug));
        known->items[known->count++] = child->matcher;
        lint_route(loader, child, known);
        known->count--;
    }
}

static bool shadows(const struct matcher *before, const struct matcher *after)
{
    return matcher_implies(&after, 1, before);
}

static void lint_screens(struct loader *loader)
{
    const struct config *config = loader->config;
    for (size_t i = 0; i < config->screen_count; i++) {
        for (size_t k = 0; k < i; k++) {
            if (!shadows(config->screens[k].matcher, config->screens[i].matcher))
                continue;
            loader_note(loader, config->screens[i].place,
                        "this screening rule is never reached: '%.*s' in line %d takes everything "
                        "it matches",
                        STR_ARG(config->screens[k].name), config->screens[k].place.line);
            break;
        }
    }
}

static void lint_slas(struct loader *loader)
{
    const struct config *config = loader->config;
    for (size_t i = 0; i < config->sla_count; i++) {
        const struct config_sla *sla = &config->slas[i];
        bool promises = false;
        for (int band = 0; band < BAND_COUNT; band++) {
            for (size_t kind = 0; kind < clock_kind_count; kind++)
                promises |= target_given(&sla->target[kind][band]);
        }
        promises |= sla->clock_count > 0;
        if (!promises)
            loader_note(loader, sla->place,
                        "the SLA '%.*s' promises nothing: its clocks can never start",
                        STR_ARG(sla->name));
        for (size_t k = 0; k < i && i + 1 < config->sla_count; k++) {
            if (shadows(config->slas[k].matcher, sla->matcher))
                loader_note(loader, sla->place,
                            "the SLA '%.*s' is never reached: '%.*s' in line %d takes everything "
                            "it matches",
                            STR_ARG(sla->name), STR_ARG(config->slas[k].name),
                            config->slas[k].place.line);
        }
    }
}

static void mark_route(const struct config_route *route, bool *reached)
{
    reached[route->department] = true;
    for (size_t i = 0; i < route->inform_count; i++)
        reached[route->inform[i]] = true;
    for (size_t i = 0; i < route->child_count; i++)
        mark_route(&route->children[i], reached);
}

static void lint_departments(struct loader *loader)
{
    const struct config *config = loader->config;
    bool *reached = mem_array(config->department_count, sizeof(*reached));

    mark_route(config->root, reached);
    for (size_t i = 0; i < config->screen_count; i++) {
        if (config->screens[i].department >= 0)
            reached[config->screens[i].department] = true;
    }
    for (size_t i = 0; config->learned.fallback && i < config->learned.route_count; i++)
        reached[config->learned.routes[i].department] = true;
    for (size_t i = 0; i < config->inform_count; i++) {
        for (size_t k = 0; k < config->informs[i].department_count; k++)
            reached[config->informs[i].departments[k]] = true;
    }
    for (size_t i = 0; i < config->department_count; i++) {
        if (!reached[i])
            loader_note(loader, config->departments[i].place,
                        "nothing leads to the department '%.*s': no route, screening or inform "
                        "rule names it",
                        STR_ARG(config->departments[i].slug));
    }
    free(reached);
}

bool loader_promises(const struct config_agreement *agreement, enum clock_kind kind)
{
    for (int band = 0; band < BAND_COUNT; band++) {
        if (target_given(&agreement->terms.target[kind][band]))
            return true;
    }
    return false;
}

static void lint_agreements(struct loader *loader)
{
    const struct config *config = loader->config;
    for (size_t i = 0; i < config->agreement_count; i++) {
        const struct config_agreement *agreement = &config->agreements[i];
        if (!loader_promises(agreement, CLOCK_ACCEPT) && !loader_promises(agreement, CLOCK_HOLD))
            loader_note(loader, agreement->place,
                        "the agreement '%.*s' says neither 'accept' nor 'hold'",
                        STR_ARG(agreement->terms.name));
    }
}

static void lint_points(struct loader *loader, const char *key,
                        const struct config_points_list *list, enum score_family family)
{
    int cap = loader->config->score.caps[family];
    for (size_t i = 0; i < list->count; i++) {
        if (list->items[i].points > cap && list->items[i].place.line > 0)
            loader_note(loader, list->items[i].place,
                        "%s '%.*s' gives %d points, but the cap of the family '%s' is %d", key,
                        STR_ARG(list->items[i].name), list->items[i].points,
                        score_family_name(family), cap);
    }
}

static int band_of(const struct config_score *score, int points)
{
    int band = 0;
    while (band < BAND_COUNT - 1 && points < score->bands[band])
        band++;
    return band;
}

/* Floors say "at least this urgent": one inside a band lifts into no other. */
static void lint_floors(struct loader *loader)
{
    const struct config_score *score = &loader->config->score;
    int seen[101] = { 0 };

    for (size_t i = 0; i < loader->floor_count; i++) {
        const struct loader_floor *floor = &loader->floors[i];
        int band = band_of(score, floor->points);
        if (floor->points == 0 || floor->points == score->bands[band] || seen[floor->points]++)
            continue;
        if (band == 0)
            loader_note(loader, floor->place, "the floor %d is above where P1 begins (%d)",
                        floor->points, score->bands[0]);
        else
            loader_note(loader, floor->place, "the floor %d lifts to %s only: %s begins at %d",
                        floor->points, band_name(band), band_name(band - 1),
                        score->bands[band - 1]);
    }
}

static void lint_score(struct loader *loader)
{
    const struct config_score *score = &loader->config->score;

    lint_points(loader, "the need", &score->needs, FAMILY_NEED);
    lint_points(loader, "the tier", &score->tiers, FAMILY_CUSTOMER);
    lint_points(loader, "the lifecycle", &score->lifecycles, FAMILY_CUSTOMER);
    lint_points(loader, "the channel", &score->channels, FAMILY_STATED);
    for (size_t i = 0; i < loader->category_count; i++) {
        const struct loader_category *category = &loader->categories[i];
        if (category->points > score->caps[FAMILY_TEXT])
            loader_note(loader, category->place,
                        "phrases of '%.*s' give up to %d points, but the cap of the family 'text' "
                        "is %d",
                        STR_ARG(category->name), category->points, score->caps[FAMILY_TEXT]);
    }
    lint_floors(loader);
}

/* Every name of a kind that matchers compare with, against what is defined. */
static void check_uses(struct loader *loader, const char *field, const char *noun,
                       const struct str *names, size_t count, bool fatal)
{
    for (size_t i = 0; i < loader->use_count; i++) {
        const struct loader_use *use = &loader->uses[i];
        bool known =
            use->kind == MATCHER_PATTERN || !str_is(use->field, field) || !str_present(use->value);
        for (size_t k = 0; k < count; k++)
            known |= str_equal(use->value, names[k]);
        if (known)
            continue;
        (fatal ? loader_fail : loader_note)(loader, use->place, "unknown %s '%.*s'%s", noun,
                                            STR_ARG(utf8_prefix(use->value, 64)),
                                            loader_guess(loader, use->value, names, count));
    }
}

struct str *loader_plain_signals(struct loader *loader, size_t *count)
{
    static const char *const others[] = {
        "customer.tier",    "customer.value",  "customer.lifecycle", "customer.vulnerable",
        "history.contacts", "history.reopens", "history.returns",    "history.ratings",
        "history.overdue",  "origin.urgency",  "stated.priority",    "stated.channel",
    };
    const struct config_points_list *needs = &loader->config->score.needs;
    size_t other_count = sizeof(others) / sizeof(others[0]);
    struct str *names = arena_alloc(loader->scratch, (needs->count + other_count) * sizeof(*names));

    *count = 0;
    for (size_t i = 0; i < needs->count; i++)
        names[(*count)++] =
            arena_printf(loader->scratch, "need.%.*s", STR_ARG(needs->items[i].name));
    for (size_t i = 0; i < other_count; i++)
        names[(*count)++] = str_from(others[i]);
    return names;
}

static void check_signals(struct loader *loader)
{
    const struct config_score *score = &loader->config->score;
    size_t category_count = 0, plain_count = 0, count = 0;
    const struct str *categories = lexicon_categories(loader->config->lexicon, &category_count);
    const struct str *plain = loader_plain_signals(loader, &plain_count);
    struct str *names = arena_alloc(
        loader->scratch, (category_count + plain_count + score->pair_count + 1) * sizeof(*names));

    names[count++] = STR("text.unheard");
    for (size_t i = 0; i < category_count; i++)
        names[count++] = arena_printf(loader->scratch, "text.%.*s", STR_ARG(categories[i]));
    for (size_t i = 0; i < plain_count; i++)
        names[count++] = plain[i];
    for (size_t i = 0; i < score->pair_count; i++)
        names[count++] = arena_printf(loader->scratch, "pair.%.*s", STR_ARG(score->pairs[i].slug));
    /* Without any lexicon every text signal is unknown: then it is a remark about all of them. */
    check_uses(loader, "signal", "signal", names, count, category_count > 0);
}

/* What asks the model needs one, and a department that it never chooses is never met. */
static void check_learned(struct loader *loader)
{
    const struct config *config = loader->config;
    const struct config_learned *learned = &config->learned;
    struct str *names =
        arena_alloc(loader->scratch, (config->department_count + 1) * sizeof(*names));

    for (size_t i = 0; i < config->department_count; i++)
        names[i] = config->departments[i].slug;
    check_uses(loader, "learned", "department", names, config->department_count, true);
    for (size_t i = 0; i < loader->use_count; i++) {
        const struct loader_use *use = &loader->uses[i];
        bool known = false;
        if (!str_is(use->field, "learned") && !str_is(use->field, "margin"))
            continue;
        if (!learned->model) {
            loader_fail(loader, use->place, "'%.*s' asks a model, and 'learned.model' names none",
                        STR_ARG(use->field));
            continue;
        }
        for (size_t k = 0; k < learned->route_count; k++)
            known |= str_equal(config->departments[learned->routes[k].department].slug, use->value);
        if (str_is(use->field, "learned") && str_present(use->value) && !known)
            loader_note(loader, use->place, "the model never chooses '%.*s': it has not learned it",
                        STR_ARG(utf8_prefix(use->value, 64)));
    }
}

/* Names as they are gathered, in the scratch arena. */
struct names {
    struct str *items;
    size_t count;
};

static void add_name(struct loader *loader, struct names *names, struct str name)
{
    struct str *grown = arena_alloc_raw(loader->scratch, (names->count + 1) * sizeof(*grown));
    if (names->count > 0)
        memcpy(grown, names->items, names->count * sizeof(*grown));
    grown[names->count++] = name;
    names->items = grown;
}

static void add_regulation_clocks(struct loader *loader, struct names *names,
                                  const struct config_regulation *regulation)
{
    for (size_t i = 0; i < regulation->version_count; i++) {
        const struct config_sla *terms = &regulation->versions[i].terms;
        for (size_t k = 0; k < terms->clock_count; k++)
            add_name(loader, names,
                     arena_printf(loader->scratch, "%.*s.%.*s", STR_ARG(regulation->name),
                                  STR_ARG(terms->clocks[k].name)));
    }
}

/* Whether an SLA or an agreement says anything of that kind; what agents promise needs neither. */
static bool is_promised(const struct config *config, enum clock_kind kind)
{
    bool promised = kind == CLOCK_PROMISED;
    for (size_t i = 0; i < config->sla_count && !promised; i++)
        promised = targets_given(config->slas[i].target[kind]);
    for (size_t i = 0; i < config->agreement_count && !promised; i++)
        promised = loader_promises(&config->agreements[i], kind);
    return promised;
}

/* A matcher on a clock that nobody promises is one that never matches. */
static void lint_unpromised(struct loader *loader)
{
    for (size_t i = 0; i < loader->use_count; i++) {
        const struct loader_use *use = &loader->uses[i];
        enum clock_kind kind;
        if (use->kind == MATCHER_VALUE && str_is(use->field, "clock") &&
            clock_kind_parse(use->value, &kind) && !is_promised(loader->config, kind))
            loader_note(loader, use->place, "no SLA and no agreement promises '%.*s'",
                        STR_ARG(use->value));
    }
}

/* The clocks that an escalation or a notice can be about. */
static void check_clocks(struct loader *loader)
{
    const struct config *config = loader->config;
    struct names names = { 0 };
    for (int kind = 0; kind < CLOCK_NAMED; kind++)
        add_name(loader, &names, str_from(clock_kind_name((enum clock_kind)kind)));
    for (size_t i = 0; i < config->sla_count; i++) {
        for (size_t k = 0; k < config->slas[i].clock_count; k++)
            add_name(loader, &names, config->slas[i].clocks[k].name);
    }
    for (size_t i = 0; i < config->regulation_count; i++)
        add_regulation_clocks(loader, &names, &config->regulations[i]);
    check_uses(loader, "clock", "clock", names.items, names.count, true);
    lint_unpromised(loader);
}

/* What clocks run by. */
static void check_terms(struct loader *loader)
{
    const struct config *config = loader->config;
    struct names names = { 0 };
    for (size_t i = 0; i < config->sla_count; i++)
        add_name(loader, &names, config->slas[i].name);
    for (size_t i = 0; i < config->agreement_count; i++)
        add_name(loader, &names, config->agreements[i].terms.name);
    for (size_t i = 0; i < config->regulation_count; i++)
        add_name(loader, &names, config->regulations[i].name);
    check_uses(loader, "sla", "SLA, agreement or regulation", names.items, names.count, true);
}

static void check_names(struct loader *loader)
{
    const struct config *config = loader->config;
    struct str *names =
        arena_alloc(loader->scratch, (config->department_count + config->screen_count +
                                      config->level_count + TRIGGER_COUNT) *
                                         sizeof(*names));

    for (size_t i = 0; i < config->department_count; i++)
        names[i] = config->departments[i].slug;
    check_uses(loader, "department", "department", names, config->department_count, true);
    for (size_t i = 0; i < config->screen_count; i++)
        names[i] = config->screens[i].label;
    check_uses(loader, "label", "label", names, config->screen_count, true);
    for (int i = 0; i < TRIGGER_COUNT; i++)
        names[i] = str_from(trigger_name((enum trigger)i));
    check_uses(loader, "trigger", "trigger", names, TRIGGER_COUNT, true);
    for (size_t i = 0; i < config->level_count; i++)
        names[i] = config->levels[i].name;
    check_uses(loader, "level", "level", names, config->level_count, true);
    check_clocks(loader);
    check_terms(loader);
}

/* Categories whose phrases neither add points nor are asked for by any rule. */
static void lint_unused(struct loader *loader)
{
    for (size_t i = 0; i < loader->category_count; i++) {
        const struct loader_category *category = &loader->categories[i];
        bool used = category->points > 0;
        struct str signal = arena_printf(loader->scratch, "text.%.*s", STR_ARG(category->name));
        for (size_t k = 0; k < loader->use_count; k++)
            used |=
                str_is(loader->uses[k].field, "signal") && str_equal(loader->uses[k].value, signal);
        if (!used)
            loader_note(loader, category->place,
                        "the signal '%.*s' is never used: its phrases add no points and no rule "
                        "asks for it",
                        STR_ARG(signal));
    }
}

/* Between “ and ”, ‘ and ’: they came from a word processor and are part of the word now. */
static bool has_curly_quote(struct str value)
{
    return memmem(value.data, value.size, "\xe2\x80\x9c", 3) ||
           memmem(value.data, value.size, "\xe2\x80\x9d", 3) ||
           memmem(value.data, value.size, "\xe2\x80\x98", 3) ||
           memmem(value.data, value.size, "\xe2\x80\x99", 3);
}

/* Written as if == understood patterns. */
static bool looks_like_pattern(struct str value)
{
    static const char *const marks[] = { "|", ".*", ".+", "\\d", "\\b", "(?i)" };
    for (size_t i = 0; i < sizeof(marks) / sizeof(*marks); i++)
        if (memmem(value.data, value.size, marks[i], strlen(marks[i])))
            return true;
    return value.size > 1 && (value.data[0] == '^' || value.data[value.size - 1] == '$' ||
                              value.data[0] == '*' || value.data[value.size - 1] == '*');
}

/* Letters, digits, _ - and what is not ASCII: nothing that only a pattern would say. */
static bool is_bare_word(struct str value)
{
    for (size_t i = 0; i < value.size; i++) {
        unsigned char c = (unsigned char)value.data[i];
        if (c < 0x80 && !(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') &&
            !(c >= '0' && c <= '9') && c != '_' && c != '-')
            return false;
    }
    return value.size > 0;
}

/* Prose is searched for words; names are mostly meant as a whole. */
static bool is_prose(struct str field)
{
    return str_is(field, "subject") || str_is(field, "body");
}

/* What cannot mean what was written, or hardly. */
static void lint_values(struct loader *loader)
{
    for (size_t i = 0; i < loader->use_count; i++) {
        const struct loader_use *use = &loader->uses[i];
        struct str shown = utf8_prefix(use->value, 64);
        if (str_empty(use->value))
            continue;
        if (has_curly_quote(use->value))
            loader_note(loader, use->place,
                        "the curly quotation marks in '%.*s' are part of it: write straight ones "
                        "around it",
                        STR_ARG(shown));
        else if (use->kind == MATCHER_VALUE && looks_like_pattern(use->value))
            loader_note(loader, use->place,
                        "'%.*s' is compared letter by letter: a pattern needs =~, alternatives 'in "
                        "(…)'",
                        STR_ARG(shown));
        else if (use->kind == MATCHER_PATTERN && !is_prose(use->field) && is_bare_word(use->value))
            loader_note(loader, use->place,
                        "%.*s =~ '%.*s' also finds it inside longer words: write == or '^%.*s$' if "
                        "it is meant as a whole",
                        STR_ARG(use->field), STR_ARG(shown), STR_ARG(shown));
    }
}

void loader_lint(struct loader *loader)
{
    struct known known = { .count = 0 };

    check_signals(loader);
    check_names(loader);
    check_learned(loader);
    lint_values(loader);
    lint_route(loader, loader->config->root, &known);
    lint_screens(loader);
    lint_slas(loader);
    loader_lint_regulations(loader);
    lint_departments(loader);
    lint_agreements(loader);
    loader_lint_ladders(loader);
    loader_lint_inhibitions(loader);
    lint_score(loader);
    lint_unused(loader);
    loader_lint_gaps(loader);
}
