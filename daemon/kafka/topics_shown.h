/* Brokers learn of new topics one after the other, some seconds after they were made: whoever asks
 * the wrong one is told that they do not exist. */
#pragma once

#include <librdkafka/rdkafka.h>
#include "base/error.h"
#include "config/config.h"

/* Waits until every broker of the cluster shows every topic of `config`, with a leader for each
 * partition, at most `timeout` ms. False + err: one that does not, and what it lacks. `client` only
 * tells which brokers there are. Blocks. */
bool topics_wait_shown(rd_kafka_t *client, const struct config *config, int timeout,
                       struct error *err);
