#include "ctl/writer.h"

#include <stdlib.h>
#include <sysexits.h>

#include "base/mem.h"
#include "host/now.h"
#include "kafka/kafka_conf.h"
#include "kafka/metadata.h"

/* ms; PURGED: what librdkafka needs to give back what it still held. */
enum { STEP = 100, PURGED = 5000 };

struct writer {
    rd_kafka_t *client;
    rd_kafka_queue_t *reports;
    const rd_kafka_metadata_t *topics; /* as they were when it was opened */
    size_t waiting;                    /* records without an answer */
};

struct writer *writer_open(const struct config *config, int timeout, int *code, struct error *err)
{
    struct kafka_identity identity = { .name = "ombudctl" };
    rd_kafka_t *client = kafka_client(KAFKA_WRITER, config, &identity, NULL, err);
    bool refused = false;
    *code = EX_CONFIG;
    if (client == NULL)
        return NULL;
    const rd_kafka_metadata_t *topics = metadata_ask(client, timeout, &refused, err);
    if (topics == NULL) {
        *code = refused ? EX_NOPERM : EX_UNAVAILABLE;
        rd_kafka_destroy(client);
        return NULL;
    }
    struct writer *writer = mem_alloc(sizeof(*writer));
    writer->client = client;
    writer->reports = rd_kafka_queue_get_main(client);
    writer->topics = topics;
    *code = EX_OK;
    return writer;
}

void writer_close(struct writer *writer)
{
    if (writer == NULL)
        return;
    rd_kafka_metadata_destroy(writer->topics);
    rd_kafka_queue_destroy(writer->reports);
    rd_kafka_destroy(writer->client);
    free(writer);
}

static bool is_there(const struct writer *writer, struct str name)
{
    const rd_kafka_metadata_topic_t *topic = metadata_topic(writer->topics, name);
    return topic != NULL && topic->err == RD_KAFKA_RESP_ERR_NO_ERROR;
}

static void hand_over(struct writer *writer, struct writer_record *record)
{
    rd_kafka_headers_t *headers = record->headers ? rd_kafka_headers_copy(record->headers) : NULL;
    record->refusal = RD_KAFKA_RESP_ERR__IN_PROGRESS;
    rd_kafka_vu_t parts[] = {
        { .vtype = RD_KAFKA_VTYPE_TOPIC, .u.cstr = record->topic.data },
        { .vtype = RD_KAFKA_VTYPE_MSGFLAGS, .u.i = RD_KAFKA_MSG_F_COPY },
        { .vtype = RD_KAFKA_VTYPE_KEY,
          .u.mem = { (void *)(uintptr_t)record->key.data, record->key.size } },
        { .vtype = RD_KAFKA_VTYPE_VALUE,
          .u.mem = { (void *)(uintptr_t)record->value.data, record->value.size } },
        { .vtype = RD_KAFKA_VTYPE_OPAQUE, .u.ptr = record },
        { .vtype = RD_KAFKA_VTYPE_HEADERS, .u.headers = headers },
    };
    size_t count = sizeof(parts) / sizeof(parts[0]) - (headers == NULL);
    rd_kafka_error_t *error = rd_kafka_produceva(writer->client, parts, count);
    if (error == NULL) {
        writer->waiting++;
        return;
    }
    record->refusal = rd_kafka_error_code(error);
    rd_kafka_error_destroy(error);
    if (headers)
        rd_kafka_headers_destroy(headers);
}

/* To a topic that is not there nothing may be sent: brokers that make topics on demand would make
 * it. */
static void hand_over_all(struct writer *writer, struct writer_record *records, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (is_there(writer, records[i].topic))
            hand_over(writer, &records[i]);
        else
            records[i].refusal = RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART;
    }
}

static void take_report(struct writer *writer)
{
    rd_kafka_event_t *event = rd_kafka_queue_poll(writer->reports, STEP);
    const rd_kafka_message_t *message;
    while (rd_kafka_event_type(event) == RD_KAFKA_EVENT_DR &&
           (message = rd_kafka_event_message_next(event)) != NULL) {
        struct writer_record *record = message->_private;
        record->refusal = message->err;
        writer->waiting--;
    }
    rd_kafka_event_destroy(event);
}

/* What was given up says only that: here is why. */
static rd_kafka_resp_err_t reason(rd_kafka_resp_err_t refusal, rd_kafka_resp_err_t fatal)
{
    bool given_up =
        refusal == RD_KAFKA_RESP_ERR__IN_PROGRESS || refusal == RD_KAFKA_RESP_ERR__PURGE_QUEUE ||
        refusal == RD_KAFKA_RESP_ERR__PURGE_INFLIGHT || refusal == RD_KAFKA_RESP_ERR__FATAL;
    if (!given_up)
        return refusal;
    return fatal != RD_KAFKA_RESP_ERR_NO_ERROR ? fatal : RD_KAFKA_RESP_ERR__TIMED_OUT;
}

size_t writer_write(struct writer *writer, struct writer_record *records, size_t count, int timeout)
{
    size_t refused = 0;
    time_ms deadline = now_monotonic() + timeout;
    rd_kafka_resp_err_t fatal = RD_KAFKA_RESP_ERR_NO_ERROR;
    hand_over_all(writer, records, count);
    while (writer->waiting > 0 && fatal == RD_KAFKA_RESP_ERR_NO_ERROR &&
           now_monotonic() < deadline) {
        take_report(writer);
        fatal = rd_kafka_fatal_error(writer->client, NULL, 0);
    }
    if (writer->waiting > 0)
        rd_kafka_purge(writer->client, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
    deadline = now_monotonic() + PURGED;
    while (writer->waiting > 0 && now_monotonic() < deadline)
        take_report(writer);
    for (size_t i = 0; i < count; i++) {
        records[i].refusal = reason(records[i].refusal, fatal);
        refused += records[i].refusal != RD_KAFKA_RESP_ERR_NO_ERROR;
    }
    return refused;
}

int writer_exit_code(rd_kafka_resp_err_t refusal)
{
    switch (refusal) {
    case RD_KAFKA_RESP_ERR_NO_ERROR:
        return EX_OK;
    case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED:
        return EX_NOPERM;
    default:
        return EX_UNAVAILABLE;
    }
}
