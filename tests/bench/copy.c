/* The least that any exactly-once job costs: consume, produce, and commit both in transactions of
 * 100 ms, with nothing decided. scripts/bench measures the router against it. */
#include <librdkafka/rdkafka.h>
#include <stdio.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* So much text that a repetition is further away than a compressor looks back. */
enum { TRANSACTION_MS = 100, BATCH = 1000, POOL_BYTES = 8 << 20 };
enum { HEADERS = 4 }; /* of a record that has any, as the router's have */

struct copy {
    rd_kafka_t *consumer, *producer;
    rd_kafka_queue_t *queue;
    rd_kafka_topic_t *output;
    int partitions;      /* of the input */
    double per_event;    /* records written for each event; 0: the event itself */
    size_t record_bytes; /* of each of them, without headers */
    double with_headers; /* the share of them that have headers */
    size_t header_bytes; /* of each header's value */
    int64_t *next;       /* offset behind what was consumed, -1: nothing yet */
    int ended;           /* partitions read to their end */
    long events, records;
    double owed, headers_owed;
    char *pool; /* what events said, for the records to say */
    size_t filled, written, read;
};

static double seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void die(const char *what, const char *why)
{
    fprintf(stderr, "copy: %s: %s\n", what, why);
    exit(70);
}

static void check(rd_kafka_error_t *error, const char *what)
{
    if (error)
        die(what, rd_kafka_error_string(error));
}

/* The same settings as the router's, so that only the work differs. */
static rd_kafka_t *client(rd_kafka_type_t type, const char *brokers, const char *name)
{
    static const char *const common[][2] = { { "socket.nagle.disable", "true" } };
    static const char *const consumer[][2] = {
        { "enable.auto.commit", "false" },       { "enable.auto.offset.store", "false" },
        { "isolation.level", "read_committed" }, { "enable.partition.eof", "true" },
        { "queued.min.messages", "500000" },     { "queued.max.messages.kbytes", "262144" },
        { "fetch.error.backoff.ms", "10" },      { "auto.offset.reset", "earliest" },
    };
    static const char *const producer[][2] = {
        { "linger.ms", "20" },
        { "compression.codec", "lz4" },
        { "batch.num.messages", "100000" },
        { "queue.buffering.max.messages", "10000000" },
        { "queue.buffering.max.kbytes", "2147483647" },
        { "delivery.report.only.error", "true" },
        { "transaction.timeout.ms", "30000" },
    };
    char reason[256];
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    rd_kafka_conf_set(conf, "bootstrap.servers", brokers, reason, sizeof(reason));
    for (size_t i = 0; i < sizeof(common) / sizeof(*common); i++)
        rd_kafka_conf_set(conf, common[i][0], common[i][1], reason, sizeof(reason));
    if (type == RD_KAFKA_CONSUMER) {
        rd_kafka_conf_set(conf, "group.id", name, reason, sizeof(reason));
        for (size_t i = 0; i < sizeof(consumer) / sizeof(*consumer); i++)
            rd_kafka_conf_set(conf, consumer[i][0], consumer[i][1], reason, sizeof(reason));
    } else {
        rd_kafka_conf_set(conf, "transactional.id", name, reason, sizeof(reason));
        for (size_t i = 0; i < sizeof(producer) / sizeof(*producer); i++)
            rd_kafka_conf_set(conf, producer[i][0], producer[i][1], reason, sizeof(reason));
    }
    rd_kafka_t *made = rd_kafka_new(type, conf, reason, sizeof(reason));
    if (made == NULL)
        die("client", reason);
    return made;
}

static rd_kafka_headers_t *make_headers(struct copy *copy, const char *text)
{
    static const char *const names[HEADERS] = { "ce_specversion", "ce_id", "ce_type", "ce_source" };
    copy->headers_owed += copy->with_headers;
    if (copy->headers_owed < 1)
        return NULL;
    copy->headers_owed -= 1;
    rd_kafka_headers_t *headers = rd_kafka_headers_new(HEADERS);
    for (int i = 0; i < HEADERS; i++)
        rd_kafka_header_add(headers, names[i], (ssize_t)strlen(names[i]), text,
                            (ssize_t)copy->header_bytes);
    return headers;
}

static void produce(struct copy *copy, const char *value, size_t size, const void *key,
                    size_t key_size)
{
    rd_kafka_headers_t *headers = make_headers(copy, value);
    rd_kafka_vu_t parts[] = {
        { .vtype = RD_KAFKA_VTYPE_RKT, .u.rkt = copy->output },
        { .vtype = RD_KAFKA_VTYPE_PARTITION, .u.i32 = RD_KAFKA_PARTITION_UA },
        { .vtype = RD_KAFKA_VTYPE_MSGFLAGS, .u.i = RD_KAFKA_MSG_F_COPY },
        { .vtype = RD_KAFKA_VTYPE_VALUE, .u.mem = { (void *)(uintptr_t)value, size } },
        { .vtype = RD_KAFKA_VTYPE_KEY, .u.mem = { (void *)(uintptr_t)key, key_size } },
        { .vtype = RD_KAFKA_VTYPE_HEADERS, .u.headers = headers },
    };
    check(rd_kafka_produceva(copy->producer, parts, headers ? 6 : 5), "produce");
    copy->records++;
}

static void remember(struct copy *copy, const void *bytes, size_t size)
{
    if (copy->written + size > POOL_BYTES)
        copy->written = 0;
    if (size > POOL_BYTES)
        return;
    memcpy(copy->pool + copy->written, bytes, size);
    copy->written += size;
    if (copy->filled < copy->written)
        copy->filled = copy->written;
}

static void take(struct copy *copy, const rd_kafka_message_t *message)
{
    if (message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
        copy->ended++;
        return;
    }
    if (message->err)
        die("consumer", rd_kafka_message_errstr(message));
    copy->events++;
    copy->next[message->partition] = message->offset + 1;
    if (copy->per_event <= 0) {
        produce(copy, message->payload, message->len, message->key, message->key_len);
        return;
    }
    remember(copy, message->payload, message->len);
    for (copy->owed += copy->per_event; copy->owed >= 1; copy->owed -= 1) {
        if (copy->read + copy->record_bytes > copy->filled)
            copy->read = 0;
        produce(copy, copy->pool + copy->read, copy->record_bytes, message->key, message->key_len);
        copy->read += copy->record_bytes;
    }
}

static void commit(struct copy *copy, const char *topic)
{
    rd_kafka_topic_partition_list_t *offsets = rd_kafka_topic_partition_list_new(copy->partitions);
    for (int i = 0; i < copy->partitions; i++) {
        if (copy->next[i] >= 0)
            rd_kafka_topic_partition_list_add(offsets, topic, i)->offset = copy->next[i];
    }
    rd_kafka_consumer_group_metadata_t *group = rd_kafka_consumer_group_metadata(copy->consumer);
    check(rd_kafka_send_offsets_to_transaction(copy->producer, offsets, group, 30000), "offsets");
    check(rd_kafka_commit_transaction(copy->producer, 30000), "commit");
    check(rd_kafka_begin_transaction(copy->producer), "begin");
    rd_kafka_consumer_group_metadata_destroy(group);
    rd_kafka_topic_partition_list_destroy(offsets);
}

int main(int argc, char **argv)
{
    if (argc < 6) {
        fprintf(stderr, "usage: copy BROKERS FROM PARTITIONS TO GROUP "
                        "[RECORDS-PER-EVENT BYTES [SHARE-WITH-HEADERS BYTES-OF-A-HEADER]]\n");
        return 64;
    }
    struct copy copy = { .partitions = atoi(argv[3]),
                         .per_event = argc > 7 ? atof(argv[6]) : 0,
                         .record_bytes = argc > 7 ? (size_t)atol(argv[7]) : 0,
                         .with_headers = argc > 9 ? atof(argv[8]) : 0,
                         .header_bytes = argc > 9 ? (size_t)atol(argv[9]) : 0 };
    copy.consumer = client(RD_KAFKA_CONSUMER, argv[1], argv[5]);
    copy.producer = client(RD_KAFKA_PRODUCER, argv[1], argv[5]);
    copy.output = rd_kafka_topic_new(copy.producer, argv[4], NULL);
    copy.next = malloc((size_t)copy.partitions * sizeof(*copy.next));
    copy.pool = malloc(POOL_BYTES);
    while (copy.filled < copy.record_bytes)
        copy.pool[copy.filled++] = 'x'; /* before the first event has been heard */
    check(rd_kafka_init_transactions(copy.producer, 30000), "init");
    check(rd_kafka_begin_transaction(copy.producer), "begin");

    rd_kafka_topic_partition_list_t *input = rd_kafka_topic_partition_list_new(copy.partitions);
    for (int i = 0; i < copy.partitions; i++) {
        copy.next[i] = -1;
        rd_kafka_topic_partition_list_add(input, argv[2], i)->offset = 0;
    }
    rd_kafka_poll_set_consumer(copy.consumer);
    rd_kafka_assign(copy.consumer, input);
    copy.queue = rd_kafka_queue_get_consumer(copy.consumer);
    rd_kafka_message_t *batch[BATCH];
    double start = 0, last = seconds();
    while (copy.ended < copy.partitions) {
        ssize_t count = rd_kafka_consume_batch_queue(copy.queue, 20, batch, BATCH);
        if (count > 0 && start == 0)
            start = seconds();
        for (ssize_t i = 0; i < count; i++) {
            take(&copy, batch[i]);
            rd_kafka_message_destroy(batch[i]);
        }
        rd_kafka_poll(copy.producer, 0);
        if (seconds() - last >= TRANSACTION_MS / 1e3) {
            commit(&copy, argv[2]);
            last = seconds();
        }
    }
    commit(&copy, argv[2]);
    printf("events=%ld records=%ld seconds=%.3f\n", copy.events, copy.records, seconds() - start);
    fflush(stdout);
    _exit(0); /* closing costs seconds and measures nothing */
}
