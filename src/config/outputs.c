#include "config/outputs.h"

#include <stddef.h>

/* One row, one paragraph: a formatter would put each of its fields on a line of its own. */
/* clang-format off */

#define NAMED(field) .key = #field, .topic = offsetof(struct config_topics, field)

const struct output_row outputs[OUTPUT_COUNT] = {
    [OUTPUT_HOME] = {
        NAMED(home), .kind = TOPIC_INPUT, .essential = true,
        .what = "Every event, those of other topics forwarded." },
    [OUTPUT_DEPARTMENT] = {
        NAMED(department_prefix), .span = SPAN_DEPARTMENTS, .kind = TOPIC_LOG, .ours = true,
        .what = "Dispatches: what a department is to work on." },
    [OUTPUT_PROMISES] = {
        NAMED(promises), .kind = TOPIC_TABLE, .ours = true,
        .what = "What customers were promised, and what became of it; by ticket." },
    [OUTPUT_DECISIONS] = {
        NAMED(decisions), .kind = TOPIC_LOG, .shadow = true, .ours = true,
        .what = "Every decision with its reasons." },
    [OUTPUT_DEADLETTER] = {
        NAMED(deadletter), .kind = TOPIC_LOG, .essential = true, .shadow = true,
        .what = "What could not be read, or not be delivered." },
    [OUTPUT_STATE] = {
        NAMED(state), .kind = TOPIC_STATE, .partitions = PARTITIONS_INPUT, .essential = true,
        .shadow = true,
        .what = "State of tickets." },
    [OUTPUT_NOTICES] = {
        NAMED(notices), .kind = TOPIC_LOG, .partitions = PARTITIONS_ONE, .essential = true,
        .ours = true,
        .what = "Whom to tell what, from tickets to escalations." },
    [OUTPUT_ESCALATIONS] = {
        NAMED(escalation_prefix), .span = SPAN_LEVELS, .kind = TOPIC_LOG,
        .partitions = PARTITIONS_ONE, .ours = true,
        .what = "Messages to supervisors." },
    [OUTPUT_GROUPS] = {
        NAMED(groups), .kind = TOPIC_STATE, .partitions = PARTITIONS_INPUT, .essential = true,
        .what = "State of escalations." },
    [OUTPUT_CONFIG] = {
        NAMED(config), .kind = TOPIC_TABLE, .partitions = PARTITIONS_ONE, .shadow = true,
        .what = "The text of every configuration that was used, by fingerprint." },
};
/* clang-format on */

bool output_published(const struct config *config, enum output output)
{
    return !config->shadow || outputs[output].shadow;
}

size_t output_topics(const struct config *config, enum output output)
{
    switch (outputs[output].span) {
    case SPAN_DEPARTMENTS:
        return config->department_count;
    case SPAN_LEVELS:
        return config->level_count;
    case SPAN_ONE:
        break;
    }
    return 1;
}

struct str output_topic(const struct config *config, enum output output, size_t index)
{
    switch (outputs[output].span) {
    case SPAN_DEPARTMENTS:
        return config->departments[index].topic;
    case SPAN_LEVELS:
        return config->levels[index].topic;
    case SPAN_ONE:
        break;
    }
    return *(const struct str *)((const char *)&config->topics + outputs[output].topic);
}

struct str output_lost_topic(const struct config *config, enum output output, struct str name,
                             struct arena *arena)
{
    const struct str *prefix =
        (const struct str *)((const char *)&config->topics + outputs[output].topic);
    return arena_printf(arena, "%.*s%.*s", STR_ARG(*prefix), STR_ARG(name));
}

struct str action_topic(const struct action *action, const struct config *config)
{
    if (str_present(action->topic))
        return action->topic;
    return output_topic(config, action->output, action->index);
}

enum output output_of_topic(const struct config *config, struct str topic)
{
    for (int output = 0; output < OUTPUT_COUNT; output++) {
        for (size_t i = 0; i < output_topics(config, output); i++) {
            if (str_equal(output_topic(config, output, i), topic))
                return output;
        }
    }
    return OUTPUT_COUNT;
}
