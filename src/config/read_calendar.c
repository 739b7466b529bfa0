/* Calendars: YAML in, by `calendars:` or from files, struct calendar out.
 *
 * A calendar is made when it is first asked for, as a base or by a department or an SLA, so that
 * they may stand in any order. */
#include <string.h>

#include "loader.h"
#include "rows.h"

static void add_calendar(struct loader *loader, struct str name, const struct yaml *node,
                         struct yaml_place place)
{
    struct config *config = loader->config;
    size_t count = config->calendar_count;
    struct config_calendar *all = arena_alloc(loader->arena, (count + 1) * sizeof(*all));
    if (count)
        memcpy(all, config->calendars, count * sizeof(*all));
    size_t known = loader->finding_count;
    loader_read(loader, &calendar_settings, node, place, &all[count]);
    all[count].name = arena_copy(loader->arena, name);
    for (; known < loader->finding_count; known++) { /* what is wrong is said: it is not made */
        if (loader->findings[known].fatal)
            all[count].state = CALENDAR_DONE;
    }
    config->calendars = all;
    config->calendar_count = count + 1;
}

/* False: there is no such file, or it cannot be read. */
static bool add_calendar_file(struct loader *loader, struct str name, struct str path,
                              struct error *err)
{
    struct yaml *root;
    if (!loader_tree(loader, path, &root, err))
        return false;
    if (root)
        add_calendar(loader, name, root, root->place);
    return true;
}

void loader_read_calendars(struct loader *loader, const struct setting *row,
                           const struct yaml *node)
{
    if (!loader_wants(loader, row, node, YAML_MAP))
        return;
    for (size_t i = 0; i < node->count; i++) {
        const struct yaml *item = node->items[i];
        struct str name = STR_NONE;
        struct error err;
        loader_read_value(loader, &row->inner->rows[0], node->keys[i], (char *)&name);
        if (!str_present(name))
            continue;
        if (str_is(name, "always"))
            loader_fail(loader, node->keys[i]->place, "'always' is there already");
        else if (item->kind != YAML_TEXT)
            add_calendar(loader, name, item, node->keys[i]->place);
        else if (!add_calendar_file(loader, name, loader_path(loader, item->place.file, item->text),
                                    &err))
            loader_fail(loader, item->place, "%s", err.text);
    }
}

/* Making */

static struct config_calendar *find(struct loader *loader, struct str name)
{
    return (struct config_calendar *)config_calendar(loader->config, name);
}

static struct calendar *make(struct loader *loader, struct config_calendar *mine);

/* A name that can be a file's. */
static bool is_plain(struct str name)
{
    return name.size > 0 && name.size < 64 && !memchr(name.data, '/', name.size) &&
           !memchr(name.data, '.', name.size);
}

/* The one of that name, from the folder beside the configuration if need be; NULL after saying that
 * there is none, and for one that is not made because something else is wrong with it. */
static const struct calendar *calendar_named(struct loader *loader, struct str name,
                                             struct yaml_place place)
{
    struct config *config = loader->config;
    struct str file =
        arena_printf(loader->scratch, "calendars/%.*s.yaml", STR_ARG(utf8_prefix(name, 64)));
    if (str_is(name, "always")) {
        if (!config->always && str_present(config->zone))
            config->always = calendar_always(config->zone, NULL);
        return config->always;
    }
    if (!find(loader, name) && is_plain(name))
        add_calendar_file(loader, name, loader_path(loader, loader->path, file), NULL);
    struct config_calendar *found = find(loader, name);
    if (found)
        return make(loader, found);
    struct str *names = arena_alloc(loader->scratch, (config->calendar_count + 1) * sizeof(*names));
    for (size_t i = 0; i < config->calendar_count; i++)
        names[i] = config->calendars[i].name;
    names[config->calendar_count] = STR("always");
    struct str nor =
        arena_printf(loader->scratch, ": neither in 'calendars' nor a file %.*s", STR_ARG(file));
    loader_fail(loader, place, "unknown calendar '%.*s'%s%s", STR_ARG(utf8_prefix(name, 64)),
                loader_guess(loader, name, names, config->calendar_count + 1),
                is_plain(name) ? nor.data : "");
    return NULL;
}

/* The hours of a make-up day. */
static struct hours workday_hours(const struct calendar_terms *terms)
{
    int day = MONDAY;
    while (day < SUNDAY && terms->week[day].count == 0)
        day++;
    return terms->week[day];
}

static size_t count_dates(const struct config_calendar *mine, const struct calendar *base)
{
    size_t count = 0;
    if (base)
        calendar_dates(base, &count);
    for (size_t i = 0; i < mine->date_count; i++)
        count += (size_t)(mine->dates[i].last - mine->dates[i].first) + 1;
    return count;
}

static bool names_date(const struct config_calendar *mine, int64_t date)
{
    for (size_t i = 0; i < mine->date_count; i++) {
        if (date >= mine->dates[i].first && date <= mine->dates[i].last)
            return true;
    }
    return false;
}

/* Its own dates, and those of the base that it does not name. */
static void add_dates(struct loader *loader, const struct config_calendar *mine,
                      const struct calendar *base, struct calendar_terms *terms)
{
    struct dated_hours *dates =
        arena_alloc(loader->scratch, (count_dates(mine, base) + 1) * sizeof(*dates));
    size_t count = 0, inherited_count = 0;
    const struct dated_hours *inherited = base ? calendar_dates(base, &inherited_count) : NULL;
    for (size_t i = 0; i < inherited_count; i++) {
        if (!names_date(mine, inherited[i].date))
            dates[count++] = inherited[i];
    }
    for (size_t i = 0; i < mine->date_count; i++) {
        const struct config_dates *entry = &mine->dates[i];
        struct hours hours = entry->kind == DATES_HOURS     ? entry->hours
                             : entry->kind == DATES_WORKDAY ? workday_hours(terms)
                                                            : terms->week[entry->weekday];
        for (int64_t date = entry->first; date <= entry->last; date++)
            dates[count++] = (struct dated_hours){ date, hours };
    }
    terms->dates = dates;
    terms->date_count = count;
}

static struct calendar *make_of(struct loader *loader, const struct config_calendar *mine,
                                const struct calendar *base)
{
    struct calendar_terms terms = { .name = mine->name, .valid_until = mine->valid_until };
    struct error err;
    terms.zone = str_present(mine->zone) ? mine->zone
                 : base                  ? calendar_zone(base)
                                         : loader->config->zone;
    for (int day = MONDAY; day < WEEKDAY_COUNT; day++) {
        if (mine->week)
            terms.week[day] = mine->week[day];
        else if (base)
            terms.week[day] = calendar_weekday_hours(base, (enum weekday)day);
    }
    if (!mine->valid_until)
        terms.valid_until = base ? calendar_valid_until(base) : INT64_MAX;
    add_dates(loader, mine, base, &terms);
    struct calendar *calendar = calendar_new(&terms, &err);
    if (!calendar)
        loader_fail(loader, mine->place, "the calendar '%.*s': %s", STR_ARG(mine->name), err.text);
    return calendar;
}

static struct calendar *make(struct loader *loader, struct config_calendar *mine)
{
    const struct calendar *base = NULL;
    struct str name = mine->name; /* the list may move while the base is looked for */
    if (mine->state == CALENDAR_AT_WORK)
        loader_fail(loader, mine->place, "the calendar '%.*s' is its own base", STR_ARG(name));
    if (mine->state != CALENDAR_READ)
        return mine->calendar;
    mine->state = CALENDAR_AT_WORK;
    bool has_base = str_present(mine->base);
    if (has_base)
        base = calendar_named(loader, mine->base, mine->place);
    mine = find(loader, name);
    if (base || !has_base)
        mine->calendar = make_of(loader, mine, base);
    mine->state = CALENDAR_DONE;
    return mine->calendar;
}

void loader_finish_calendars(struct loader *loader)
{
    struct config *config = loader->config;
    const struct calendar *always = calendar_named(loader, STR("always"), loader->root->place);
    if (str_present(loader->calendar))
        calendar_named(loader, loader->calendar, (struct yaml_place){ .file = loader->path });
    for (size_t i = 0; i < config->calendar_count; i++)
        make(loader, &config->calendars[i]);
    for (size_t i = 0; i < config->department_count; i++) {
        if (!config->departments[i].calendar)
            config->departments[i].calendar = always;
    }
    struct config_sla *last = config->sla_count ? &config->slas[config->sla_count - 1] : NULL;
    for (int band = 0; last && band < BAND_COUNT; band++) {
        if (!last->calendar[band])
            last->calendar[band] = always;
    }
}

/* Naming */

void loader_read_calendar(struct loader *loader, const struct yaml *node,
                          const struct calendar **out)
{
    *out = calendar_named(loader, node->text, node->place);
}

void loader_read_band_calendars(struct loader *loader, const struct setting *row,
                                const struct yaml *node, const struct calendar **out)
{
    const struct calendar *rest = NULL;
    if (node->kind == YAML_TEXT)
        loader_read_calendar(loader, node, &rest);
    else if (!loader_wants(loader, row, node, YAML_MAP))
        return;
    const struct yaml *fallback = yaml_get(node, "default");
    if (fallback && loader_wants(loader, row, fallback, YAML_TEXT))
        loader_read_calendar(loader, fallback, &rest);
    for (int band = 0; band < BAND_COUNT; band++)
        out[band] = rest;
    for (size_t i = 0; node->kind == YAML_MAP && i < node->count; i++) {
        int band = -1;
        if (loader_read_band_key(loader, row, node->keys[i], true, &band) && band >= 0 &&
            loader_wants(loader, row, node->items[i], YAML_TEXT))
            loader_read_calendar(loader, node->items[i], &out[band]);
    }
}
