/* Bytes in, one event out: strict where it must be, lenient where it can be (product contract,
 * section 3). */
#pragma once

#include "base/arena.h"
#include "model/event.h"
#include "model/refusal.h"

struct config;
struct config_source;
struct mapped;

/* The source `record` entered by: that of its topic, or, for what was forwarded home, that of the
 * topic it was first read from. NULL: none, or one that is no longer configured and whose format no
 * other source has. */
const struct config_source *event_source(const struct config *config, const struct record *record);

/* Decodes `record` as the format of `source` says (see event_source; NULL: the canonical format
 * "ombud"). Everything `event` points at is in `arena`, in the record or in the configuration. On
 * failure `event` is untouched and `refusal` says why, in `arena`. `max_event` is in bytes. */
bool event_decode(const struct record *record, const struct config_source *source, size_t max_event,
                  struct arena *arena, struct event *event, struct refusal *refusal);

/* For people who ask what a mapping does: the fields that `event_decode` reads, and where each was
 * found. Everything is in `arena`, in the record or in the source. False as event_decode. */
bool event_trace(const struct record *record, const struct config_source *source, size_t max_event,
                 struct arena *arena, struct mapped *mapped, struct refusal *refusal);

/* Completes the times of a decoded event when it is fed: a record without a usable Kafka timestamp
 * arrives now, and its own time is no later than five minutes from now. */
void event_arrive(struct event *event, time_ms now);
