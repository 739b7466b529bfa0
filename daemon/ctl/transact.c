#include "ctl/transact.h"

#include <stdio.h>
#include <stdlib.h>
#include <sysexits.h>

#include "base/mem.h"
#include "host/failpoint.h"
#include "host/now.h"
#include "kafka/kafka_conf.h"
#include "kafka/metadata.h"
#include "kafka/verdict.h"

enum { SLICE_MS = 500, BUDGET_MS = 30000, AGAIN_MS = 20, SERVE_MS = 50 };

struct transact {
    rd_kafka_t *client;
    rd_kafka_queue_t *queue;
    char name[300];
    bool open;                /* a transaction is */
    struct error refusal;     /* of a record, from the broker; empty: none */
    rd_kafka_resp_err_t code; /* of the last failure */
    struct failpoints *failpoints;
};

/* Refused records, of which librdkafka tells here alone. */
static void serve(struct transact *transact, int timeout)
{
    rd_kafka_event_t *event = rd_kafka_queue_poll(transact->queue, timeout);
    for (; event != NULL; event = rd_kafka_queue_poll(transact->queue, 0)) {
        const rd_kafka_message_t *message;
        while (rd_kafka_event_type(event) == RD_KAFKA_EVENT_DR &&
               (message = rd_kafka_event_message_next(event)) != NULL) {
            if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR || transact->refusal.text[0] != '\0')
                continue;
            transact->code = message->err;
            error_set(&transact->refusal, "topic '%s': %s", rd_kafka_topic_name(message->rkt),
                      rd_kafka_err2str(message->err));
        }
        rd_kafka_event_destroy(event);
    }
}

/* False + err unless the call went well; asks again what may be asked again. */
static bool insist(struct transact *transact, rd_kafka_error_t *(*call)(rd_kafka_t *, int),
                   const char *what, struct error *err)
{
    time_ms end = now_monotonic() + BUDGET_MS;
    for (;;) {
        struct verdict verdict = verdict_of(call(transact->client, SLICE_MS), REMEDY_DIE);
        if (verdict.remedy == REMEDY_NONE)
            return true;
        transact->code = verdict.code;
        if (verdict.remedy != REMEDY_RETRY || now_monotonic() >= end)
            return error_set(err, "%s: %s", what, verdict.text);
        serve(transact, AGAIN_MS);
    }
}

static int exit_code_of(rd_kafka_resp_err_t code)
{
    switch (code) {
    case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_TRANSACTIONAL_ID_AUTHORIZATION_FAILED:
        return EX_NOPERM;
    case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART:
    case RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC:
    case RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION:
        return EX_CONFIG;
    case RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE:
    case RD_KAFKA_RESP_ERR_RECORD_LIST_TOO_LARGE:
    case RD_KAFKA_RESP_ERR_INVALID_RECORD:
        return EX_DATAERR;
    default:
        return EX_TEMPFAIL;
    }
}

int transact_exit_code(const struct transact *transact)
{
    return exit_code_of(transact->code);
}

struct transact *transact_open(const struct config *config, const char *suffix, int *code,
                               struct error *err)
{
    struct transact *transact = mem_alloc(sizeof(*transact));
    transact->failpoints = failpoints_new(getenv("OMBUD_FAILPOINT"), getenv("OMBUD_FAILPOINT_DIR"));
    snprintf(transact->name, sizeof(transact->name), "%.*s-%s",
             STR_ARG(kafka_property(config, "group.id")), suffix);
    struct kafka_identity identity = { .name = transact->name };
    transact->client = kafka_client(KAFKA_PRODUCER, config, &identity, NULL, err);
    if (transact->client == NULL) {
        *code = EX_CONFIG;
        transact_close(transact);
        return NULL;
    }
    transact->queue = rd_kafka_queue_get_main(transact->client);
    bool refused = false;
    const rd_kafka_metadata_t *reached = metadata_ask(transact->client, BUDGET_MS, &refused, err);
    if (reached == NULL) {
        *code = refused ? EX_NOPERM : EX_UNAVAILABLE;
        transact_close(transact);
        return NULL;
    }
    rd_kafka_metadata_destroy(reached);
    if (insist(transact, rd_kafka_init_transactions, "transactions", err))
        return transact;
    *code = transact_exit_code(transact);
    transact_close(transact);
    return NULL;
}

void transact_close(struct transact *transact)
{
    struct error unused;
    if (transact == NULL)
        return;
    if (transact->open)
        insist(transact, rd_kafka_abort_transaction, "abort", &unused);
    if (transact->queue != NULL)
        rd_kafka_queue_destroy(transact->queue);
    if (transact->client != NULL)
        rd_kafka_destroy(transact->client);
    failpoints_free(transact->failpoints);
    free(transact);
}

static bool begin(struct transact *transact, struct error *err)
{
    if (transact->open)
        return true;
    struct verdict verdict = verdict_of(rd_kafka_begin_transaction(transact->client), REMEDY_DIE);
    transact->open = verdict.remedy == REMEDY_NONE;
    transact->code = verdict.code;
    return transact->open || error_set(err, "transaction: %s", verdict.text);
}

static rd_kafka_resp_err_t produce(struct transact *transact, const struct transact_record *record,
                                   int32_t partition)
{
    rd_kafka_headers_t *headers = record->headers ? rd_kafka_headers_copy(record->headers) : NULL;
    rd_kafka_vu_t parts[] = {
        { .vtype = RD_KAFKA_VTYPE_TOPIC, .u.cstr = record->topic },
        { .vtype = RD_KAFKA_VTYPE_PARTITION, .u.i32 = partition },
        { .vtype = RD_KAFKA_VTYPE_MSGFLAGS, .u.i = RD_KAFKA_MSG_F_COPY },
        { .vtype = RD_KAFKA_VTYPE_TIMESTAMP, .u.i64 = record->timestamp },
        { .vtype = RD_KAFKA_VTYPE_VALUE,
          .u.mem = { .ptr = (void *)record->value.data, .size = record->value.size } },
        { .vtype = RD_KAFKA_VTYPE_KEY,
          .u.mem = { .ptr = (void *)record->key.data, .size = record->key.size } },
        { .vtype = RD_KAFKA_VTYPE_HEADERS, .u.headers = headers },
    };
    size_t count = sizeof(parts) / sizeof(parts[0]) - (headers == NULL);
    rd_kafka_error_t *error = rd_kafka_produceva(transact->client, parts, count);
    if (error == NULL)
        return RD_KAFKA_RESP_ERR_NO_ERROR;
    rd_kafka_resp_err_t code = rd_kafka_error_code(error);
    rd_kafka_error_destroy(error);
    if (headers != NULL)
        rd_kafka_headers_destroy(headers);
    return code;
}

bool transact_write(struct transact *transact, const struct transact_record *record,
                    struct error *err)
{
    rd_kafka_resp_err_t code = RD_KAFKA_RESP_ERR_NO_ERROR;
    bool began = begin(transact, err);
    if (began)
        code = produce(transact, record, record->partition);
    if (code == RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION && record->otherwise != record->partition)
        code = produce(transact, record, record->otherwise);
    if (record->headers != NULL)
        rd_kafka_headers_destroy(record->headers);
    if (!began)
        return false;
    serve(transact, 0);
    FAILPOINT(transact->failpoints, "mid_produce");
    transact->code = code ? code : transact->code;
    return code == RD_KAFKA_RESP_ERR_NO_ERROR ||
           error_set(err, "topic '%s': %s", record->topic, rd_kafka_err2str(code));
}

static bool send_offsets(struct transact *transact, const char *group_name,
                         const rd_kafka_topic_partition_list_t *list, struct error *err)
{
    time_ms end = now_monotonic() + BUDGET_MS;
    rd_kafka_consumer_group_metadata_t *group = rd_kafka_consumer_group_metadata_new(group_name);
    struct verdict verdict;
    do {
        verdict = verdict_of(
            rd_kafka_send_offsets_to_transaction(transact->client, list, group, SLICE_MS),
            REMEDY_DIE);
        if (verdict.remedy == REMEDY_RETRY)
            serve(transact, AGAIN_MS);
    } while (verdict.remedy == REMEDY_RETRY && now_monotonic() < end);
    rd_kafka_consumer_group_metadata_destroy(group);
    transact->code = verdict.code ? verdict.code : transact->code;
    return verdict.remedy == REMEDY_NONE ||
           error_set(err, "group '%s': %s", group_name, verdict.text);
}

/* Nothing is on its way any more, or a record was refused. */
static bool settle_records(struct transact *transact, struct error *err)
{
    time_ms end = now_monotonic() + BUDGET_MS;
    rd_kafka_flush(transact->client, 0); /* does not wait for company */
    while (rd_kafka_outq_len(transact->client) > 0 && now_monotonic() < end) {
        serve(transact, SERVE_MS);
        rd_kafka_flush(transact->client, 0);
    }
    serve(transact, 0);
    if (transact->refusal.text[0] != '\0')
        return error_set(err, "%s", transact->refusal.text);
    return rd_kafka_outq_len(transact->client) == 0 ||
           error_set(err, "the broker did not take the records in time");
}

bool transact_commit(struct transact *transact, const char *group,
                     const rd_kafka_topic_partition_list_t *offsets, struct error *err)
{
    bool fine = begin(transact, err) && settle_records(transact, err);
    FAILPOINT(transact->failpoints, "before_send_offsets");
    fine = fine && (offsets == NULL || send_offsets(transact, group, offsets, err));
    FAILPOINT(transact->failpoints, "before_commit");
    fine = fine && insist(transact, rd_kafka_commit_transaction, "commit", err);
    FAILPOINT(transact->failpoints, "after_commit");
    transact->open = transact->open && !fine;
    return fine;
}
