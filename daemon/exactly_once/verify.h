/* Asks the broker where inputs end, for tasks that may have missed news of it: a deadline must not
 * fire while the answer that met it lies unread. */
#pragma once

#include <event2/event.h>
#include <librdkafka/rdkafka.h>
#include "exactly_once/task.h"

struct verifier;

struct verifier *verifier_new(struct event_base *base, rd_kafka_t *consumer, struct error *err);
void verifier_free(struct verifier *verifier); /* blocks; NULL is fine */
/* Asks for those of the tasks that are unsure, unless an answer is under way or nobody is. The
 * answer finds its tasks by topic and partition in `tasks` of the next call. `probe`: a topic to
 * ask for even where no task is unsure, or NULL. True when a broker answered since the last call.
 */
bool verifier_ask(struct verifier *verifier, struct task **tasks, size_t count, const char *probe);
/* We stood still: an answer that is under way may be older than that. */
void verifier_distrust(struct verifier *verifier);
