/* One transactional producer: topic handles made ahead, records from actions, and what became of
 * them. Belongs to one worker; the calls marked (blocks) are for its committer's thread. */
#pragma once

#include <librdkafka/rdkafka.h>
#include <stdbool.h>
#include <stdint.h>
#include "base/error.h"
#include "config/config.h"
#include "host/log.h"
#include "model/actions.h"
#include "kafka/undeliverable.h"
#include "kafka/verdict.h"

struct producer;

/* NULL + err. `name` is the transactional id; it, `config`, `undeliverable` and `log` outlive it.
 */
struct producer *producer_new(const struct config *config, const char *name,
                              struct undeliverable *undeliverable, struct log *log,
                              struct error *err);
void producer_free(struct producer *producer); /* blocks; NULL is fine */

/* Handles for the topics of another configuration. */
void producer_configure(struct producer *producer, const struct config *config);

rd_kafka_t *producer_client(const struct producer *producer);
/* Wakes `fd` (eventfd) when there is something to serve; -1: no more. */
void producer_watch(struct producer *producer, int fd);
/* Takes delivery failures and errors; must be called whenever woken, also during a commit. `now`
 * is monotonic, ms. */
void producer_serve(struct producer *producer, time_ms now);

/* Writes the record into the open transaction: the bytes are copied. A record for a topic that
 * refuses goes to the dead-letter topic and, if it was a dispatch, to the root department.
 * Returns the bytes that are buffered by it. What librdkafka refuses on the spot it neither reports
 * nor holds against the transaction: only producer_verdict knows, so ask it before a commit. */
size_t producer_send(struct producer *producer, const struct action *action, time_ms now);
/* The configuration's text for ombud.config. */
void producer_send_config(struct producer *producer, time_ms now);

/* Fresh metadata says that a topic takes nothing. */
void producer_refuse(struct producer *producer, const char *topic, rd_kafka_resp_err_t code,
                     time_ms now);

/* The worst that went wrong since producer_forget. Valid until the next call. */
const struct verdict *producer_verdict(const struct producer *producer);
void producer_forget(struct producer *producer);
/* Records that went to the dead-letter topic instead of their own since this was last asked. */
uint64_t producer_take_redirected(struct producer *producer);
