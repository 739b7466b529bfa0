/* The documentation of events, generated from their rows (decode/event_guide.h,
 * format/event_fields.h): docs/events.md, ombud-events(7) and docs/schemas/event.schema.json. */
#pragma once

#include "base/buf.h"

void event_reference_markdown(struct buf *out);
void event_reference_man(struct buf *out); /* for scdoc */
void event_reference_schema(struct buf *out);
/* A line a type, for a terminal. */
void event_reference_list(struct buf *out);
