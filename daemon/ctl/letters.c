#include "ctl/letters.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "host/now.h"
#include "kafka/kafka_conf.h"
#include "kafka/topics.h"

enum { TIMEOUT_MS = 15000, POLL_MS = 200, PATIENCE_MS = 60000, ARENA_BLOCK = 16384 };

static bool read_partition(struct letters *letters, const rd_kafka_topic_partition_t *place,
                           bool from_begin, struct error *err)
{
    struct letters_partition *partition = &letters->partitions[place->partition];
    int64_t low = 0, high = 0;
    struct str text = { place->metadata, place->metadata ? place->metadata_size : 0 };
    rd_kafka_resp_err_t code = rd_kafka_query_watermark_offsets(
        letters->client, place->topic, place->partition, &low, &high, TIMEOUT_MS);
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR)
        return error_set(err, "topic '%s' partition %d: %s", place->topic, (int)place->partition,
                         rd_kafka_err2str(code));
    partition->number = place->partition;
    if (!settled_read(&partition->settled, place->offset, text, low, err))
        return error_prefix(err, "%s, partition %d", letters->group, (int)place->partition);
    int64_t begin = from_begin || partition->settled.base < low ? low : partition->settled.base;
    partition->reached = begin;
    settling_begin(&partition->walk, &partition->settled);
    if (begin < high)
        follow_partition(letters->follow, place->topic, place->partition, begin, high, partition);
    return true;
}

/* Stable ones: of transactions that have ended. */
static bool read_settled(struct letters *letters, bool from_begin, struct error *err)
{
    const char *topic = letters->config->topics.deadletter.data;
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(letters->count);
    rd_kafka_topic_partition_list_add_range(list, topic, 0, letters->count - 1);
    rd_kafka_resp_err_t code = rd_kafka_committed(letters->client, list, TIMEOUT_MS);
    bool fine = code == RD_KAFKA_RESP_ERR_NO_ERROR ||
                error_set(err, "group '%s': %s", letters->group, rd_kafka_err2str(code));
    for (int i = 0; fine && i < list->cnt; i++) {
        const rd_kafka_topic_partition_t *place = &list->elems[i];
        fine = place->err == RD_KAFKA_RESP_ERR_NO_ERROR
                   ? read_partition(letters, place, from_begin, err)
                   : error_set(err, "group '%s': %s", letters->group, rd_kafka_err2str(place->err));
    }
    rd_kafka_topic_partition_list_destroy(list);
    return fine;
}

static bool find_partitions(struct letters *letters, struct error *err)
{
    struct str topic = letters->config->topics.deadletter;
    letters->count = topics_partitions(follow_client(letters->follow), topic, TIMEOUT_MS, err);
    if (letters->count == 0)
        error_set(err, "topic '%.*s' is missing", STR_ARG(topic));
    if (letters->count <= 0)
        return false;
    letters->partitions = mem_array((size_t)letters->count, sizeof(*letters->partitions));
    return true;
}

struct letters *letters_open(const struct config *config, bool from_begin, struct error *err)
{
    struct letters *letters = mem_alloc(sizeof(*letters));
    letters->config = config;
    letters->arena = arena_new(ARENA_BLOCK);
    snprintf(letters->group, sizeof(letters->group), "%.*s-requeue",
             STR_ARG(kafka_property(config, "group.id")));
    struct kafka_identity identity = { .group = letters->group };
    letters->client = kafka_client(KAFKA_READER, config, &identity, NULL, err);
    letters->follow = letters->client == NULL ? NULL : follow_open(config, NULL, err);
    if (letters->follow != NULL && find_partitions(letters, err) &&
        read_settled(letters, from_begin, err) && follow_start(letters->follow, err))
        return letters;
    letters_close(letters);
    return NULL;
}

/* Where there is no such place, nothing is given out. */
static bool place_at(struct letters *letters, int32_t partition, int64_t offset, struct error *err)
{
    const char *topic = letters->config->topics.deadletter.data;
    int64_t low = 0, high = 0;
    if (!find_partitions(letters, err))
        return false;
    if (partition >= letters->count)
        return true;
    rd_kafka_resp_err_t code = rd_kafka_query_watermark_offsets(
        follow_client(letters->follow), topic, partition, &low, &high, TIMEOUT_MS);
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR)
        return error_set(err, "topic '%s' partition %d: %s", topic, (int)partition,
                         rd_kafka_err2str(code));
    if (offset >= low && offset < high)
        follow_partition(letters->follow, topic, partition, offset, offset + 1,
                         &letters->partitions[partition]);
    return true;
}

struct letters *letters_open_at(const struct config *config, int32_t partition, int64_t offset,
                                struct error *err)
{
    struct letters *letters = mem_alloc(sizeof(*letters));
    letters->config = config;
    letters->arena = arena_new(ARENA_BLOCK);
    letters->follow = follow_open(config, NULL, err);
    if (letters->follow != NULL && place_at(letters, partition, offset, err) &&
        follow_start(letters->follow, err))
        return letters;
    letters_close(letters);
    return NULL;
}

static void drop_message(struct letters *letters)
{
    if (letters->message != NULL)
        rd_kafka_message_destroy(letters->message);
    letters->message = NULL;
}

void letters_close(struct letters *letters)
{
    if (letters == NULL)
        return;
    drop_message(letters);
    follow_close(letters->follow);
    if (letters->client != NULL)
        rd_kafka_destroy(letters->client);
    for (int i = 0; letters->partitions != NULL && i < letters->count; i++) {
        settled_free(&letters->partitions[i].settled);
        settling_free(&letters->partitions[i].walk);
    }
    free(letters->partitions);
    arena_free(letters->arena);
    free(letters);
}

static enum letters_news give_out(struct letters *letters, const struct follow_item *item,
                                  struct letter *letter, struct letters_partition **partition)
{
    letters->message = item->message;
    arena_reset(letters->arena);
    letter_read(item->message, letters->arena, letter);
    *partition = item->place->owner;
    (*partition)->reached = item->message->offset + 1;
    return LETTERS_ONE;
}

enum letters_news letters_next(struct letters *letters, struct letter *letter,
                               struct letters_partition **partition, struct error *err)
{
    time_ms end = now_monotonic() + PATIENCE_MS;
    drop_message(letters);
    while (!follow_caught_up(letters->follow)) {
        struct follow_item item;
        enum follow_news news = follow_next(letters->follow, POLL_MS, &item, err);
        if (news == FOLLOW_RECORD && item.message->offset < item.place->end)
            return give_out(letters, &item, letter, partition);
        if (news == FOLLOW_RECORD)
            rd_kafka_message_destroy(item.message);
        if (follow_is_final(news))
            return LETTERS_FAILED;
        if (now_monotonic() > end) {
            error_set(err, "topic '%.*s' could not be read in time",
                      STR_ARG(letters->config->topics.deadletter));
            return LETTERS_FAILED;
        }
    }
    return LETTERS_END;
}
