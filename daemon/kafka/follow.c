#include "kafka/follow.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "host/now.h"
#include "kafka/kafka_conf.h"
#include "kafka/topics.h"

enum { BATCH = 1000, WARM_MS = 2000, AGAIN_MS = 50, POLL_MS = 200 };

struct follow {
    rd_kafka_t *client;
    rd_kafka_queue_t *queue;
    struct follow_place **places; /* one by one: callers hold on to them */
    size_t count, behind;         /* behind: that have neither caught up nor been left */
    rd_kafka_message_t *batch[BATCH];
    size_t batch_count, batch_at;
    struct follow_place *last; /* most records come from where the one before came from */
    const rd_kafka_topic_t *last_topic;
};

struct follow *follow_open(const struct config *config, struct log *log, struct error *err)
{
    struct kafka_identity identity = { 0 };
    rd_kafka_t *client = kafka_client(KAFKA_READER, config, &identity, log, err);
    if (client == NULL)
        return NULL;
    struct follow *follow = mem_alloc(sizeof(*follow));
    follow->client = client;
    rd_kafka_poll_set_consumer(client);
    follow->queue = rd_kafka_queue_get_consumer(client);
    kafka_warm(client, WARM_MS);
    return follow;
}

void follow_close(struct follow *follow)
{
    if (follow == NULL)
        return;
    while (follow->batch_at < follow->batch_count)
        rd_kafka_message_destroy(follow->batch[follow->batch_at++]);
    rd_kafka_assign(follow->client, NULL);
    rd_kafka_queue_destroy(follow->queue);
    rd_kafka_destroy(follow->client);
    for (size_t i = 0; i < follow->count; i++) {
        free(follow->places[i]->topic);
        free(follow->places[i]);
    }
    free(follow->places);
    free(follow);
}

struct follow_place *follow_partition(struct follow *follow, const char *topic, int32_t partition,
                                      int64_t begin, int64_t end, void *owner)
{
    struct follow_place *place = mem_alloc(sizeof(*place));
    *place = (struct follow_place){ .topic = mem_copy(topic, strlen(topic)),
                                    .partition = partition,
                                    .begin = begin,
                                    .end = end,
                                    .next = begin,
                                    .owner = owner };
    follow->places = mem_resize(follow->places, follow->count + 1, sizeof(*follow->places));
    follow->places[follow->count++] = place;
    follow->behind++;
    return place;
}

/* Metadata shows a partition that was just made, or is moving, before its leader leads. */
static rd_kafka_resp_err_t ask_ends(rd_kafka_t *client, const char *topic, int32_t partition,
                                    int timeout, int64_t *low, int64_t *high)
{
    time_ms deadline = now_monotonic() + timeout;
    for (;;) {
        int left = (int)time_max(deadline - now_monotonic(), 1);
        rd_kafka_resp_err_t code =
            rd_kafka_query_watermark_offsets(client, topic, partition, low, high, left);
        if (code == RD_KAFKA_RESP_ERR_NO_ERROR ||
            code == RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED ||
            now_monotonic() + AGAIN_MS >= deadline)
            return code;
        usleep(AGAIN_MS * 1000);
    }
}

int follow_topic(struct follow *follow, struct str topic, enum follow_from from, int timeout,
                 void *owner, struct error *err)
{
    char *name = mem_copy(topic.data, topic.size);
    int partitions = topics_partitions(follow->client, topic, timeout, err);
    for (int i = 0; i < partitions; i++) {
        int64_t low = 0, high = 0;
        rd_kafka_resp_err_t code = ask_ends(follow->client, name, i, timeout, &low, &high);
        if (code != RD_KAFKA_RESP_ERR_NO_ERROR) {
            error_set(err, "topic '%s', partition %d: %s", name, i, rd_kafka_err2str(code));
            partitions = -1;
        } else {
            follow_partition(follow, name, i, from == FOLLOW_FROM_START ? low : high, high, owner);
        }
    }
    free(name);
    return partitions;
}

bool follow_start(struct follow *follow, struct error *err)
{
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new((int)follow->count);
    for (size_t i = 0; i < follow->count; i++) {
        const struct follow_place *place = follow->places[i];
        rd_kafka_topic_partition_list_add(list, place->topic, place->partition)->offset =
            place->begin;
    }
    rd_kafka_resp_err_t code = rd_kafka_assign(follow->client, list);
    rd_kafka_topic_partition_list_destroy(list);
    return code == RD_KAFKA_RESP_ERR_NO_ERROR ||
           error_set(err, "Kafka client: %s", rd_kafka_err2str(code));
}

static struct follow_place *find(struct follow *follow, const rd_kafka_message_t *message)
{
    if (message->rkt == NULL)
        return NULL;
    if (follow->last != NULL && message->rkt == follow->last_topic &&
        message->partition == follow->last->partition)
        return follow->last;
    const char *topic = rd_kafka_topic_name(message->rkt);
    for (size_t i = 0; i < follow->count; i++) {
        struct follow_place *place = follow->places[i];
        if (place->partition != message->partition || strcmp(place->topic, topic) != 0)
            continue;
        follow->last = place;
        follow->last_topic = message->rkt;
        return place;
    }
    return NULL;
}

/* What is there is taken in one go; only when there is nothing, one message is waited for. */
static rd_kafka_message_t *take(struct follow *follow, int timeout)
{
    if (follow->batch_at == follow->batch_count) {
        ssize_t got = rd_kafka_consume_batch_queue(follow->queue, 0, follow->batch, BATCH);
        if (got <= 0 && timeout > 0)
            got = rd_kafka_consume_batch_queue(follow->queue, timeout, follow->batch, 1);
        follow->batch_at = 0;
        follow->batch_count = got > 0 ? (size_t)got : 0;
    }
    return follow->batch_at < follow->batch_count ? follow->batch[follow->batch_at++] : NULL;
}

static void reach(struct follow *follow, struct follow_place *place, int64_t next)
{
    if (place == NULL)
        return;
    place->next = next;
    if (place->caught_up || next < place->end)
        return;
    place->caught_up = true;
    follow->behind -= !place->left;
}

static enum follow_news sort_error(rd_kafka_resp_err_t code)
{
    switch (code) {
    case RD_KAFKA_RESP_ERR__PARTITION_EOF:
        return FOLLOW_END;
    case RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET:
    case RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE:
        return FOLLOW_LOST;
    case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR__AUTHENTICATION:
        return FOLLOW_FORBIDDEN;
    case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART:
    case RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC:
    case RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION:
        return FOLLOW_MISSING;
    default:
        return FOLLOW_TROUBLE;
    }
}

static enum follow_news take_error(struct follow *follow, rd_kafka_message_t *message,
                                   struct follow_item *item, struct error *err)
{
    enum follow_news news = sort_error(message->err);
    item->code = message->err;
    if (news == FOLLOW_END)
        reach(follow, item->place, message->offset);
    else if (item->place != NULL)
        error_set(err, "topic '%s' partition %d: %s", item->place->topic, item->place->partition,
                  rd_kafka_message_errstr(message));
    else
        error_set(err, "%s", rd_kafka_message_errstr(message));
    rd_kafka_message_destroy(message);
    return news;
}

/* librdkafka looks for the coordinator of the group that it insists on; nobody joins it, so the
 * right to is not missed. */
static bool is_idle_talk(const rd_kafka_message_t *message)
{
    return message->err == RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED;
}

enum follow_news follow_next(struct follow *follow, int timeout, struct follow_item *item,
                             struct error *err)
{
    rd_kafka_message_t *message;
    *item = (struct follow_item){ 0 };
    while ((message = take(follow, timeout)) != NULL) {
        item->place = find(follow, message);
        if (is_idle_talk(message) || (item->place != NULL && item->place->left)) {
            rd_kafka_message_destroy(message);
            continue;
        }
        if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR)
            return take_error(follow, message, item, err);
        reach(follow, item->place, message->offset + 1);
        item->message = message;
        return FOLLOW_RECORD;
    }
    item->place = NULL;
    return FOLLOW_NOTHING;
}

bool follow_is_final(enum follow_news news)
{
    return news == FOLLOW_LOST || news == FOLLOW_FORBIDDEN || news == FOLLOW_MISSING;
}

bool follow_caught_up(const struct follow *follow)
{
    return follow->behind == 0;
}

static enum follow_news too_late(const struct follow *follow, struct error *err)
{
    size_t at = 0;
    while (follow->places[at]->caught_up || follow->places[at]->left)
        at++;
    error_set(err, "topic '%s' partition %d could not be read in time", follow->places[at]->topic,
              (int)follow->places[at]->partition);
    return FOLLOW_NOTHING;
}

enum follow_news follow_all(struct follow *follow, time_ms patience, follow_take_fn *receive,
                            void *arg, struct error *err)
{
    time_ms deadline = now_monotonic() + patience;
    while (!follow_caught_up(follow)) {
        struct follow_item item;
        enum follow_news news = follow_next(follow, POLL_MS, &item, err);
        if (follow_is_final(news))
            return news;
        bool fine = news != FOLLOW_RECORD || receive(arg, &item, err);
        if (news == FOLLOW_RECORD && item.message != NULL)
            rd_kafka_message_destroy(item.message);
        if (!fine)
            return FOLLOW_RECORD;
        if (news == FOLLOW_RECORD || news == FOLLOW_END)
            deadline = now_monotonic() + patience;
        else if (now_monotonic() > deadline)
            return too_late(follow, err);
    }
    return FOLLOW_END;
}

/* Takes a place out of what is read, or into it from `offset`. */
static bool read_place(struct follow *follow, const struct follow_place *place, bool read,
                       int64_t offset, struct error *err)
{
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(1);
    rd_kafka_topic_partition_list_add(list, place->topic, place->partition)->offset = offset;
    rd_kafka_error_t *error = read ? rd_kafka_incremental_assign(follow->client, list)
                                   : rd_kafka_incremental_unassign(follow->client, list);
    rd_kafka_topic_partition_list_destroy(list);
    if (error == NULL)
        return true;
    error_set(err, "topic '%s' partition %d: %s", place->topic, place->partition,
              rd_kafka_error_string(error));
    rd_kafka_error_destroy(error);
    return false;
}

void follow_leave(struct follow *follow, struct follow_place *place)
{
    struct error unused;
    if (place->left)
        return;
    place->left = true;
    follow->behind -= !place->caught_up;
    read_place(follow, place, false, RD_KAFKA_OFFSET_INVALID, &unused);
}

/* A seek would not do: a partition that has lost its place is not being read any more. */
bool follow_again(struct follow *follow, struct follow_place *place, struct error *err)
{
    return read_place(follow, place, false, RD_KAFKA_OFFSET_INVALID, err) &&
           read_place(follow, place, true, RD_KAFKA_OFFSET_BEGINNING, err);
}

void follow_watch(struct follow *follow, int fd)
{
    static const uint64_t one = 1;
    rd_kafka_queue_io_event_enable(follow->queue, fd, &one, sizeof(one));
}

rd_kafka_t *follow_client(const struct follow *follow)
{
    return follow->client;
}
