/* What a broker shows of its topics; where no broker is reached or none lets this client in, why.
 */
#pragma once

#include <stdbool.h>
#include <librdkafka/rdkafka.h>
#include "base/error.h"
#include "base/str.h"

/* All topics the client may see: a missing one is simply not in the list, which is quicker and
 * surer than asking for each and waiting out "unknown topic" retries. NULL + err when no broker
 * answers within `timeout` ms, or, soon and with `*refused`, when one does not let this client in.
 * The client must hand out RD_KAFKA_EVENT_ERROR and have no other event waiting: what is in its
 * queue is lost. Blocks. rd_kafka_metadata_destroy it. */
const rd_kafka_metadata_t *metadata_ask(rd_kafka_t *client, int timeout, bool *refused,
                                        struct error *err);
/* NULL: not among them. */
const rd_kafka_metadata_topic_t *metadata_topic(const rd_kafka_metadata_t *metadata,
                                                struct str name);
