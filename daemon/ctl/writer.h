/* What operators' commands write with: plain records outside any transaction, and the broker's word
 * on each of them. */
#pragma once

#include <librdkafka/rdkafka.h>
#include "base/error.h"
#include "config/config.h"

struct writer;

struct writer_record {
    struct str topic;                  /* NUL-terminated */
    struct str key, value;             /* an absent value is a tombstone */
    const rd_kafka_headers_t *headers; /* NULL: none */
    rd_kafka_resp_err_t refusal;       /* filled in by writer_write; NO_ERROR: the broker has it */
};

/* Asks which topics there are, for at most `timeout` ms. NULL + err and what a command exits with:
 * EX_CONFIG, EX_NOPERM when the broker does not let this user in, EX_UNAVAILABLE. */
struct writer *writer_open(const struct config *config, int timeout, int *code, struct error *err);
void writer_close(struct writer *writer); /* NULL is fine */

/* Sends `records`, each to the partition that its key has for every producer, and waits at most
 * `timeout` ms until the broker has answered to all of them. How many it did not take; of one whose
 * answer did not come it is not known, and a writer that has met such a one must be closed. */
size_t writer_write(struct writer *writer, struct writer_record *records, size_t count,
                    int timeout);
/* What a command exits with for a refusal: EX_OK for none, EX_NOPERM, EX_UNAVAILABLE. */
int writer_exit_code(rd_kafka_resp_err_t refusal);
