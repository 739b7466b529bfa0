#include "ctl/requeue_writer.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "ctl/settled.h"

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
bool requeue_write(struct transact *transact, const struct letter *letter, struct str topic,
                   struct error *err)
{
    const struct record *record = &letter->record;
    char *name = mem_copy(topic.data, topic.size);
    bool keyed = str_present(record->key);
    const struct transact_record copy = {
        .topic = name,
        .partition = keyed || letter->partition < 0 ? RD_KAFKA_PARTITION_UA : letter->partition,
        .otherwise = RD_KAFKA_PARTITION_UA,
        .timestamp = record->timestamp > 0 ? record->timestamp : 0,
        .key = record->key,
        .value = record->value,
        .headers = headers_of(letter)
    };
    bool fine = transact_write(transact, &copy, err);
    free(name);
    return fine;
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

bool requeue_commit(struct transact *transact, struct letters *letters, struct error *err)
{
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(letters->count);
    bool fine =
        list_settled(letters, list, err) && transact_commit(transact, letters->group, list, err);
    rd_kafka_topic_partition_list_destroy(list);
    for (int i = 0; fine && i < letters->count; i++)
        letters->partitions[i].changed = false;
    return fine;
}
