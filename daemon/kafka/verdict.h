/* What Kafka's refusals ask of us: one scale, from the record that was refused up to the worker.
 * Of several the worst counts. */
#pragma once

#include <librdkafka/rdkafka.h>

enum remedy {
    REMEDY_NONE,     /* nothing is wrong */
    REMEDY_RETRY,    /* the same call again */
    REMEDY_ABORT,    /* not committed: abort the transaction and do its work again */
    REMEDY_RECREATE, /* not committed, and the producer is of no use any more: make it anew */
    REMEDY_ASK,      /* committed or not: make the producer anew, then ask the group */
    REMEDY_STOP,     /* we were asked to stop before it was over */
    REMEDY_YIELD,    /* another process has our name: leave it the field */
    REMEDY_DIE       /* a person must act */
};

struct verdict {
    enum remedy remedy;
    rd_kafka_resp_err_t code;
    char text[256]; /* why; "" with REMEDY_NONE */
};

/* Takes the new reason if its remedy is worse. */
void verdict_worsen(struct verdict *verdict, enum remedy remedy, rd_kafka_resp_err_t code,
                    const char *format, ...) __attribute__((format(printf, 4, 5)));
/* Reads librdkafka's own flags (retriable, abort, fatal) and destroys `error`; NULL: none.
 * `unflagged` is what an error without any of them asks for here. */
struct verdict verdict_of(rd_kafka_error_t *error, enum remedy unflagged);
