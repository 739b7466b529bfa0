/* The topics a worker subscribes to, and which stage each feeds. */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include "config/config.h"
#include "stages.h"

enum { TOPIC_BYTES = 256 };

struct input {
    enum stage stage;
    char topic[TOPIC_BYTES];
    int32_t partitions;
};

struct inputs {
    struct input *items;
    size_t count;
    int32_t home_partitions;
};

/* Fills in the topics; partitions are 0 until somebody asked the broker. Free with inputs_free. */
void inputs_plan(const struct config *config, struct inputs *inputs);
void inputs_free(struct inputs *inputs);
/* NULL: no such input. */
const struct input *inputs_find(const struct inputs *inputs, const char *topic);
int inputs_partitions(const struct inputs *inputs); /* of all */
