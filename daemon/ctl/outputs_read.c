#include "ctl/outputs_read.h"

#include <stdlib.h>

#include "base/mem.h"
#include "ctl/members.h"
#include "host/now.h"

enum { ANSWER_MS = 15000 };

struct shown {
    rd_kafka_message_t *message;
    struct str time;  /* when it was decided or sent, as the record says; absent: a dead letter */
    struct str event; /* what caused it, as the record says; absent: time did, or it is a message */
    struct str kind;  /* "ombud.decision": the header ce_type */
    int64_t turn;     /* offset of the decision that it belongs to, where that is in the batch */
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
static void read_cause(struct shown *shown)
{
    enum { DECIDED, SENT, EVENT, NAMES };
    static const struct str names[NAMES] = { { "decided_at", 10 },
                                             { "sent_at", 7 },
                                             { "event", 5 } };
    const rd_kafka_message_t *message = shown->message;
    struct str values[NAMES];
    if (str_present(header_of(message, "ombud-error")))
        return; /* any bytes */
    members_find((struct str){ message->payload, message->len }, names, values, NAMES);
    shown->time = member_text(str_present(values[DECIDED]) ? values[DECIDED] : values[SENT]);
    shown->event = values[EVENT];
}

void outputs_add(struct outputs_batch *batch, rd_kafka_message_t *message)
{
    if (batch->count == 0)
        batch->since = now_monotonic();
    if (batch->count == batch->capacity) {
        batch->capacity = batch->capacity ? 2 * batch->capacity : 64;
        batch->items = mem_resize(batch->items, batch->capacity, sizeof(*batch->items));
    }
    struct shown *shown = &batch->items[batch->count++];
    *shown = (struct shown){ .message = message, .kind = header_of(message, "ce_type") };
    read_cause(shown);
}

static struct str key_of(const struct shown *shown)
{
    return (struct str){ shown->message->key, shown->message->key_len };
}

static int compare_numbers(int64_t left, int64_t right)
{
    return left < right ? -1 : left > right;
}

static int compare_tickets(const struct shown *left, const struct shown *right)
{
    int order = str_compare(left->time, right->time);
    return order ? order : str_compare(key_of(left), key_of(right));
}

/* A turn's reason, which is told before what it caused. */
static bool is_reason(const struct shown *shown)
{
    return str_is(shown->kind, "ombud.decision") || str_is(shown->kind, "ombud.timer");
}

static int compare_kinds(const struct shown *left, const struct shown *right)
{
    int order = is_reason(right) - is_reason(left);
    order = order || is_reason(left) ? order : str_compare(left->kind, right->kind);
    return order ? order : compare_numbers(left->message->offset, right->message->offset);
}

static int compare_events(const void *a, const void *b)
{
    const struct shown *left = a, *right = b;
    int order = compare_tickets(left, right);
    order = order ? order : str_compare(left->event, right->event);
    return order ? order : compare_kinds(left, right);
}

/* By time, then by ticket, then by turn; of one turn the reason first, then what it caused. */
static int compare_turns(const void *a, const void *b)
{
    const struct shown *left = a, *right = b;
    int order = compare_tickets(left, right);
    order = order ? order : compare_numbers(left->turn, right->turn);
    return order ? order : compare_kinds(left, right);
}

/* A backlog decides several events of a ticket in one millisecond: what each caused names it, and
 * only the decisions' offsets, in the one partition of that ticket, say which came first. */
static void sort_outputs(struct outputs_batch *batch)
{
    struct shown *items = batch->items;
    if (batch->count == 0)
        return;
    qsort(items, batch->count, sizeof(*items), compare_events);
    for (size_t i = 0; i < batch->count; i++) {
        bool goes_on = i > 0 && compare_tickets(&items[i - 1], &items[i]) == 0 &&
                       str_compare(items[i - 1].event, items[i].event) == 0;
        if (is_reason(&items[i]))
            items[i].turn = items[i].message->offset;
        else
            items[i].turn = goes_on ? items[i - 1].turn : INT64_MAX;
    }
    qsort(items, batch->count, sizeof(*items), compare_turns);
}

void outputs_tell(struct outputs_batch *batch, struct story *story, struct buf *out,
                  struct buf *last)
{
    sort_outputs(batch);
    for (size_t i = 0; i < batch->count; i++) {
        rd_kafka_message_t *message = batch->items[i].message;
        struct story_record record = { .topic = str_from(rd_kafka_topic_name(message->rkt)),
                                       .key = { message->key, message->key_len },
                                       .value = { message->payload, message->len },
                                       .refusal = header_of(message, "ombud-error"),
                                       .origin = header_of(message, "ombud-topic"),
                                       .partition = message->partition,
                                       .offset = message->offset,
                                       .timestamp = rd_kafka_message_timestamp(message, NULL) };
        story_tell(story, &record, out);
        if (last && is_reason(&batch->items[i])) {
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
