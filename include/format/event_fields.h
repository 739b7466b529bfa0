/* The fields of an event: how each is read, and what it means. Reading, the documentation and the
 * JSON schema come from these rows. */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include "format/event_read.h"

enum { EVENT_FIELD_NAMES_MAX = 8 };

struct event_field {
    struct str name;
    enum shape shape;
    size_t offset; /* in struct event, or in struct customer */
    int low, high; /* of SHAPE_INTEGER */
    /* Bits of the types that it narrows down: without it they say more than was meant, so what
     * cannot be read of it is not taken for nothing said. */
    uint32_t narrows;
    const char *names[EVENT_FIELD_NAMES_MAX];
    const char *help; /* what it means, without a full stop */
};

extern const struct event_field event_fields[]; /* all but `type` and `ticket` */
extern const size_t event_field_count;
extern const struct event_field customer_fields[]; /* of `customer` */
extern const size_t customer_field_count;
