#include "kafka/inputs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

void inputs_plan(const struct config *config, struct inputs *inputs)
{
    size_t count;
    struct stage_input *read = stages_inputs(config, &count);
    *inputs = (struct inputs){ .items = mem_array(count, sizeof(struct input)), .count = count };
    for (size_t i = 0; i < count; i++) {
        struct input *input = &inputs->items[i];
        input->stage = read[i].stage;
        snprintf(input->topic, sizeof(input->topic), "%.*s", STR_ARG(read[i].topic));
    }
    free(read);
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
