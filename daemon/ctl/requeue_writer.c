#include "ctl/requeue_writer.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "host/now.h"
#include "kafka/kafka_conf.h"
#include "kafka/verdict.h"

enum { SLICE_MS = 500, BUDGET_MS = 30000, AGAIN_MS = 20, SERVE_MS = 50 };

struct requeue_writer {
    rd_kafka_t *client;
    rd_kafka_queue_t *queue;
    char name[300];
    bool open;            /* a transaction is */
    struct error refusal; /* of a record, from the broker; empty: none */
    struct arena *arena;
};

/* Refused records, of which librdkafka tells here alone. */
static void serve(struct requeue_writer *writer, int timeout)
{
    rd_kafka_event_t *event = rd_kafka_queue_poll(writer->queue, timeout);
    for (; event != NULL; event = rd_kafka_queue_poll(writer->queue, 0)) {
        const rd_kafka_message_t *message;
        while (rd_kafka_event_type(event) == RD_KAFKA_EVENT_DR &&
               (message = rd_kafka_event_message_next(event)) != NULL) {
            if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR && writer->refusal.text[0] == '\0')
                error_set(&writer->refusal, "topic '%s': %s", rd_kafka_topic_name(message->rkt),
                          rd_kafka_err2str(message->err));
        }
        rd_kafka_event_destroy(event);
    }
}

/* False + err unless the call went well; asks again what may be asked again. */
static bool insist(struct requeue_writer *writer, rd_kafka_error_t *(*call)(rd_kafka_t *, int),
                   const char *what, struct error *err)
{
    time_ms end = now_monotonic() + BUDGET_MS;
    for (;;) {
        struct verdict verdict = verdict_of(call(writer->client, SLICE_MS), REMEDY_DIE);
        if (verdict.remedy == REMEDY_NONE)
            return true;
        if (verdict.remedy != REMEDY_RETRY || now_monotonic() >= end)
            return error_set(err, "%s: %s", what, verdict.text);
        serve(writer, AGAIN_MS);
    }
}

struct requeue_writer *requeue_writer_open(const struct config *config, struct error *err)
{
    struct requeue_writer *writer = mem_alloc(sizeof(*writer));
    snprintf(writer->name, sizeof(writer->name), "%.*s-requeue",
             STR_ARG(kafka_property(config, "group.id")));
    struct kafka_identity identity = { .name = writer->name };
    writer->arena = arena_new(4096);
    writer->client = kafka_client(KAFKA_PRODUCER, config, &identity, NULL, err);
    if (writer->client == NULL) {
        requeue_writer_close(writer);
        return NULL;
    }
    writer->queue = rd_kafka_queue_get_main(writer->client);
    if (insist(writer, rd_kafka_init_transactions, "transactions", err))
        return writer;
    requeue_writer_close(writer);
    return NULL;
}

void requeue_writer_close(struct requeue_writer *writer)
{
    struct error unused;
    if (writer == NULL)
        return;
    if (writer->open)
        insist(writer, rd_kafka_abort_transaction, "abort", &unused);
    if (writer->queue != NULL)
        rd_kafka_queue_destroy(writer->queue);
    if (writer->client != NULL)
        rd_kafka_destroy(writer->client);
    arena_free(writer->arena);
    free(writer);
}

static bool begin(struct requeue_writer *writer, struct error *err)
{
    if (writer->open)
        return true;
    struct verdict verdict = verdict_of(rd_kafka_begin_transaction(writer->client), REMEDY_DIE);
    writer->open = verdict.remedy == REMEDY_NONE;
    return writer->open || error_set(err, "transaction: %s", verdict.text);
}

static rd_kafka_headers_t *headers_of(const struct letter *letter)
{
    const struct record *record = &letter->record;
    rd_kafka_headers_t *headers = rd_kafka_headers_new(record->header_count + 1);
    for (size_t i = 0; i < record->header_count; i++) {
        const struct header *header = &record->headers[i];
        if (!deadletter_tells(header->name) && !str_is(header->name, DEADLETTER_REPLAYS))
            rd_kafka_header_add(headers, header->name.data, (ssize_t)header->name.size,
                                header->value.data, (ssize_t)header->value.size);
    }
    char replays[16];
    int size = snprintf(replays, sizeof(replays), "%d", letter->replays + 1);
    rd_kafka_header_add(headers, DEADLETTER_REPLAYS, -1, replays, size);
    return headers;
}

/* A key decides the partition, as it did the first time. Without one it is the partition it came
 * from; where there is none, any. */
static rd_kafka_resp_err_t produce(struct requeue_writer *writer, const struct letter *letter,
                                   const char *topic, int32_t partition)
{
    const struct record *record = &letter->record;
    rd_kafka_headers_t *headers = headers_of(letter);
    rd_kafka_vu_t parts[] = {
        { .vtype = RD_KAFKA_VTYPE_TOPIC, .u.cstr = topic },
        { .vtype = RD_KAFKA_VTYPE_PARTITION, .u.i32 = partition },
        { .vtype = RD_KAFKA_VTYPE_MSGFLAGS, .u.i = RD_KAFKA_MSG_F_COPY },
        { .vtype = RD_KAFKA_VTYPE_TIMESTAMP,
          .u.i64 = record->timestamp > 0 ? record->timestamp : 0 },
        { .vtype = RD_KAFKA_VTYPE_VALUE,
          .u.mem = { .ptr = (void *)record->value.data, .size = record->value.size } },
        { .vtype = RD_KAFKA_VTYPE_KEY,
          .u.mem = { .ptr = (void *)record->key.data, .size = record->key.size } },
        { .vtype = RD_KAFKA_VTYPE_HEADERS, .u.headers = headers },
    };
    rd_kafka_error_t *error =
        rd_kafka_produceva(writer->client, parts, sizeof(parts) / sizeof(parts[0]));
    if (error == NULL)
        return RD_KAFKA_RESP_ERR_NO_ERROR;
    rd_kafka_resp_err_t code = rd_kafka_error_code(error);
    rd_kafka_error_destroy(error);
    rd_kafka_headers_destroy(headers);
    return code;
}

bool requeue_writer_write(struct requeue_writer *writer, const struct letter *letter,
                          struct str topic, struct error *err)
{
    if (!begin(writer, err))
        return false;
    arena_reset(writer->arena);
    const char *name = arena_copy(writer->arena, topic).data;
    bool keyed = str_present(letter->record.key);
    int32_t partition = keyed || letter->partition < 0 ? RD_KAFKA_PARTITION_UA : letter->partition;
    rd_kafka_resp_err_t code = produce(writer, letter, name, partition);
    if (code == RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION && partition != RD_KAFKA_PARTITION_UA)
        code = produce(writer, letter, name, RD_KAFKA_PARTITION_UA);
    serve(writer, 0);
    return code == RD_KAFKA_RESP_ERR_NO_ERROR ||
           error_set(err, "topic '%s': %s", name, rd_kafka_err2str(code));
}

/* What the group shall have of one partition. False + err: more than a broker keeps. */
static bool add_settled(const struct letters *letters, int number,
                        rd_kafka_topic_partition_list_t *list, struct error *err)
{
    const struct letters_partition *partition = &letters->partitions[number];
    struct settled next;
    struct buf text = { 0 };
    settling_end(&partition->walk, &partition->settled, partition->reached, &next);
    settled_text(&next, &text);
    rd_kafka_topic_partition_t *place =
        rd_kafka_topic_partition_list_add(list, letters->config->topics.deadletter.data, number);
    place->offset = next.base;
    place->metadata_size = text.size;
    place->metadata = text.size == 0 ? NULL : mem_copy(text.data, text.size);
    settled_free(&next);
    buf_free(&text);
    return place->metadata_size <= SETTLED_TEXT_MOST ||
           error_set(err,
                     "partition %d: the letters that are left lie too scattered among the others "
                     "to be remembered; requeue or discard some of the older ones first",
                     number);
}

static bool list_settled(const struct letters *letters, rd_kafka_topic_partition_list_t *list,
                         struct error *err)
{
    for (int i = 0; i < letters->count; i++) {
        if (letters->partitions[i].changed && !add_settled(letters, i, list, err))
            return false;
    }
    return true;
}

static bool send_settled(struct requeue_writer *writer, const char *group_name,
                         const rd_kafka_topic_partition_list_t *list, struct error *err)
{
    time_ms end = now_monotonic() + BUDGET_MS;
    rd_kafka_consumer_group_metadata_t *group = rd_kafka_consumer_group_metadata_new(group_name);
    struct verdict verdict;
    do {
        verdict =
            verdict_of(rd_kafka_send_offsets_to_transaction(writer->client, list, group, SLICE_MS),
                       REMEDY_DIE);
        if (verdict.remedy == REMEDY_RETRY)
            serve(writer, AGAIN_MS);
    } while (verdict.remedy == REMEDY_RETRY && now_monotonic() < end);
    rd_kafka_consumer_group_metadata_destroy(group);
    return verdict.remedy == REMEDY_NONE ||
           error_set(err, "group '%s': %s", group_name, verdict.text);
}

/* Nothing is on its way any more, or a record was refused. */
static bool settle_records(struct requeue_writer *writer, struct error *err)
{
    time_ms end = now_monotonic() + BUDGET_MS;
    rd_kafka_flush(writer->client, 0); /* does not wait for company */
    while (rd_kafka_outq_len(writer->client) > 0 && now_monotonic() < end) {
        serve(writer, SERVE_MS);
        rd_kafka_flush(writer->client, 0);
    }
    serve(writer, 0);
    if (writer->refusal.text[0] != '\0')
        return error_set(err, "%s", writer->refusal.text);
    return rd_kafka_outq_len(writer->client) == 0 ||
           error_set(err, "the broker did not take the records in time");
}

bool requeue_writer_commit(struct requeue_writer *writer, struct letters *letters,
                           struct error *err)
{
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(letters->count);
    bool fine = begin(writer, err) && list_settled(letters, list, err) &&
                settle_records(writer, err) && send_settled(writer, letters->group, list, err) &&
                insist(writer, rd_kafka_commit_transaction, "commit", err);
    rd_kafka_topic_partition_list_destroy(list);
    writer->open = writer->open && !fine;
    for (int i = 0; fine && i < letters->count; i++)
        letters->partitions[i].changed = false;
    return fine;
}
