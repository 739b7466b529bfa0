#include "stages.h"

#include "base/mem.h"
#include "config/config.h"
#include "config/outputs.h"
#include "config/versions.h"

const struct stage_row stages[STAGE_COUNT] = {
    [STAGE_INTAKE] = { .name = "intake", .ops = &intake_engine, .input = OUTPUT_COUNT, .pass = 1 },
    [STAGE_TICKETS] = { .name = "tickets",
                        .ops = &tickets_engine,
                        .input = OUTPUT_HOME,
                        .pass = 32,
                        .changelog_count = 1,
                        .changelogs = { OUTPUT_STATE } },
    [STAGE_ESCALATIONS] = { .name = "escalations",
                            .ops = &escalations_engine,
                            .input = OUTPUT_NOTICES,
                            .inner = true,
                            .pass = 1, /* a message about thousands of tickets, perhaps */
                            .first = true,
                            .changelog_count = 1,
                            .changelogs = { OUTPUT_GROUPS } },
};

enum stage stages_reader(enum output output)
{
    enum stage stage = 0;
    while (stage < STAGE_COUNT && stages[stage].input != output)
        stage++;
    return stage;
}

enum stage stages_keeper(enum output changelog)
{
    for (enum stage stage = 0; stage < STAGE_COUNT; stage++) {
        for (size_t i = 0; i < stages[stage].changelog_count; i++) {
            if (stages[stage].changelogs[i] == changelog)
                return stage;
        }
    }
    return STAGE_COUNT;
}

bool stages_may_run(const struct versions *versions, struct error *err)
{
    for (enum stage stage = 0; versions != NULL && stage < STAGE_COUNT; stage++) {
        for (size_t i = 0; i < stages[stage].changelog_count; i++) {
            enum output changelog = stages[stage].changelogs[i];
            int allowed = versions->of[changelog], newest = stages[stage].ops->newest;
            if (allowed > newest)
                return error_set(err,
                                 "the changelog '%s' is written in version %d since `ombudctl "
                                 "upgrade finalize` of a newer release, this release reads up to "
                                 "version %d: install that release again",
                                 outputs[changelog].key, allowed, newest);
        }
    }
    return true;
}

static struct stage_input source_input(const struct config_source *source)
{
    return (struct stage_input){ stages_reader(source->home ? OUTPUT_HOME : OUTPUT_COUNT),
                                 source->topic };
}

static struct stage_input inner_input(const struct config *config, enum stage stage)
{
    return (struct stage_input){ stage, output_topic(config, stages[stage].input, 0) };
}

struct stage_input *stages_inputs(const struct config *config, size_t *count)
{
    struct stage_input *inputs = mem_array(config->source_count + STAGE_COUNT, sizeof(*inputs));
    *count = 0;
    for (size_t i = 0; i < config->source_count; i++)
        inputs[(*count)++] = source_input(&config->sources[i]);
    for (enum stage stage = 0; stage < STAGE_COUNT; stage++) {
        if (stages[stage].inner && output_published(config, stages[stage].input))
            inputs[(*count)++] = inner_input(config, stage);
    }
    return inputs;
}

bool stages_input(const struct config *config, struct str topic, struct stage_input *input)
{
    for (enum stage stage = 0; stage < STAGE_COUNT; stage++) {
        if (!stages[stage].inner)
            continue;
        *input = inner_input(config, stage);
        if (str_equal(input->topic, topic))
            return true;
    }
    for (size_t i = 0; i < config->source_count; i++) {
        *input = source_input(&config->sources[i]);
        if (str_equal(input->topic, topic))
            return true;
    }
    return false;
}

int32_t stages_partitions(enum stage stage, int32_t home)
{
    enum output input = stages[stage].input;
    bool alone = input == OUTPUT_COUNT || outputs[input].partitions == PARTITIONS_ONE;
    return alone ? 1 : home;
}
