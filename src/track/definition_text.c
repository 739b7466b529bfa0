#include "track/definition_text.h"

#include "json/json.h"
#include "json/json_writer.h"

static const struct json_limits limits = { .size = 1024 * 1024, .nodes = 4096, .depth = 8 };

static void write_target(struct json_writer *writer, const struct config *config,
                         const struct config_sla *sla, int band)
{
    const struct config_sla *last = &config->slas[config->sla_count - 1];
    if (sla->target[CLOCK_RESPONSE][band] == TIME_NEVER && !last->matcher)
        sla = last;
    time_ms target = sla->target[CLOCK_RESPONSE][band];
    if (target == TIME_NEVER) {
        json_put_null(writer);
        return;
    }
    json_open_object(writer);
    JSON_KEY(writer, "ms");
    json_put_int(writer, target);
    JSON_KEY(writer, "text");
    json_put_str(writer, sla->target_text[CLOCK_RESPONSE][band]);
    json_close_object(writer);
}

void definition_sla_text(const struct config *config, size_t index, struct buf *out)
{
    const struct config_sla *sla = &config->slas[index];
    struct json_writer writer = json_writer_to(out);
    json_open_object(&writer);
    JSON_KEY(&writer, "kind");
    json_put_text(&writer, "sla");
    JSON_KEY(&writer, "name");
    json_put_str(&writer, sla->name);
    JSON_KEY(&writer, "calendar");
    json_put_text(&writer, "always");
    JSON_KEY(&writer, "response");
    json_open_array(&writer);
    for (int band = 0; band < BAND_COUNT; band++)
        write_target(&writer, config, sla, band);
    json_close_array(&writer);
    JSON_KEY(&writer, "warn");
    json_open_object(&writer);
    JSON_KEY(&writer, "percent");
    json_put_int(&writer, sla->warn.percent);
    JSON_KEY(&writer, "before");
    json_put_int(&writer, sla->warn.before);
    json_close_object(&writer);
    json_close_object(&writer);
}

void definition_ladder_text(const struct config *config, size_t index, struct buf *out)
{
    const struct config_ladder *ladder = &config->ladders[index];
    struct json_writer writer = json_writer_to(out);
    json_open_object(&writer);
    JSON_KEY(&writer, "kind");
    json_put_text(&writer, "ladder");
    JSON_KEY(&writer, "name");
    json_put_str(&writer, ladder->name);
    JSON_KEY(&writer, "steps");
    json_open_array(&writer);
    for (size_t i = 0; i < ladder->step_count && i < LADDER_STEPS_MAX; i++) {
        const struct config_step *step = &ladder->steps[i];
        json_open_object(&writer);
        JSON_KEY(&writer, "after");
        json_put_int(&writer, step->after);
        JSON_KEY(&writer, "level");
        json_put_str(&writer, config->levels[step->level].name);
        JSON_KEY(&writer, "unless_acknowledged");
        json_put_bool(&writer, step->unless_acknowledged);
        JSON_KEY(&writer, "match");
        json_put_str(&writer, step->matcher ? step->match_text : STR_NONE);
        json_close_object(&writer);
    }
    json_close_array(&writer);
    json_close_object(&writer);
}

static bool read_integer(const cJSON *object, struct str name, int64_t *out, struct error *err)
{
    if (!json_integer(json_get(object, name), out))
        return error_set(err, "\"%.*s\" must be a whole number", STR_ARG(name));
    return true;
}

static bool read_target(const cJSON *item, struct arena *arena, time_ms *target, struct str *text,
                        struct error *err)
{
    *target = TIME_NEVER;
    *text = STR_NONE;
    if (json_is_null(item))
        return true;
    *text = arena_copy(arena, json_string(json_get(item, STR("text"))));
    return read_integer(item, STR("ms"), target, err);
}

static bool read_sla(const cJSON *root, struct arena *arena, struct sla_terms *terms,
                     struct error *err)
{
    terms->calendar = arena_copy(arena, json_string(json_get(root, STR("calendar"))));
    const cJSON *targets = json_get(root, STR("response"));
    const cJSON *target = targets ? targets->child : NULL;
    for (int band = 0; band < BAND_COUNT; band++) {
        if (!target)
            return error_set(err, "\"response\" must have one target for each band");
        if (!read_target(target, arena, &terms->target[band], &terms->target_text[band], err))
            return false;
        target = target->next;
    }
    const cJSON *warn = json_get(root, STR("warn"));
    int64_t percent = 0;
    if (!read_integer(warn, STR("percent"), &percent, err) ||
        !read_integer(warn, STR("before"), &terms->warn.before, err))
        return false;
    terms->warn.percent = (int)percent;
    return true;
}

static bool read_step(const cJSON *item, struct arena *arena, struct ladder_terms_step *step,
                      struct error *err)
{
    if (!read_integer(item, STR("after"), &step->after, err))
        return false;
    step->level = arena_copy(arena, json_string(json_get(item, STR("level"))));
    if (str_empty(step->level))
        return error_set(err, "a step needs a level");
    const cJSON *unless = json_get(item, STR("unless_acknowledged"));
    step->unless_acknowledged = cJSON_IsTrue(unless);
    step->match_text = arena_copy(arena, json_string(json_get(item, STR("match"))));
    if (!str_present(step->match_text))
        return true;
    step->matcher = matcher_parse(step->match_text, arena, NULL, NULL, err);
    return step->matcher != NULL;
}

static bool read_ladder(const cJSON *root, struct arena *arena, struct ladder_terms *terms,
                        struct error *err)
{
    const cJSON *steps = json_get(root, STR("steps"));
    terms->steps = arena_alloc(arena, LADDER_STEPS_MAX * sizeof(*terms->steps));
    for (const cJSON *item = steps ? steps->child : NULL; item; item = item->next) {
        if (terms->step_count == LADDER_STEPS_MAX)
            return error_set(err, "a ladder has at most %d steps", LADDER_STEPS_MAX);
        if (!read_step(item, arena, &terms->steps[terms->step_count], err))
            return false;
        terms->step_count++;
    }
    if (terms->step_count == 0)
        return error_set(err, "a ladder needs at least one step");
    return true;
}

bool definition_terms_parse(struct str text, struct arena *arena, struct definition_terms *terms,
                            struct error *err)
{
    struct definition_terms read = { 0 };
    struct arena *scratch = arena_new(4096);
    size_t at = 0;
    bool ok = false;
    const cJSON *root = json_parse(text, &limits, scratch, NULL, &at, err);
    if (!root)
        goto out;
    struct str kind = json_string(json_get(root, STR("kind")));
    struct str name = arena_copy(arena, json_string(json_get(root, STR("name"))));
    if (str_is(kind, "sla")) {
        read.is_sla = true;
        read.sla.name = name;
        ok = read_sla(root, arena, &read.sla, err);
    } else if (str_is(kind, "ladder")) {
        read.ladder.name = name;
        ok = read_ladder(root, arena, &read.ladder, err);
    } else {
        ok =
            error_set(err, "a definition is an \"sla\" or a \"ladder\", not '%.*s'", STR_ARG(kind));
    }
    if (ok)
        *terms = read;
    else
        definition_terms_close(&read);
out:
    arena_free(scratch);
    return ok;
}

void definition_terms_close(struct definition_terms *terms)
{
    for (size_t i = 0; !terms->is_sla && i < terms->ladder.step_count; i++)
        matcher_close(terms->ladder.steps[i].matcher);
}
