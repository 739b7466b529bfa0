#include <stdlib.h>

#include "base/mem.h"
#include "calendar/calendar_text.h"
#include "definition_kind.h"

static size_t count(const struct config *config)
{
    return config->sla_count;
}

/* What an SLA does not promise is not in its text: a kind of clock that comes later changes no
 * definition that does without it. The first kind was always there. */
static void write_targets(struct json_writer *json, enum clock_kind kind,
                          const struct target *targets)
{
    if (kind != CLOCK_RESPONSE && !targets_given(targets))
        return;
    definition_write_targets(json, clock_kind_name(kind), targets);
}

static void write_warning(struct json_writer *json, const struct config_warning *warning)
{
    json_open_object(json);
    JSON_INT(json, "percent", warning->percent);
    JSON_INT(json, "before", warning->before);
    json_close_object(json);
}

/* None and one as releases wrote them that knew no more. */
static void write_warnings(struct json_writer *json, const struct config_warnings *warnings)
{
    static const struct config_warning none;
    JSON_KEY(json, "warn");
    if (warnings->count <= 1) {
        write_warning(json, warnings->count ? &warnings->items[0] : &none);
        return;
    }
    json_open_array(json);
    for (size_t i = 0; i < warnings->count; i++)
        write_warning(json, &warnings->items[i]);
    json_close_array(json);
}

static void write_pause(struct json_writer *json, unsigned pause)
{
    if (!pause)
        return;
    JSON_INT(json, "pause", pause);
}

static void write_since(struct json_writer *json, bool customer)
{
    if (!customer)
        return;
    JSON_TEXT(json, "since", "customer");
}

/* Once was what releases took for granted that had no such setting. */
static void write_extensions(struct json_writer *json, int max_extensions)
{
    if (max_extensions == 1)
        return;
    JSON_INT(json, "max_extensions", max_extensions);
}

/* Days need the zone of `always`, its time does not. */
static bool needs_calendar(const struct config_sla *sla, int band)
{
    bool days = false;
    for (size_t kind = 0; kind < clock_kind_count; kind++)
        days = days || sla->target[kind][band].unit > TARGET_TIME;
    return days || !str_is(calendar_name(sla->calendar[band]), "always");
}

/* Calendars that are to be written, each once. */
struct list {
    const struct calendar **items;
    size_t count;
};

static void add(struct list *list, const struct calendar *calendar)
{
    for (size_t i = 0; i < list->count; i++) {
        if (list->items[i] == calendar)
            return;
    }
    list->items[list->count++] = calendar;
}

static void collect(const struct config_sla *sla, struct list *list)
{
    size_t room = BAND_COUNT * (1 + sla->clock_count);
    *list = (struct list){ mem_array(room, sizeof(struct calendar *)), 0 };
    for (int band = 0; band < BAND_COUNT; band++) {
        if (needs_calendar(sla, band))
            add(list, sla->calendar[band]);
    }
    for (size_t i = 0; i < sla->clock_count; i++) {
        for (int band = 0; band < BAND_COUNT; band++) {
            if (definition_named_needs_calendar(&sla->clocks[i], band))
                add(list, sla->clocks[i].calendar[band]);
        }
    }
}

/* Whole calendars: the promise holds whatever becomes of them in the configuration. Where `always`
 * is all that is needed, as releases wrote it that knew no other. */
static void write_calendar(struct json_writer *json, const struct config_sla *sla)
{
    struct list list;
    collect(sla, &list);
    JSON_KEY(json, "calendar");
    if (list.count == 0) {
        json_put_text(json, "always");
    } else {
        definition_write_calendar_names(json, sla->calendar);
        JSON_KEY(json, "calendars");
        json_open_array(json);
        for (size_t i = 0; i < list.count; i++) {
            json_open_object(json);
            JSON_STR(json, "name", calendar_name(list.items[i]));
            calendar_write(json, list.items[i]);
            json_close_object(json);
        }
        json_close_array(json);
    }
    free(list.items);
}

static void write_terms(struct json_writer *json, const struct config_sla *sla, struct str owner)
{
    JSON_STR(json, "name", sla->name);
    write_calendar(json, sla);
    for (size_t kind = 0; kind < clock_kind_count; kind++)
        write_targets(json, (enum clock_kind)kind, sla->target[kind]);
    write_warnings(json, &sla->warn);
    write_pause(json, sla->pause);
    write_since(json, sla->since_customer);
    write_extensions(json, sla->max_extensions);
    definition_write_named(json, owner, sla->clocks, sla->clock_count);
}

static void write(struct json_writer *json, const struct config *config, size_t index)
{
    write_terms(json, &config->slas[index], STR_NONE);
}

static size_t count_agreements(const struct config *config)
{
    return config->agreement_count;
}

static void write_agreement(struct json_writer *json, const struct config *config, size_t index)
{
    write_terms(json, &config->agreements[index].terms, STR_NONE);
}

static size_t count_versions(const struct config *config)
{
    size_t count = 0;
    for (size_t i = 0; i < config->regulation_count; i++)
        count += config->regulations[i].version_count;
    return count;
}

/* Versions are numbered through, in the order of the regulations. */
static void write_version(struct json_writer *json, const struct config *config, size_t index)
{
    const struct config_regulation *regulation = config->regulations;
    while (index >= regulation->version_count)
        index -= regulation++->version_count;
    const struct config_regulation_version *version = &regulation->versions[index];
    write_terms(json, &version->terms, regulation->name);
    JSON_INT(json, "valid_from", version->valid_from);
}

/* A kind of clock that the text does not name is one that came later: nothing is promised. */
static bool read_targets(const cJSON *root, enum clock_kind kind, struct arena *arena,
                         struct sla_terms *terms, struct error *err)
{
    return definition_read_targets(root, clock_kind_name(kind), arena, terms->target[kind], err);
}

static bool read_warning(const cJSON *item, struct config_warnings *warnings, struct error *err)
{
    struct config_warning warning = { 0 };
    int64_t percent = 0;
    if (!definition_integer(item, STR("percent"), &percent, err) ||
        !definition_integer(item, STR("before"), &warning.before, err))
        return false;
    warning.percent = (int)percent;
    if (warning.percent == 0 && warning.before == 0)
        return true;
    if (warnings->count == CONFIG_WARNINGS_MAX)
        return error_set(err, "more than %d warnings", CONFIG_WARNINGS_MAX);
    warnings->items[warnings->count++] = warning;
    return true;
}

static bool read_warnings(const cJSON *warn, struct config_warnings *warnings, struct error *err)
{
    if (!warn || json_get(warn, STR("percent")))
        return read_warning(warn, warnings, err);
    for (const cJSON *item = warn->child; item; item = item->next) {
        if (!read_warning(item, warnings, err))
            return false;
    }
    return true;
}

static bool read_pause(const cJSON *root, unsigned *pause, struct error *err)
{
    int64_t bits = 0;
    if (!json_get(root, STR("pause")))
        return true;
    if (!definition_integer(root, STR("pause"), &bits, err))
        return false;
    *pause = (unsigned)bits;
    return true;
}

static bool read_extensions(const cJSON *root, int *max_extensions, struct error *err)
{
    int64_t number = 1;
    if (json_get(root, STR("max_extensions")) &&
        !definition_integer(root, STR("max_extensions"), &number, err))
        return false;
    *max_extensions = (int)number;
    return true;
}

static bool read_calendars(const cJSON *root, struct arena *arena, struct sla_terms *terms,
                           struct error *err)
{
    const cJSON *list = json_get(root, STR("calendars"));
    terms->calendars =
        arena_alloc(arena, ((size_t)cJSON_GetArraySize(list) + 1) * sizeof(*terms->calendars));
    for (const cJSON *item = list ? list->child : NULL; item; item = item->next) {
        struct calendar *calendar = calendar_read(item, err);
        if (!calendar)
            return false;
        terms->calendars[terms->calendar_count++] = calendar;
    }
    return definition_read_calendar_names(json_get(root, STR("calendar")), terms, terms->calendar,
                                          err);
}

static bool parse(const cJSON *root, struct arena *arena, void *memory, struct error *err)
{
    struct sla_terms *terms = memory;
    terms->name = arena_copy(arena, json_string(json_get(root, STR("name"))));
    if (!read_calendars(root, arena, terms, err))
        return false;
    for (size_t kind = 0; kind < clock_kind_count; kind++) {
        if (!read_targets(root, (enum clock_kind)kind, arena, terms, err))
            return false;
    }
    json_integer(json_get(root, STR("valid_from")), &terms->valid_from);
    terms->since_customer = str_is(json_string(json_get(root, STR("since"))), "customer");
    return read_warnings(json_get(root, STR("warn")), &terms->warn, err) &&
           read_pause(root, &terms->pause, err) &&
           read_extensions(root, &terms->max_extensions, err) &&
           definition_read_named(root, arena, terms, err);
}

static void close(void *memory)
{
    struct sla_terms *terms = memory;
    for (size_t i = 0; i < terms->calendar_count; i++)
        calendar_free(terms->calendars[i]);
    for (size_t i = 0; i < terms->clock_count; i++)
        matcher_close(terms->clocks[i].aware);
}

const struct named_terms *sla_terms_named(const struct sla_terms *terms, struct str name)
{
    for (size_t i = 0; i < terms->clock_count; i++) {
        if (str_equal(terms->clocks[i].name, name))
            return &terms->clocks[i];
    }
    return NULL;
}

const struct definition_row definition_sla = {
    .name = "sla",
    .terms_size = sizeof(struct sla_terms),
    .count = count,
    .write = write,
    .parse = parse,
    .close = close,
};

/* The same between departments. */
const struct definition_row definition_agreement = {
    .name = "agreement",
    .terms_size = sizeof(struct sla_terms),
    .count = count_agreements,
    .write = write_agreement,
    .parse = parse,
    .close = close,
};

/* And of the law. */
const struct definition_row definition_regulation = {
    .name = "regulation",
    .terms_size = sizeof(struct sla_terms),
    .count = count_versions,
    .write = write_version,
    .parse = parse,
    .close = close,
};
