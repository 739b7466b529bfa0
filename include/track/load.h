/* How much work the departments have that say how much they can stand (`capacity`), over all
 * partitions. Each task counts its own open tickets, those of P1 four times, of P2 three times, of
 * P3 twice, and tells the others through the home topic what it has, at once where that changed by
 * a hundredth of the capacity, else every ten seconds while it changes. What others said is part of
 * the log, and so of every replay. A department is full from 100 % of its capacity on and until it
 * is down to 90 %. */
#pragma once

#include "config/config.h"
#include "model/event.h"
#include "track/census.h"

struct load;

/* Borrows `config`. */
struct load *load_new(const struct config *config, int32_t partition, int32_t partition_count);
void load_free(struct load *load); /* NULL is fine */
void load_configure(struct load *load, const struct config *config);

/* What a new ticket met. */
struct overflow {
    int from;     /* the department that is full */
    int64_t load; /* open tickets, P1 to P4 counting 4, 3, 2 and 1 */
    int capacity; /* as many */
    time_ms age;  /* ms, of the oldest word of another partition that is in it; 0: there is none */
};
/* Whether the department is full; then, and only then, `seen` says how. */
bool load_is_full(const struct load *load, int department, time_ms now, struct overflow *seen);

/* After a turn: what this task has now. */
void load_count(struct load *load, const struct census *census, time_ms now);
/* When the others are to be told, or TIME_NEVER. */
time_ms load_next(const struct load *load);
/* What they are told, JSON in `arena`. */
struct str load_tell(struct load *load, time_ms now, struct arena *arena);
/* What another said. False: it is no partition of this topic. */
bool load_take(struct load *load, const struct event *event);

/* State: one record, absent while nothing was ever told or heard. `changed`: since the last mark.
 */
struct str load_state(struct load *load, bool *changed);
/* False + err: it is damaged, and nothing is known of the others any more. */
bool load_restore(struct load *load, struct str bytes, struct error *err);
void load_mark(struct load *load);
void load_undo(struct load *load);
