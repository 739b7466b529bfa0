#include "calendar/calendar_text.h"
#include "definition_kind.h"

static size_t count(const struct config *config)
{
    return config->sla_count;
}

static void write_target(struct json_writer *json, const struct target *target)
{
    if (!target_given(target)) {
        json_put_null(json);
        return;
    }
    json_open_object(json);
    json_key(json, target_unit_name(target->unit));
    json_put_int(json, target->amount);
    JSON_KEY(json, "text");
    json_put_str(json, target->text);
    if (target->today_counts) {
        JSON_KEY(json, "today_counts");
        json_put_bool(json, true);
    }
    if (target->working_end) {
        JSON_KEY(json, "working_end");
        json_put_bool(json, true);
    }
    json_close_object(json);
}

static bool any_given(const struct target *targets)
{
    for (int band = 0; band < BAND_COUNT; band++) {
        if (target_given(&targets[band]))
            return true;
    }
    return false;
}

/* What an SLA does not promise is not in its text: a kind of clock that comes later changes no
 * definition that does without it. The first kind was always there. */
static void write_targets(struct json_writer *json, enum clock_kind kind,
                          const struct target *targets)
{
    if (kind != CLOCK_RESPONSE && !any_given(targets))
        return;
    json_key(json, clock_kind_name(kind));
    json_open_array(json);
    for (int band = 0; band < BAND_COUNT; band++)
        write_target(json, &targets[band]);
    json_close_array(json);
}

static void write_warning(struct json_writer *json, const struct config_warning *warning)
{
    json_open_object(json);
    JSON_KEY(json, "percent");
    json_put_int(json, warning->percent);
    JSON_KEY(json, "before");
    json_put_int(json, warning->before);
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
    JSON_KEY(json, "pause");
    json_put_int(json, pause);
}

static void write_since(struct json_writer *json, bool customer)
{
    if (!customer)
        return;
    JSON_KEY(json, "since");
    json_put_text(json, "customer");
}

/* Once was what releases took for granted that had no such setting. */
static void write_extensions(struct json_writer *json, int max_extensions)
{
    if (max_extensions == 1)
        return;
    JSON_KEY(json, "max_extensions");
    json_put_int(json, max_extensions);
}

/* Days need the zone of `always`, its time does not. */
static bool needs_calendar(const struct config_sla *sla, int band)
{
    bool days = false;
    for (size_t kind = 0; kind < clock_kind_count; kind++)
        days = days || sla->target[kind][band].unit > TARGET_TIME;
    return days || !str_is(calendar_name(sla->calendar[band]), "always");
}

/* Whole calendars: the promise holds whatever becomes of them in the configuration. Where `always`
 * is all that is needed, as releases wrote it that knew no other. */
static void write_calendars(struct json_writer *json, const struct config_sla *sla)
{
    const struct calendar *written[BAND_COUNT] = { NULL };
    size_t count = 0;
    JSON_KEY(json, "calendar");
    json_open_array(json);
    for (int band = 0; band < BAND_COUNT; band++)
        json_put_str(json, calendar_name(sla->calendar[band]));
    json_close_array(json);
    JSON_KEY(json, "calendars");
    json_open_array(json);
    for (int band = 0; band < BAND_COUNT; band++) {
        bool known = !needs_calendar(sla, band);
        for (size_t i = 0; i < count; i++)
            known = known || written[i] == sla->calendar[band];
        if (known)
            continue;
        written[count++] = sla->calendar[band];
        json_open_object(json);
        JSON_KEY(json, "name");
        json_put_str(json, calendar_name(sla->calendar[band]));
        calendar_write(json, sla->calendar[band]);
        json_close_object(json);
    }
    json_close_array(json);
}

static void write_calendar(struct json_writer *json, const struct config_sla *sla)
{
    bool needed = false;
    for (int band = 0; band < BAND_COUNT; band++)
        needed = needed || needs_calendar(sla, band);
    if (needed) {
        write_calendars(json, sla);
        return;
    }
    JSON_KEY(json, "calendar");
    json_put_text(json, "always");
}

static void write_terms(struct json_writer *json, const struct config_sla *sla)
{
    JSON_KEY(json, "name");
    json_put_str(json, sla->name);
    write_calendar(json, sla);
    for (size_t kind = 0; kind < clock_kind_count; kind++)
        write_targets(json, (enum clock_kind)kind, sla->target[kind]);
    write_warnings(json, &sla->warn);
    write_pause(json, sla->pause);
    write_since(json, sla->since_customer);
    write_extensions(json, sla->max_extensions);
}

static void write(struct json_writer *json, const struct config *config, size_t index)
{
    write_terms(json, &config->slas[index]);
}

static size_t count_agreements(const struct config *config)
{
    return config->agreement_count;
}

static void write_agreement(struct json_writer *json, const struct config *config, size_t index)
{
    write_terms(json, &config->agreements[index].terms);
}

static bool read_target(const cJSON *item, struct arena *arena, struct target *target,
                        struct error *err)
{
    if (json_is_null(item))
        return true;
    target->text = arena_copy(arena, json_string(json_get(item, STR("text"))));
    for (int unit = TARGET_NONE + 1; unit < TARGET_UNIT_COUNT; unit++) {
        struct str name = str_from(target_unit_name((enum target_unit)unit));
        if (!json_get(item, name))
            continue;
        target->unit = (enum target_unit)unit;
        target->today_counts = cJSON_IsTrue(json_get(item, STR("today_counts")));
        target->working_end = cJSON_IsTrue(json_get(item, STR("working_end")));
        return definition_integer(item, name, &target->amount, err);
    }
    return error_set(err, "the target '%.*s' has no unit that this release knows",
                     STR_ARG(target->text));
}

/* A kind of clock that the text does not name is one that came later: nothing is promised. */
static bool read_targets(const cJSON *root, enum clock_kind kind, struct arena *arena,
                         struct sla_terms *terms, struct error *err)
{
    const char *name = clock_kind_name(kind);
    const cJSON *targets = json_get(root, str_from(name));
    const cJSON *item = targets ? targets->child : NULL;
    for (int band = 0; targets && band < BAND_COUNT; band++, item = item->next) {
        if (!item)
            return error_set(err, "\"%s\" must have one target for each band", name);
        if (!read_target(item, arena, &terms->target[kind][band], err))
            return false;
    }
    return true;
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
    const cJSON *names = json_get(root, STR("calendar"));
    const cJSON *list = json_get(root, STR("calendars"));
    terms->calendars = arena_alloc(arena, BAND_COUNT * sizeof(*terms->calendars));
    for (const cJSON *item = list ? list->child : NULL; item; item = item->next) {
        if (terms->calendar_count == BAND_COUNT)
            return error_set(err, "more calendars than bands");
        struct calendar *calendar = calendar_read(item, err);
        if (!calendar)
            return false;
        terms->calendars[terms->calendar_count++] = calendar;
    }
    const cJSON *name = names ? names->child : NULL;
    for (int band = 0; band < BAND_COUNT && name; band++, name = name->next) {
        for (size_t i = 0; i < terms->calendar_count; i++) {
            if (str_equal(calendar_name(terms->calendars[i]), json_string(name)))
                terms->calendar[band] = terms->calendars[i];
        }
        if (!terms->calendar[band] && !str_is(json_string(name), "always"))
            return error_set(err, "the calendar '%.*s' is missing", STR_ARG(json_string(name)));
    }
    return true;
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
    terms->since_customer = str_is(json_string(json_get(root, STR("since"))), "customer");
    return read_warnings(json_get(root, STR("warn")), &terms->warn, err) &&
           read_pause(root, &terms->pause, err) &&
           read_extensions(root, &terms->max_extensions, err);
}

static void close(void *memory)
{
    struct sla_terms *terms = memory;
    for (size_t i = 0; i < terms->calendar_count; i++)
        calendar_free(terms->calendars[i]);
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
