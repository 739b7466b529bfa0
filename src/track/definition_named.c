/* Named clocks as text and back, and what their text has in common with that of the others. */
#include "definition_kind.h"

static void write_target(struct json_writer *json, const struct target *target)
{
    if (!target_given(target)) {
        json_put_null(json);
        return;
    }
    json_open_object(json);
    json_key(json, target_unit_name(target->unit));
    json_put_int(json, target->amount);
    JSON_STR(json, "text", target->text);
    if (target->today_counts) {
        JSON_BOOL(json, "today_counts", true);
    }
    if (target->working_end) {
        JSON_BOOL(json, "working_end", true);
    }
    json_close_object(json);
}

void definition_write_targets(struct json_writer *json, const char *key,
                              const struct target *targets)
{
    json_key(json, key);
    json_open_array(json);
    for (int band = 0; band < BAND_COUNT; band++)
        write_target(json, &targets[band]);
    json_close_array(json);
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

bool definition_read_targets(const cJSON *object, const char *key, struct arena *arena,
                             struct target *targets, struct error *err)
{
    const cJSON *list = json_get(object, str_from(key));
    const cJSON *item = list ? list->child : NULL;
    for (int band = 0; list && band < BAND_COUNT; band++, item = item->next) {
        if (!item)
            return error_set(err, "\"%s\" must have one target for each band", key);
        if (!read_target(item, arena, &targets[band], err))
            return false;
    }
    return true;
}

void definition_write_calendar_names(struct json_writer *json,
                                     const struct calendar *const *calendars)
{
    json_open_array(json);
    for (int band = 0; band < BAND_COUNT; band++)
        json_put_str(json, calendar_name(calendars[band]));
    json_close_array(json);
}

bool definition_read_calendar_names(const cJSON *names, const struct sla_terms *terms,
                                    const struct calendar **calendars, struct error *err)
{
    const cJSON *name = names ? names->child : NULL;
    for (int band = 0; band < BAND_COUNT && name; band++, name = name->next) {
        for (size_t i = 0; i < terms->calendar_count; i++) {
            if (str_equal(calendar_name(terms->calendars[i]), json_string(name)))
                calendars[band] = terms->calendars[i];
        }
        if (!calendars[band] && !str_is(json_string(name), "always"))
            return error_set(err, "the calendar '%.*s' is missing", STR_ARG(json_string(name)));
    }
    return true;
}

/* ---- named clocks */

bool definition_named_needs_calendar(const struct config_clock *clock, int band)
{
    const struct target *targets[] = { &clock->target[band], &clock->every[band],
                                       &clock->extend[band] };
    bool days = false;
    for (size_t i = 0; i < sizeof(targets) / sizeof(*targets); i++)
        days = days || targets[i]->unit > TARGET_TIME;
    return days || !str_is(calendar_name(clock->calendar[band]), "always");
}

static void write_given(struct json_writer *json, const char *key, const struct target *targets)
{
    if (targets_given(targets))
        definition_write_targets(json, key, targets);
}

static void write_text(struct json_writer *json, const char *key, struct str text)
{
    if (!str_present(text))
        return;
    json_key(json, key);
    json_put_str(json, text);
}

static void write_name(struct json_writer *json, const char *key, struct str owner, struct str name)
{
    struct buf whole = { 0 };
    if (!str_present(name))
        return;
    if (str_present(owner))
        buf_printf(&whole, "%.*s.", STR_ARG(owner));
    buf_add_str(&whole, name);
    write_text(json, key, buf_str(&whole));
    buf_free(&whole);
}

static void write_clock(struct json_writer *json, struct str owner,
                        const struct config_clock *clock)
{
    json_open_object(json);
    write_name(json, "name", owner, clock->name);
    write_text(json, "zh", clock->title.zh);
    write_text(json, "en", clock->title.en);
    JSON_TEXT(json, "start", event_type_name((enum event_type)clock->start));
    write_text(json, "aware", clock->aware_text);
    write_name(json, "after", owner, clock->after);
    JSON_INT(json, "kept_by", clock->kept_by);
    JSON_KEY(json, "calendar");
    definition_write_calendar_names(json, clock->calendar);
    definition_write_targets(json, "target", clock->target);
    write_given(json, "every", clock->every);
    write_given(json, "extend", clock->extend);
    JSON_INT(json, "max_extensions", clock->max_extensions);
    if (clock->secret) {
        JSON_BOOL(json, "secret", true);
    }
    json_close_object(json);
}

void definition_write_named(struct json_writer *json, struct str owner,
                            const struct config_clock *clocks, size_t count)
{
    if (count == 0)
        return;
    JSON_KEY(json, "clocks");
    json_open_array(json);
    for (size_t i = 0; i < count; i++)
        write_clock(json, owner, &clocks[i]);
    json_close_array(json);
}

/* The texts first: after them only what can fail. */
static struct named_terms read_texts(const cJSON *item, struct arena *arena)
{
    return (struct named_terms){
        .name = arena_copy(arena, json_string(json_get(item, STR("name")))),
        .title = { arena_copy(arena, json_string(json_get(item, STR("zh")))),
                   arena_copy(arena, json_string(json_get(item, STR("en")))) },
        .after = arena_copy(arena, json_string(json_get(item, STR("after")))),
        .secret = cJSON_IsTrue(json_get(item, STR("secret"))),
    };
}

static bool read_aware(const cJSON *item, struct arena *arena, struct named_terms *named,
                       struct error *err)
{
    struct str text = json_string(json_get(item, STR("aware")));
    if (!str_present(text))
        return true;
    named->aware = matcher_parse(arena_copy(arena, text), arena, NULL, NULL, err);
    return named->aware != NULL;
}

static bool read_clock(const cJSON *item, struct arena *arena, const struct sla_terms *terms,
                       struct named_terms *named, struct error *err)
{
    int64_t kept_by = 0, max_extensions = 0;
    struct str start = json_string(json_get(item, STR("start")));
    *named = read_texts(item, arena);
    if (str_empty(named->name))
        return error_set(err, "a clock needs a name");
    if (!event_type_parse(start, &named->start))
        return error_set(err, "'%.*s' is no event that this release knows", STR_ARG(start));
    if (!definition_integer(item, STR("kept_by"), &kept_by, err) ||
        !definition_integer(item, STR("max_extensions"), &max_extensions, err) ||
        !definition_read_calendar_names(json_get(item, STR("calendar")), terms, named->calendar,
                                        err) ||
        !definition_read_targets(item, "target", arena, named->target, err) ||
        !definition_read_targets(item, "every", arena, named->every, err) ||
        !definition_read_targets(item, "extend", arena, named->extend, err))
        return false;
    if (kept_by < 0 || kept_by > KEEP_ALL || max_extensions < 0 || max_extensions > INT32_MAX)
        return error_set(err, "the clock '%.*s' is kept by %lld and extended %lld times at most",
                         STR_ARG(named->name), (long long)kept_by, (long long)max_extensions);
    named->kept_by = (unsigned)kept_by;
    named->max_extensions = (int)max_extensions;
    return read_aware(item, arena, named, err);
}

bool definition_read_named(const cJSON *root, struct arena *arena, struct sla_terms *terms,
                           struct error *err)
{
    const cJSON *list = json_get(root, STR("clocks"));
    size_t count = (size_t)cJSON_GetArraySize(list);
    terms->clocks = arena_alloc(arena, (count + 1) * sizeof(*terms->clocks));
    for (const cJSON *item = list ? list->child : NULL; item; item = item->next) {
        if (!read_clock(item, arena, terms, &terms->clocks[terms->clock_count], err))
            return false;
        terms->clock_count++;
    }
    return true;
}
