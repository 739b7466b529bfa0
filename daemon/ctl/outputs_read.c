#include "ctl/outputs_read.h"

#include <stdlib.h>

#include "base/mem.h"
#include "ctl/members.h"
#include "host/now.h"

enum { ANSWER_MS = 15000 };

struct shown {
    rd_kafka_message_t *message;
    struct str time; /* when it was decided or sent, as the record says; absent: a dead letter */
    struct str kind; /* "ombud.decision": the header ce_type */
};

/* Everything that people read; state and notices are the daemon's own. */
static struct str *watched_topics(const struct config *config, size_t *count)
{
    const struct str fixed[] = { config->topics.decisions, config->topics.promises,
                                 config->topics.deadletter };
    size_t fixed_count = sizeof(fixed) / sizeof(fixed[0]), at = 0;
    struct str *topics =
        mem_array(fixed_count + config->department_count + config->level_count, sizeof(*topics));
    for (size_t i = 0; i < fixed_count; i++)
        topics[at++] = fixed[i];
    for (size_t i = 0; i < config->department_count; i++)
        topics[at++] = config->departments[i].topic;
    for (size_t i = 0; i < config->level_count; i++)
        topics[at++] = config->levels[i].topic;
    *count = at;
    return topics;
}

struct follow *outputs_follow(const struct config *config, enum follow_from from, struct error *err)
{
    size_t count;
    struct str *topics = watched_topics(config, &count);
    struct follow *follow = follow_open(config, NULL, err);
    bool ok = follow != NULL;
    for (size_t i = 0; ok && i < count; i++)
        ok = follow_topic(follow, topics[i], from, ANSWER_MS, NULL, err) >= 0;
    free(topics);
    if (ok && follow_start(follow, err))
        return follow;
    follow_close(follow);
    return NULL;
}

static struct str header_of(const rd_kafka_message_t *message, const char *name)
{
    rd_kafka_headers_t *headers = NULL;
    const void *value = NULL;
    size_t size = 0;
    if (rd_kafka_message_headers(message, &headers) == RD_KAFKA_RESP_ERR_NO_ERROR)
        rd_kafka_header_get_last(headers, name, &value, &size);
    return (struct str){ value, size };
}

/* Kafka's own timestamps would not do: of one turn the decision is written last. */
static struct str time_of(const rd_kafka_message_t *message)
{
    static const struct str names[] = { { "decided_at", 10 }, { "sent_at", 7 } };
    struct str values[2];
    if (str_present(header_of(message, "ombud-error")))
        return STR_NONE; /* any bytes */
    members_find((struct str){ message->payload, message->len }, names, values, 2);
    return member_text(str_present(values[0]) ? values[0] : values[1]);
}

void outputs_add(struct outputs_batch *batch, rd_kafka_message_t *message)
{
    if (batch->count == 0)
        batch->since = now_monotonic();
    if (batch->count == batch->capacity) {
        batch->capacity = batch->capacity ? 2 * batch->capacity : 64;
        batch->items = mem_resize(batch->items, batch->capacity, sizeof(*batch->items));
    }
    batch->items[batch->count++] = (struct shown){ .message = message,
                                                   .time = time_of(message),
                                                   .kind = header_of(message, "ce_type") };
}

static struct str key_of(const struct shown *shown)
{
    return (struct str){ shown->message->key, shown->message->key_len };
}

/* By time, then by ticket; of one turn the decision first, then what it caused ("ombud.decision"
 * sorts before "ombud.dispatch", "ombud.escalation" and "ombud.promise"). */
static int compare_shown(const void *a, const void *b)
{
    const struct shown *left = a, *right = b;
    int order = str_compare(left->time, right->time);
    order = order ? order : str_compare(key_of(left), key_of(right));
    order = order ? order : str_compare(left->kind, right->kind);
    return order ? order : (left->message->offset > right->message->offset) * 2 - 1;
}

void outputs_tell(struct outputs_batch *batch, struct story *story, struct buf *out,
                  struct buf *last)
{
    if (batch->count > 0)
        qsort(batch->items, batch->count, sizeof(*batch->items), compare_shown);
    for (size_t i = 0; i < batch->count; i++) {
        rd_kafka_message_t *message = batch->items[i].message;
        struct str kind = batch->items[i].kind;
        struct story_record record = { .topic = str_from(rd_kafka_topic_name(message->rkt)),
                                       .key = { message->key, message->key_len },
                                       .value = { message->payload, message->len },
                                       .refusal = header_of(message, "ombud-error"),
                                       .origin = header_of(message, "ombud-topic"),
                                       .partition = message->partition,
                                       .offset = message->offset,
                                       .timestamp = rd_kafka_message_timestamp(message, NULL) };
        story_tell(story, &record, out);
        if (last && (str_is(kind, "ombud.decision") || str_is(kind, "ombud.timer"))) {
            buf_clear(last);
            buf_add_str(last, record.value);
        }
        rd_kafka_message_destroy(message);
    }
    batch->count = 0;
}

void outputs_free(struct outputs_batch *batch)
{
    for (size_t i = 0; i < batch->count; i++)
        rd_kafka_message_destroy(batch->items[i].message);
    free(batch->items);
}
