#include "ctl/reader.h"

#include <stdlib.h>

#include "base/mem.h"
#include "kafka/kafka_conf.h"
#include "kafka/topics.h"

enum { TIMEOUT = 15000 };

struct reader {
    rd_kafka_t *client;
    rd_kafka_topic_partition_list_t *partitions; /* offset: where reading starts */
    size_t behind;                               /* partitions whose end was not met yet */
};

static rd_kafka_t *open_client(const struct config *config, struct error *err)
{
    struct kafka_identity identity = { .name = "ombudctl" };
    rd_kafka_t *client = kafka_client(KAFKA_READER, config, &identity, NULL, err);
    if (client)
        rd_kafka_poll_set_consumer(client);
    return client;
}

static bool find_end(struct reader *reader, rd_kafka_topic_partition_t *partition,
                     enum reader_start start, struct error *err)
{
    int64_t low = 0, high = 0;
    rd_kafka_resp_err_t code = rd_kafka_query_watermark_offsets(
        reader->client, partition->topic, partition->partition, &low, &high, TIMEOUT);
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR)
        return error_set(err, "topic '%s', partition %d: %s", partition->topic,
                         partition->partition, rd_kafka_err2str(code));
    partition->offset = start == READER_FROM_START ? low : high;
    return true;
}

struct reader *reader_open(const struct config *config, const struct str *topics, size_t count,
                           enum reader_start start, struct error *err)
{
    struct reader *reader = mem_alloc(sizeof(*reader));
    reader->client = open_client(config, err);
    bool ok = reader->client != NULL;
    reader->partitions = rd_kafka_topic_partition_list_new((int)count);
    for (size_t i = 0; ok && i < count; i++) {
        int partitions = topics_partitions(reader->client, topics[i], TIMEOUT, err);
        ok = partitions >= 0;
        for (int p = 0; ok && p < partitions; p++)
            ok = find_end(reader,
                          rd_kafka_topic_partition_list_add(reader->partitions, topics[i].data, p),
                          start, err);
    }
    reader->behind = (size_t)reader->partitions->cnt;
    if (ok) {
        rd_kafka_resp_err_t code = rd_kafka_assign(reader->client, reader->partitions);
        if (code != RD_KAFKA_RESP_ERR_NO_ERROR)
            ok = error_set(err, "Kafka client: %s", rd_kafka_err2str(code));
    }
    if (ok)
        return reader;
    reader_close(reader);
    return NULL;
}

void reader_close(struct reader *reader)
{
    if (reader == NULL)
        return;
    if (reader->partitions)
        rd_kafka_topic_partition_list_destroy(reader->partitions);
    if (reader->client) {
        rd_kafka_consumer_close(reader->client);
        rd_kafka_destroy(reader->client);
    }
    free(reader);
}

/* Worth telling: what waiting does not mend. */
static bool is_refusal(rd_kafka_resp_err_t code)
{
    return code == RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED ||
           code == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART ||
           code == RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC || code == RD_KAFKA_RESP_ERR__AUTHENTICATION ||
           code == RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE ||
           code == RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET;
}

rd_kafka_message_t *reader_next(struct reader *reader, int timeout, struct error *err)
{
    err->text[0] = '\0';
    rd_kafka_message_t *message = rd_kafka_consumer_poll(reader->client, timeout);
    if (message == NULL || message->err == RD_KAFKA_RESP_ERR_NO_ERROR)
        return message;
    if (message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF && reader->behind > 0)
        reader->behind--;
    else if (is_refusal(message->err))
        error_set(err, "%s", rd_kafka_message_errstr(message));
    rd_kafka_message_destroy(message);
    return NULL;
}

bool reader_caught_up(const struct reader *reader)
{
    return reader->behind == 0;
}
