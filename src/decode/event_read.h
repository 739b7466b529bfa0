/* From a tree of canonical fields to an event: shared by the canonical format and by mappings,
 * which make such a tree first. Internal to decode. */
#pragma once

#include "decode/event.h"
#include "decode/json.h"

enum { WARNINGS_MAX = 16, IDENTIFIER_MAX = 128 };

struct warnings {
    struct arena *arena;
    struct str items[WARNINGS_MAX];
    size_t count; /* may be more than there is room for: the last item then says so */
};

/* One sentence, by convention with the JSON pointer of the field in front. */
void warnings_add(struct warnings *warnings, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Fills every field of `event` that the tree can give, and leaves the rest absent: time is
 * TIME_NEVER, id STR_NONE. False: type or ticket is missing or unusable. */
bool event_read(const cJSON *root, struct warnings *warnings, struct event *event,
                struct refusal *refusal);
