#include "definition_kind.h"

static size_t count(const struct config *config)
{
    return config->ladder_count;
}

static void write_step(struct json_writer *json, const struct config *config,
                       const struct config_step *step)
{
    json_open_object(json);
    JSON_KEY(json, "after");
    json_put_int(json, step->after);
    JSON_KEY(json, "level");
    json_put_str(json, config->levels[step->level].name);
    JSON_KEY(json, "unless_acknowledged");
    json_put_bool(json, step->unless_acknowledged);
    JSON_KEY(json, "match");
    json_put_str(json, step->matcher ? step->match_text : STR_NONE);
    json_close_object(json);
}

static void write(struct json_writer *json, const struct config *config, size_t index)
{
    const struct config_ladder *ladder = &config->ladders[index];
    JSON_KEY(json, "name");
    json_put_str(json, ladder->name);
    JSON_KEY(json, "steps");
    json_open_array(json);
    for (size_t i = 0; i < ladder->step_count && i < LADDER_STEPS_MAX; i++)
        write_step(json, config, &ladder->steps[i]);
    json_close_array(json);
}

static bool read_step(const cJSON *item, struct arena *arena, struct ladder_terms_step *step,
                      struct error *err)
{
    if (!definition_integer(item, STR("after"), &step->after, err))
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

static bool parse(const cJSON *root, struct arena *arena, void *memory, struct error *err)
{
    struct ladder_terms *terms = memory;
    const cJSON *steps = json_get(root, STR("steps"));
    terms->name = arena_copy(arena, json_string(json_get(root, STR("name"))));
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

static void close(void *memory)
{
    struct ladder_terms *terms = memory;
    for (size_t i = 0; i < terms->step_count; i++)
        matcher_close(terms->steps[i].matcher);
}

const struct definition_row definition_ladder = {
    .name = "ladder",
    .terms_size = sizeof(struct ladder_terms),
    .count = count,
    .write = write,
    .parse = parse,
    .close = close,
};
