/* Everything that can be known to be wrong before the first record is read: each ends the start
 * with a sentence and an exit code of its own. */
#pragma once

#include <librdkafka/rdkafka.h>
#include <stdbool.h>
#include "base/buf.h"
#include "config/config.h"
#include "kafka/inputs.h"
#include "host/log.h"

/* Waits up to config->broker_wait for a broker, compares topics and partition counts, tries every
 * right in a transaction that is aborted and by fetching. Fills in the partitions of `inputs`.
 * `name` is a transactional id of ours. EX_OK, or EX_UNAVAILABLE, EX_CONFIG, EX_NOPERM; then the
 * log says why. Blocks. */
int start_check(const struct config *config, const char *name, struct inputs *inputs,
                struct log *log);
/* The same for a configuration that a running daemon would reload: topics and counts only. */
bool start_check_reload(const struct config *config, struct buf *report, struct error *err);
/* Kafka says that a right is missing, not which: a line that does, where `code` says so. */
void say_missing_right(struct log *log, rd_kafka_resp_err_t code, const char *right,
                       const char *kind, const char *name);
