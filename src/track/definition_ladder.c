#include "calendar/calendar_text.h"
#include "definition_kind.h"

/* A ladder as a rule starts it: two rules may start the same one, and make groups of their own pace
 * of what it tells. */
static size_t count(const struct config *config)
{
    return config->escalation_count;
}

/* What a step does not have is not in its text: releases wrote it so that knew no more. */
static void write_further(struct json_writer *json, const struct config_step *step)
{
    if (step->repeat > 0) {
        JSON_INT(json, "repeat", step->repeat);
        JSON_INT(json, "limit", step->limit);
    }
    if (step->window && !str_is(calendar_name(step->window), "always")) {
        JSON_KEY(json, "window");
        json_open_object(json);
        JSON_STR(json, "name", calendar_name(step->window));
        calendar_write(json, step->window);
        json_close_object(json);
    }
}

static void write_step(struct json_writer *json, const struct config *config,
                       const struct config_step *step)
{
    json_open_object(json);
    JSON_INT(json, "after", step->after);
    JSON_STR(json, "level", config->levels[step->level].name);
    JSON_BOOL(json, "unless_acknowledged", step->unless_acknowledged);
    JSON_STR(json, "match", step->matcher ? step->match_text : STR_NONE);
    write_further(json, step);
    json_close_object(json);
}

/* -1 is as the configuration says for all; a rule that says nothing has no such member. */
static void write_pace(struct json_writer *json, const struct config_escalation *rule)
{
    bool given = false;
    if (rule->group_wait >= 0)
        JSON_INT(json, "group_wait", rule->group_wait);
    for (int band = 0; band < BAND_COUNT; band++)
        given |= rule->group_interval[band] >= 0;
    if (!given)
        return;
    JSON_KEY(json, "group_interval");
    json_open_array(json);
    for (int band = 0; band < BAND_COUNT; band++)
        json_put_int(json, rule->group_interval[band]);
    json_close_array(json);
}

static void write(struct json_writer *json, const struct config *config, size_t index)
{
    const struct config_escalation *rule = &config->escalations[index];
    const struct config_ladder *ladder = &config->ladders[rule->ladder];
    JSON_STR(json, "name", ladder->name);
    JSON_KEY(json, "steps");
    json_open_array(json);
    for (size_t i = 0; i < ladder->step_count && i < LADDER_STEPS_MAX; i++)
        write_step(json, config, &ladder->steps[i]);
    json_close_array(json);
    write_pace(json, rule);
}

static bool read_further(const cJSON *item, struct ladder_terms_step *step, struct error *err)
{
    const cJSON *window = json_get(item, STR("window"));
    if (json_get(item, STR("repeat")) &&
        (!definition_integer(item, STR("repeat"), &step->repeat, err) ||
         !definition_integer(item, STR("limit"), &step->limit, err)))
        return false;
    if (step->repeat < 0 || step->repeat > TIME_DAY * 366 || step->limit < 0 ||
        step->limit > UINT32_MAX)
        return error_set(err, "a step is repeated every %lld ms, %lld times",
                         (long long)step->repeat, (long long)step->limit);
    if (window)
        step->window = calendar_read(window, err);
    return !window || step->window;
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
    if (str_present(step->match_text))
        step->matcher = matcher_parse(step->match_text, arena, NULL, NULL, err);
    if (str_present(step->match_text) && !step->matcher)
        return false;
    return read_further(item, step, err);
}

static bool is_pace(time_ms time, struct error *err)
{
    return (time >= -1 && time <= TIME_DAY * 366) ||
           error_set(err, "no group waits %lld ms", (long long)time);
}

static bool read_pace(const cJSON *root, struct ladder_terms *terms, struct error *err)
{
    const cJSON *item = json_get(root, STR("group_interval"));
    terms->group_wait = -1;
    json_integer(json_get(root, STR("group_wait")), &terms->group_wait);
    item = item ? item->child : NULL;
    for (int band = 0; band < BAND_COUNT; band++) {
        terms->group_interval[band] = -1;
        json_integer(item, &terms->group_interval[band]);
        if (!is_pace(terms->group_interval[band], err))
            return false;
        item = item ? item->next : NULL;
    }
    return is_pace(terms->group_wait, err);
}

static bool parse(const cJSON *root, struct arena *arena, void *memory, struct error *err)
{
    struct ladder_terms *terms = memory;
    if (!read_pace(root, terms, err))
        return false;
    const cJSON *steps = json_get(root, STR("steps"));
    terms->name = arena_copy(arena, json_string(json_get(root, STR("name"))));
    terms->steps = arena_alloc(arena, LADDER_STEPS_MAX * sizeof(*terms->steps));
    for (const cJSON *item = steps ? steps->child : NULL; item; item = item->next) {
        if (terms->step_count == LADDER_STEPS_MAX)
            return error_set(err, "a ladder has at most %d steps", LADDER_STEPS_MAX);
        terms->step_count++; /* what it opens is closed, whatever becomes of the rest */
        if (!read_step(item, arena, &terms->steps[terms->step_count - 1], err))
            return false;
    }
    if (terms->step_count == 0)
        return error_set(err, "a ladder needs at least one step");
    return true;
}

static void close(void *memory)
{
    struct ladder_terms *terms = memory;
    for (size_t i = 0; i < terms->step_count; i++) {
        matcher_close(terms->steps[i].matcher);
        calendar_free(terms->steps[i].window);
    }
}

const struct definition_row definition_ladder = {
    .name = "ladder",
    .terms_size = sizeof(struct ladder_terms),
    .count = count,
    .write = write,
    .parse = parse,
    .close = close,
};
