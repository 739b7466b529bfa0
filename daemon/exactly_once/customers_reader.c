#include "exactly_once/customers_reader.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

#include "base/mem.h"
#include "enrich/enrich.h"
#include "kafka/kafka_conf.h"
#include "kafka/topics.h"

enum {
    POLL_MS = 100,
    SEEK_MS = 5000,
    PUBLISH_MS = 1000,  /* at most so often, and never more than a tenth of the time: copying a */
    PUBLISH_SHARE = 10, /* table of a million rows takes a while */
};

struct customers_reader {
    rd_kafka_t *client;
    struct log *log;
    struct str topic; /* ours */
    struct customers *table;
    int ends_left; /* partitions whose end was not met yet */
    bool changed;
    struct worker *const *workers;
    int worker_count;
    atomic_ullong progress;
};

static time_ms monotonic(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * TIME_SECOND + now.tv_nsec / 1000000;
}

static void take(struct customers_reader *reader, const rd_kafka_message_t *message)
{
    struct error err;
    struct str account = { message->key, message->key_len };
    struct str row = { message->payload, message->len };
    if (customers_put(reader->table, account, row, &err))
        reader->changed = true;
    else
        log_say(reader->log, LOGGED_WARNING, "%s partition %d offset %lld: %s; the row is left out",
                reader->topic.data, (int)message->partition, (long long)message->offset, err.text);
}

/* The log begins later than where we stood. What is gone was replaced by newer records of the same
 * accounts, so reading all of it again loses nothing. */
static bool begin_again(struct customers_reader *reader, int32_t partition)
{
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(1);
    rd_kafka_topic_partition_list_add(list, reader->topic.data, partition)->offset =
        RD_KAFKA_OFFSET_BEGINNING;
    rd_kafka_error_t *error = rd_kafka_seek_partitions(reader->client, list, SEEK_MS);
    bool ok = error == NULL && list->elems[0].err == RD_KAFKA_RESP_ERR_NO_ERROR;
    if (error != NULL)
        rd_kafka_error_destroy(error);
    rd_kafka_topic_partition_list_destroy(list);
    return ok;
}

static bool is_position_lost(rd_kafka_resp_err_t code)
{
    return code == RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET ||
           code == RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE;
}

/* One turn of reading. False + err when the broker refuses. */
static bool read_some(struct customers_reader *reader, struct error *err)
{
    rd_kafka_message_t *message = rd_kafka_consumer_poll(reader->client, POLL_MS);
    atomic_fetch_add(&reader->progress, 1);
    if (message == NULL)
        return true;
    bool ok = true;
    if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR)
        take(reader, message);
    else if (message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF)
        reader->ends_left -= reader->ends_left > 0;
    else if (message->err == RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED ||
             (is_position_lost(message->err) && !begin_again(reader, message->partition)))
        ok = error_set(err, "topic '%s': %s", reader->topic.data, rd_kafka_message_errstr(message));
    rd_kafka_message_destroy(message);
    return ok;
}

static bool start_reading(struct customers_reader *reader, struct error *err)
{
    int partitions = topics_partitions(reader->client, reader->topic, (int)(30 * TIME_SECOND), err);
    if (partitions <= 0)
        return partitions == 0 ? error_set(err, "topic '%s' is missing", reader->topic.data)
                               : false;
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(partitions);
    for (int i = 0; i < partitions; i++)
        rd_kafka_topic_partition_list_add(list, reader->topic.data, i)->offset =
            RD_KAFKA_OFFSET_BEGINNING;
    rd_kafka_resp_err_t code = rd_kafka_assign(reader->client, list);
    rd_kafka_topic_partition_list_destroy(list);
    reader->ends_left = partitions;
    return code == RD_KAFKA_RESP_ERR_NO_ERROR || error_set(err, "%s", rd_kafka_err2str(code));
}

struct customers_reader *customers_reader_open(const struct config *config, struct log *log,
                                               struct error *err)
{
    struct customers_reader *reader = mem_alloc(sizeof(*reader));
    struct kafka_identity identity = { .name = "customers" };
    reader->log = log;
    /* A copy: the configuration is exchanged by a reload. */
    reader->topic.data = mem_copy(config->topics.customers.data, config->topics.customers.size);
    reader->topic.size = config->topics.customers.size;
    reader->table = customers_new();
    reader->client = kafka_client(KAFKA_READER, config, &identity, log, err);
    time_ms deadline = monotonic() + config->broker_wait;
    bool ok = reader->client != NULL;
    if (ok)
        rd_kafka_poll_set_consumer(reader->client);
    ok = ok && start_reading(reader, err);
    while (ok && reader->ends_left > 0) {
        ok = read_some(reader, err);
        if (reader->changed) /* a large table may take long, silence may not */
            deadline = monotonic() + config->broker_wait;
        reader->changed = false;
        if (ok && reader->ends_left > 0 && monotonic() > deadline)
            ok = error_set(err, "topic '%s' could not be read to its end", reader->topic.data);
    }
    if (ok) {
        log_say(log, LOGGED_INFO, "%s: %zu customers", reader->topic.data,
                customers_count(reader->table));
        return reader;
    }
    customers_free(reader->table);
    free((char *)reader->topic.data);
    if (reader->client)
        rd_kafka_destroy(reader->client);
    free(reader);
    return NULL;
}

struct customers *customers_reader_copy(const struct customers_reader *reader)
{
    return customers_copy(reader->table);
}

/* Returns how long it took, ms. */
static time_ms publish(struct customers_reader *reader)
{
    time_ms start = monotonic();
    for (int i = 0; i < reader->worker_count; i++)
        worker_use_customers(reader->workers[i], customers_copy(reader->table));
    reader->changed = false;
    return monotonic() - start;
}

static void *follow(void *arg)
{
    struct customers_reader *reader = arg;
    time_ms next = 0;
    for (;;) {
        struct error err;
        if (!read_some(reader, &err))
            log_say(reader->log, LOGGED_ERROR, "customers are not read any more: %s", err.text);
        time_ms now = monotonic();
        if (reader->changed && now >= next)
            next = now + time_max(PUBLISH_MS, PUBLISH_SHARE * publish(reader));
    }
    return NULL;
}

bool customers_reader_follow(struct customers_reader *reader, struct worker *const *workers,
                             int count, struct error *err)
{
    reader->workers = workers;
    reader->worker_count = count;
    pthread_t thread;
    if (pthread_create(&thread, NULL, follow, reader) != 0)
        return error_set(err, "the thread that reads customers cannot be started");
    pthread_setname_np(thread, "customers");
    pthread_detach(thread);
    return true;
}

uint64_t customers_reader_progress(const struct customers_reader *reader)
{
    return atomic_load(&reader->progress);
}
