/* The topics that refuse records for good: gone, forbidden, or with a limit that a record breaks.
 * What would go there goes to the dead-letter topic, until the topic takes records again. Belongs
 * to one worker and outlives its producers. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include "base/str.h"
#include "base/time.h"

struct undeliverable;

struct undeliverable *undeliverable_new(void);
void undeliverable_free(struct undeliverable *list); /* NULL is fine */

/* From now on records to `topic` of `bytes` and more are refused (0: all of them), for `reason` (a
 * sentence, copied). `now` is monotonic, ms. */
void undeliverable_limit(struct undeliverable *list, struct str topic, size_t bytes,
                         const char *reason, time_ms now);
/* Why a record of that size cannot go there, or NULL: it can. */
const char *undeliverable_reason(const struct undeliverable *list, struct str topic, size_t bytes);
size_t undeliverable_count(const struct undeliverable *list);
/* Forgets what is older than `age`, so that it is tried again. */
void undeliverable_retry(struct undeliverable *list, time_ms age, time_ms now);
