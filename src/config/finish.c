/* What rows alone cannot tell: defaults that depend on others, order, names, inheritance. */
#include <string.h>

#include "config/address.h"
#include "loader.h"

static void finish_topics(struct loader *loader)
{
    struct config_topics *topics = &loader->config->topics;
    const struct {
        struct str *topic;
        const char *name;
    } rows[] = {
        { &topics->home, "events" },
        { &topics->customers, "customers" },
        { &topics->silences, "silences" },
        { &topics->promises, "promises" },
        { &topics->decisions, "decisions" },
        { &topics->deadletter, "deadletter" },
        { &topics->state, "state" },
        { &topics->notices, "notices" },
        { &topics->groups, "groups" },
        { &topics->config, "config" },
        { &topics->versions, "versions" },
        { &topics->department_prefix, "dept." },
        { &topics->escalation_prefix, "escalations." },
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (!str_present(*rows[i].topic))
            *rows[i].topic =
                arena_printf(loader->arena, "%.*s.%s", STR_ARG(topics->prefix), rows[i].name);
    }
}

/* Where a list's item stands; the whole configuration where a default made it. */
static struct yaml_place item_place(const struct loader *loader, const char *key, size_t index)
{
    const struct yaml *list = yaml_get(loader->root, key);
    if (!list)
        return loader->root->place;
    return index < list->count ? list->items[index]->place : list->place;
}

static void finish_sources(struct loader *loader)
{
    struct config *config = loader->config;
    const struct yaml *home = yaml_get(yaml_get(loader->root, "topics"), "home");

    if (config->source_count == 0) {
        config->sources = arena_alloc(loader->arena, sizeof(*config->sources));
        config->source_count = 1;
        config->sources[0].topic = config->topics.home;
        config->sources[0].format = STR("ombud");
    }
    config->sources[0].home = true;
    if (home && str_present(config->sources[0].topic) &&
        !str_equal(config->sources[0].topic, config->topics.home))
        loader_fail(loader, home->place,
                    "the home topic is the first source: '%.*s' here, '%.*s' there",
                    STR_ARG(config->topics.home), STR_ARG(config->sources[0].topic));
    config->topics.home = config->sources[0].topic;
    for (size_t i = 0; i < config->source_count; i++) {
        struct config_source *source = &config->sources[i];
        for (size_t k = 0; k < i; k++) {
            if (str_present(source->topic) && str_equal(source->topic, config->sources[k].topic))
                loader_fail(loader, item_place(loader, "sources", i),
                            "the source '%.*s' is named twice", STR_ARG(source->topic));
        }
    }
}

static void finish_levels(struct loader *loader)
{
    struct config *config = loader->config;
    for (size_t i = 0; i < config->level_count; i++)
        config->levels[i].topic =
            arena_printf(loader->arena, "%.*s%.*s", STR_ARG(config->topics.escalation_prefix),
                         STR_ARG(config->levels[i].name));
}

/* Events name departments by slug, name or alias, so no two may share one. */
static void check_names(struct loader *loader, size_t index)
{
    const struct config *config = loader->config;
    const struct config_department *department = &config->departments[index];
    const struct config one = { .departments = config->departments, .department_count = index };
    struct str names[3] = { department->slug, department->name.zh, department->name.en };

    for (size_t i = 0; i < 3 + department->alias_count; i++) {
        struct str name = i < 3 ? names[i] : department->aliases[i - 3];
        int other = config_department(&one, name);
        if (other >= 0) {
            loader_fail(loader, department->place,
                        "'%.*s' is called '%.*s', and so is '%.*s'; events could mean either",
                        STR_ARG(department->slug), STR_ARG(name),
                        STR_ARG(config->departments[other].slug));
            return;
        }
    }
}

/* Where what is too much goes: a department may be named before it is described. */
static void finish_overflow(struct loader *loader, struct config_department *department)
{
    const struct config *config = loader->config;
    struct str name = department->overflow_name;
    department->overflow = -1;
    if (!str_present(name))
        return;
    for (size_t i = 0; i < config->department_count; i++) {
        if (str_equal(config->departments[i].slug, name))
            department->overflow = (int)i;
    }
    if (department->overflow < 0)
        loader_fail(loader, department->place, "'%.*s' overflows to '%.*s', which is no department",
                    STR_ARG(department->slug), STR_ARG(utf8_prefix(name, 64)));
    else if (&config->departments[department->overflow] == department)
        loader_fail(loader, department->place, "'%.*s' overflows to itself",
                    STR_ARG(department->slug));
    else if (department->capacity == 0)
        loader_fail(loader, department->place,
                    "'%.*s' overflows to '%.*s', but no 'capacity' says when it is full",
                    STR_ARG(department->slug), STR_ARG(name));
}

static void finish_departments(struct loader *loader)
{
    struct config *config = loader->config;
    for (size_t i = 0; i < config->department_count; i++) {
        struct config_department *department = &config->departments[i];
        struct setting people = { .key = "people",
                                  .type = SETTING_PEOPLE,
                                  .offset = offsetof(struct config_department, people),
                                  .extra = offsetof(struct config_department, people_counts) };
        struct yaml nobody = { .kind = YAML_MAP };

        finish_overflow(loader, department);
        department->topic =
            arena_printf(loader->arena, "%.*s%.*s", STR_ARG(config->topics.department_prefix),
                         STR_ARG(department->slug));
        if (!str_present(department->name.zh))
            department->name.zh = department->name.en = department->slug;
        if (!department->people)
            loader_read_list(loader, &people, &nobody, (char *)department);
        check_names(loader, i);
    }
    if (config->department_count == 0 && yaml_get(loader->root, "departments"))
        loader_fail(loader, yaml_get(loader->root, "departments")->place,
                    "'departments' must name at least one department");
}

static void finish_route(struct loader *loader, struct config_route *route, int inherited)
{
    const struct config *config = loader->config;
    if (route->department < 0)
        route->department = inherited;
    if (!str_present(route->name) && route->department >= 0)
        route->name = config->departments[route->department].slug;
    for (size_t i = 0; i < route->child_count; i++) {
        struct config_route *child = &route->children[i];
        if (!str_present(child->match_text) && !loader->failed)
            loader_fail(loader, child->place, "a route below the root needs 'match'");
        finish_route(loader, child, route->department);
    }
}

static void finish_root(struct loader *loader)
{
    struct config_route *root = loader->config->root;
    const struct yaml *node = yaml_get(loader->root, "route");

    if (!root)
        return;
    if (yaml_get(node, "match"))
        loader_fail(loader, yaml_get(node, "match")->place,
                    "the root route takes everything that no other route takes: it has no 'match'");
    const struct yaml *department = yaml_get(node, "department");
    if (!department || department->kind == YAML_NULL)
        loader_fail(loader, root->place,
                    "the root route needs 'department': who answers what no other route takes");
    finish_route(loader, root, -1);
}

static void finish_screens(struct loader *loader)
{
    struct config *config = loader->config;
    for (size_t i = 0; i < config->screen_count; i++) {
        if (!str_present(config->screens[i].name))
            config->screens[i].name = config->screens[i].label;
    }
}

/* Whether an item of the list has the key: to say "none" is not to say nothing. */
static bool says(const struct loader *loader, const char *list_key, size_t index, const char *key)
{
    const struct yaml *list = yaml_get(loader->root, list_key);
    return list && index < list->count && yaml_get(list->items[index], key);
}

/* Of what it promises, inherited or not. */
static void finish_targets(struct config_sla *sla)
{
    for (int band = 0; band < BAND_COUNT; band++) {
        for (size_t kind = 0; kind < clock_kind_count; kind++) {
            struct target *target = &sla->target[kind][band];
            bool days = target->unit > TARGET_TIME;
            target->today_counts = days && sla->today_counts;
            target->working_end = days && target->unit != TARGET_WORKING_DAYS && sla->working_end;
        }
    }
}

static void finish_slas(struct loader *loader)
{
    struct config *config = loader->config;
    struct config_sla *last = config->sla_count ? &config->slas[config->sla_count - 1] : NULL;

    for (size_t i = 0; i < config->sla_count; i++) {
        struct config_sla *sla = &config->slas[i];
        for (size_t k = 0; k < i; k++) {
            if (str_present(sla->name) && str_equal(sla->name, config->slas[k].name))
                loader_fail(loader, sla->place, "the SLA '%.*s' is named twice",
                            STR_ARG(sla->name));
        }
        if (sla != last && !str_present(sla->match_text))
            loader_fail(loader, sla->place,
                        "only the last SLA may be without 'match': none after this one is reached");
        if (sla == last && sla->matcher)
            loader_fail(loader, sla->place,
                        "the last SLA is for all the others: it must have no 'match'");
        for (int band = 0; band < BAND_COUNT; band++) {
            if (!sla->calendar[band])
                sla->calendar[band] = last->calendar[band];
            for (size_t kind = 0; kind < clock_kind_count; kind++) {
                if (!target_given(&sla->target[kind][band]))
                    sla->target[kind][band] = last->target[kind][band];
            }
        }
        if (!says(loader, "slas", i, "first_day"))
            sla->today_counts = last->today_counts;
        if (!says(loader, "slas", i, "on_day_off"))
            sla->working_end = last->working_end;
        finish_targets(sla);
        if (sla->warn.count == 0)
            sla->warn = last->warn;
        if (!says(loader, "slas", i, "pause"))
            sla->pause = last->pause;
        if (!says(loader, "slas", i, "max_extensions"))
            sla->max_extensions = last->max_extensions;
        if (!says(loader, "slas", i, "since"))
            sla->since_customer = last->since_customer;
        loader_check_clocks(loader, sla->clocks, sla->clock_count);
    }
    for (size_t i = 0; i < config->sla_count; i++) {
        struct config_sla *sla = &config->slas[i];
        if (!says(loader, "slas", i, "clocks")) {
            sla->clocks = last->clocks;
            sla->clock_count = last->clock_count;
        }
        loader_finish_clocks(loader, sla);
    }
}

static struct str agreement_name(struct loader *loader, const struct config_agreement *agreement)
{
    const struct config_department *departments = loader->config->departments;
    struct str to = departments[agreement->to].slug;
    if (agreement->from < 0)
        return arena_printf(loader->arena, "to %.*s", STR_ARG(to));
    return arena_printf(loader->arena, "%.*s to %.*s", STR_ARG(departments[agreement->from].slug),
                        STR_ARG(to));
}

static void check_agreement(struct loader *loader, size_t index)
{
    const struct config_agreement *all = loader->config->agreements;
    const struct config_agreement *agreement = &all[index];
    if (agreement->from == agreement->to)
        loader_fail(loader, agreement->place,
                    "this agreement never holds: no department hands a ticket on to itself");
    for (size_t k = 0; k < index; k++) {
        if (str_equal(all[k].terms.name, agreement->terms.name))
            loader_fail(loader, agreement->place,
                        "the agreement '%.*s' is made twice; the first stands in line %d",
                        STR_ARG(agreement->terms.name), all[k].place.line);
    }
}

/* One of a pair says what is different from the one that names who is given the ticket alone. */
static void inherit(struct config_sla *terms, const struct config_sla *general)
{
    for (int band = 0; band < BAND_COUNT; band++) {
        for (size_t kind = 0; kind < clock_kind_count; kind++) {
            if (!target_given(&terms->target[kind][band]))
                terms->target[kind][band] = general->target[kind][band];
        }
    }
    if (!terms->pause)
        terms->pause = general->pause;
    if (terms->warn.count == 0)
        terms->warn = general->warn;
}

static void finish_agreements(struct loader *loader)
{
    struct config *config = loader->config;
    for (size_t i = 0; i < config->agreement_count; i++) {
        struct config_agreement *agreement = &config->agreements[i];
        bool unknown = agreement->from < 0 && says(loader, "agreements", i, "from");
        if (agreement->to < 0 || unknown)
            continue; /* which was said */
        agreement->terms.name = agreement_name(loader, agreement);
        agreement->terms.max_extensions = 1; /* as good as not said */
        for (int band = 0; band < BAND_COUNT; band++)
            agreement->terms.calendar[band] = config->departments[agreement->to].calendar;
        check_agreement(loader, i);
        for (size_t k = 0; k < config->agreement_count; k++) {
            if (agreement->from >= 0 && config->agreements[k].from < 0 &&
                config->agreements[k].to == agreement->to)
                inherit(&agreement->terms, &config->agreements[k].terms);
        }
    }
}

static void finish_ladders(struct loader *loader)
{
    struct config *config = loader->config;
    for (size_t i = 0; i < config->ladder_count; i++) {
        const struct config_ladder *ladder = &config->ladders[i];
        if (ladder->step_count == 0 || ladder->step_count > 32)
            loader_fail(loader, ladder->place, "the ladder '%.*s' needs 1 to 32 steps",
                        STR_ARG(ladder->name));
        for (size_t k = 1; k < ladder->step_count; k++) {
            if (ladder->steps[k].after < ladder->steps[k - 1].after)
                loader_fail(loader, ladder->place,
                            "step %zu of the ladder '%.*s' comes before step %zu; put the earliest "
                            "first",
                            k + 1, STR_ARG(ladder->name), k);
        }
        for (size_t k = 0; k < ladder->step_count; k++) {
            if ((ladder->steps[k].repeat > 0) != (ladder->steps[k].limit > 0))
                loader_fail(loader, ladder->place,
                            "step %zu of the ladder '%.*s': 'repeat' and 'limit' belong together",
                            k + 1, STR_ARG(ladder->name));
        }
    }
}

static void finish_inhibits(struct loader *loader)
{
    struct config *config = loader->config;
    for (size_t i = 0; i < config->inhibit_count; i++) {
        struct config_inhibit *rule = &config->inhibits[i];
        if (!str_present(rule->name))
            rule->name = arena_printf(loader->arena, "inhibition %zu", i + 1);
        for (size_t k = 0; k < i; k++) {
            if (str_equal(rule->name, config->inhibits[k].name))
                loader_fail(loader, rule->place, "the inhibition '%.*s' is named twice",
                            STR_ARG(rule->name));
        }
    }
}

static void check_http(struct loader *loader)
{
    const struct yaml *node = yaml_get(loader->root, "http");
    struct address address;
    struct error err;
    if (node && str_present(loader->config->http) && loader->config->http.size > 0 &&
        !address_split(loader->config->http, &address, &err))
        loader_fail(loader, node->place, "%s", err.text);
}

/* Empty: there is none. */
static void check_control(struct loader *loader)
{
    const struct yaml *node = yaml_get(loader->root, "control");
    struct str path = loader->config->control;
    if (node && !str_empty(path) &&
        (path.data[0] != '/' || path.size > CONFIG_SOCKET_PATH_MAX ||
         memchr(path.data, '\0', path.size)))
        loader_fail(loader, node->place,
                    "'%.*s' is no absolute path of at most %d bytes, which is what a socket needs",
                    STR_ARG(path), CONFIG_SOCKET_PATH_MAX);
}

void loader_finish(struct loader *loader)
{
    check_http(loader);
    check_control(loader);
    finish_topics(loader);
    finish_sources(loader);
    finish_levels(loader);
    loader_read_regulations(loader);
    loader_finish_calendars(loader);
    finish_departments(loader);
    finish_root(loader);
    finish_screens(loader);
    finish_slas(loader);
    loader_finish_regulations(loader);
    finish_agreements(loader);
    finish_ladders(loader);
    finish_inhibits(loader);
}
