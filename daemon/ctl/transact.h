/* A transactional producer for commands that must not do half of their work, or twice. Of two with
 * one name the older can commit nothing any more. */
#pragma once

#include <librdkafka/rdkafka.h>
#include "base/error.h"
#include "config/config.h"

struct transact;

/* Its name is "{group.id}-`suffix`". Waits until it has it. NULL + err, and what to exit with. */
struct transact *transact_open(const struct config *config, const char *suffix, int *code,
                               struct error *err);
void transact_close(struct transact *transact); /* undoes what is open; NULL is fine */

struct transact_record {
    const char *topic;
    int32_t partition; /* RD_KAFKA_PARTITION_UA: the key's */
    int32_t otherwise; /* where there is no such partition */
    int64_t timestamp; /* 0: now */
    struct str key, value;
    rd_kafka_headers_t *headers; /* taken over; NULL: none */
};
/* Into the open transaction, which begins if need be. The bytes are copied. */
bool transact_write(struct transact *transact, const struct transact_record *record,
                    struct error *err);
/* Commits it, with these offsets of the group; `offsets` NULL: with none. */
bool transact_commit(struct transact *transact, const char *group,
                     const rd_kafka_topic_partition_list_t *offsets, struct error *err);
/* What a command exits with after a failure: by what the broker refused, EX_TEMPFAIL where trying
 * again may help. */
int transact_exit_code(const struct transact *transact);
