/* A record under a mapping: finding what its paths and conditions name. Internal to format. */
#pragma once

#include "format_parts.h"

struct mapping {
    const struct format *format;
    const struct record *record;
    const cJSON *root;
    struct arena *arena;
    struct warnings *warnings;
    const cJSON *top;    /* what `root` is in */
    const cJSON **known; /* what is no unread text: first what gave a field its value */
    size_t known_count;
    bool all_known; /* also what no field needed */
};

/* NULL: nothing there; null, the empty text and the format's placeholders are nothing. */
const cJSON *format_look_up(const struct mapping *mapping, const struct path *path);
bool format_condition_holds(const struct mapping *mapping, const struct condition *condition);
