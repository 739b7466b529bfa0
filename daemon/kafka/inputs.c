#include "kafka/inputs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

static void add(struct inputs *inputs, enum stage stage, struct str topic)
{
    struct input *input = &inputs->items[inputs->count++];
    input->stage = stage;
    snprintf(input->topic, sizeof(input->topic), "%.*s", STR_ARG(topic));
}

void inputs_plan(const struct config *config, struct inputs *inputs)
{
    /* One more than the sources: the notices. */
    *inputs = (struct inputs){ .items = mem_array(config->source_count + 1, sizeof(struct input)) };
    for (size_t i = 0; i < config->source_count; i++)
        add(inputs, config->sources[i].home ? STAGE_TICKETS : STAGE_INTAKE,
            config->sources[i].topic);
    /* In shadow mode there are no notices to read, and nobody to escalate to. */
    if (!config->shadow)
        add(inputs, STAGE_ESCALATIONS, config->topics.notices);
}

void inputs_free(struct inputs *inputs)
{
    free(inputs->items);
    *inputs = (struct inputs){ 0 };
}

const struct input *inputs_find(const struct inputs *inputs, const char *topic)
{
    for (size_t i = 0; i < inputs->count; i++) {
        if (strcmp(inputs->items[i].topic, topic) == 0)
            return &inputs->items[i];
    }
    return NULL;
}

int inputs_partitions(const struct inputs *inputs)
{
    int sum = 0;
    for (size_t i = 0; i < inputs->count; i++)
        sum += inputs->items[i].partitions;
    return sum;
}
