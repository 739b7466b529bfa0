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
    json_close_object(json);
}

static void write(struct json_writer *json, const struct config *config, size_t index)
{
    const struct config_sla *sla = &config->slas[index];
    JSON_KEY(json, "name");
    json_put_str(json, sla->name);
    JSON_KEY(json, "calendar");
    json_put_text(json, "always");
    for (size_t kind = 0; kind < clock_kind_count; kind++) {
        json_key(json, clock_kind_name((enum clock_kind)kind));
        json_open_array(json);
        for (int band = 0; band < BAND_COUNT; band++)
            write_target(json, &sla->target[kind][band]);
        json_close_array(json);
    }
    JSON_KEY(json, "warn");
    json_open_object(json);
    JSON_KEY(json, "percent");
    json_put_int(json, sla->warn.percent);
    JSON_KEY(json, "before");
    json_put_int(json, sla->warn.before);
    json_close_object(json);
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

static bool parse(const cJSON *root, struct arena *arena, void *memory, struct error *err)
{
    struct sla_terms *terms = memory;
    terms->name = arena_copy(arena, json_string(json_get(root, STR("name"))));
    terms->calendar = arena_copy(arena, json_string(json_get(root, STR("calendar"))));
    for (size_t kind = 0; kind < clock_kind_count; kind++) {
        if (!read_targets(root, (enum clock_kind)kind, arena, terms, err))
            return false;
    }
    const cJSON *warn = json_get(root, STR("warn"));
    int64_t percent = 0;
    if (!definition_integer(warn, STR("percent"), &percent, err) ||
        !definition_integer(warn, STR("before"), &terms->warn.before, err))
        return false;
    terms->warn.percent = (int)percent;
    return true;
}

const struct definition_row definition_sla = {
    .name = "sla",
    .terms_size = sizeof(struct sla_terms),
    .count = count,
    .write = write,
    .parse = parse,
};
