#include "kafka/producer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "config/outputs.h"
#include "encode/deadletter.h"
#include "kafka/addparts.h"
#include "kafka/kafka_conf.h"

enum { TOPIC_SIZE = 256 };

struct producer {
    const struct config *config;
    struct undeliverable *undeliverable;
    struct log *log;
    rd_kafka_t *client;
    rd_kafka_queue_t *queue;
    struct handles {
        rd_kafka_topic_t **topics;
        size_t count;
    } handles[OUTPUT_COUNT]; /* none of what is not published */
    struct handles lost;     /* of topics that the configuration no longer has */
    struct kafka_ear ear;
    struct addparts *addparts; /* what `ear` hears */
    struct verdict verdict;    /* since producer_forget */
    uint64_t redirected;
};

static rd_kafka_topic_t *handle(struct producer *producer, struct str name)
{
    char text[256];
    snprintf(text, sizeof(text), "%.*s", STR_ARG(name));
    return rd_kafka_topic_new(producer->client, text, NULL);
}

static void drop(struct handles *handles)
{
    for (size_t i = 0; i < handles->count; i++)
        rd_kafka_topic_destroy(handles->topics[i]);
    free(handles->topics);
    *handles = (struct handles){ 0 };
}

static void drop_handles(struct producer *producer)
{
    for (int output = 0; output < OUTPUT_COUNT; output++)
        drop(&producer->handles[output]);
    drop(&producer->lost);
}

static void make_handles(struct producer *producer)
{
    const struct config *config = producer->config;
    for (enum output output = 0; output < OUTPUT_COUNT; output++) {
        struct handles *handles = &producer->handles[output];
        if (!output_published(config, output))
            continue;
        handles->count = output_topics(config, output);
        handles->topics = mem_array(handles->count + 1, sizeof(rd_kafka_topic_t *));
        for (size_t i = 0; i < handles->count; i++)
            handles->topics[i] = handle(producer, output_topic(config, output, i));
    }
}

static void hear(void *arg, const char *facility, const char *line)
{
    addparts_hear(arg, facility, line);
}

struct producer *producer_new(const struct config *config, const char *name,
                              struct undeliverable *undeliverable, struct log *log,
                              struct error *err)
{
    struct producer *producer = mem_alloc(sizeof(*producer));
    producer->addparts = addparts_new();
    producer->ear = (struct kafka_ear){ log, hear, producer->addparts };
    struct kafka_identity identity = { .name = name, .ear = &producer->ear };
    rd_kafka_t *client = kafka_client(KAFKA_PRODUCER, config, &identity, log, err);
    if (client == NULL) {
        addparts_free(producer->addparts);
        free(producer);
        return NULL;
    }
    producer->config = config;
    producer->undeliverable = undeliverable;
    producer->log = log;
    producer->client = client;
    producer->queue = rd_kafka_queue_get_main(client);
    make_handles(producer);
    return producer;
}

void producer_free(struct producer *producer)
{
    if (producer == NULL)
        return;
    drop_handles(producer);
    rd_kafka_queue_destroy(producer->queue);
    rd_kafka_destroy(producer->client);
    addparts_free(producer->addparts); /* after the client: its threads are in it */
    free(producer);
}

void producer_configure(struct producer *producer, const struct config *config)
{
    drop_handles(producer);
    producer->config = config;
    make_handles(producer);
}

rd_kafka_t *producer_client(const struct producer *producer)
{
    return producer->client;
}

void producer_watch(struct producer *producer, int fd)
{
    static const uint64_t one = 1;
    rd_kafka_queue_io_event_enable(producer->queue, fd, &one, sizeof(one));
}

/* It takes nothing, or nothing of that size, for good: `undeliverable` learns it. */
static void refuse_topic(struct producer *producer, struct str topic, size_t from_bytes,
                         rd_kafka_resp_err_t code, time_ms now)
{
    enum output output = output_of_topic(producer->config, topic);
    if (output < OUTPUT_COUNT &&
        (from_bytes > 0 ? outputs[output].kind == TOPIC_STATE : outputs[output].essential)) {
        verdict_worsen(&producer->verdict, REMEDY_DIE, code, "%.*s%s: %s", STR_ARG(topic),
                       from_bytes ? ", a record too large" : "", rd_kafka_err2str(code));
        return;
    }
    if (undeliverable_reason(producer->undeliverable, topic, from_bytes) == NULL)
        log_say(producer->log, LOGGED_ERROR,
                "topic '%.*s' takes no records%s: %s; they go to the dead-letter topic",
                STR_ARG(topic), from_bytes ? " of that size" : "", rd_kafka_err2str(code));
    undeliverable_limit(producer->undeliverable, topic, from_bytes, rd_kafka_err2str(code), now);
}

enum refusal { REFUSED_NOW, REFUSED_SIZE, REFUSED_TOPIC };

/* Whether the same record, or any record, would be refused again. */
static enum refusal refusal_of(rd_kafka_resp_err_t code)
{
    switch (code) {
    case RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC:
    case RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION:
    case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART:
    case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_TOPIC_EXCEPTION:
    case RD_KAFKA_RESP_ERR_POLICY_VIOLATION:
    case RD_KAFKA_RESP_ERR_INVALID_RECORD:
        return REFUSED_TOPIC;
    case RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE:
    case RD_KAFKA_RESP_ERR_RECORD_LIST_TOO_LARGE:
        return REFUSED_SIZE;
    default:
        return REFUSED_NOW;
    }
}

static bool is_uncertain(rd_kafka_resp_err_t code)
{
    return code == RD_KAFKA_RESP_ERR__MSG_TIMED_OUT || code == RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT;
}

/* A record was refused after it was sent. The transaction cannot be committed any more; what may
 * still be written later needs a new producer. */
static void take_failure(struct producer *producer, const char *topic, size_t bytes,
                         rd_kafka_resp_err_t code, time_ms now)
{
    if (code == RD_KAFKA_RESP_ERR__PURGE_QUEUE || code == RD_KAFKA_RESP_ERR__PURGE_INFLIGHT)
        return; /* what an abort throws away */
    enum refusal refusal = refusal_of(code);
    if (refusal != REFUSED_NOW)
        refuse_topic(producer, str_from(topic), refusal == REFUSED_SIZE ? bytes : 0, code, now);
    verdict_worsen(&producer->verdict, is_uncertain(code) ? REMEDY_RECREATE : REMEDY_ABORT, code,
                   "%s: %s", topic, rd_kafka_err2str(code));
}

/* A batch that is too large fails with all its records: only the largest are to blame. */
static void take_reports(struct producer *producer, rd_kafka_event_t *event, time_ms now)
{
    const rd_kafka_message_t *message;
    size_t largest = 0;
    const char *largest_topic = NULL;
    while ((message = rd_kafka_event_message_next(event)) != NULL) {
        if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR)
            continue;
        const char *topic = rd_kafka_topic_name(message->rkt);
        if (message->err != RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE) {
            take_failure(producer, topic, message->len, message->err, now);
        } else if (message->len >= largest) {
            largest = message->len;
            largest_topic = topic;
        }
    }
    if (largest_topic != NULL)
        take_failure(producer, largest_topic, largest > 0 ? largest : 1,
                     RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE, now);
}

static void take_error(struct producer *producer, rd_kafka_event_t *event)
{
    rd_kafka_resp_err_t code = rd_kafka_event_error(event);
    const char *text = rd_kafka_event_error_string(event);
    if (rd_kafka_event_error_is_fatal(event) || code == RD_KAFKA_RESP_ERR__FATAL ||
        code == RD_KAFKA_RESP_ERR__FENCED)
        verdict_worsen(&producer->verdict, REMEDY_RECREATE, code, "%s", text);
    else if (code == RD_KAFKA_RESP_ERR__TRANSPORT || code == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN ||
             code == RD_KAFKA_RESP_ERR__RESOLVE)
        log_say(producer->log, LOGGED_DEBUG, "kafka producer: %s", text);
    else
        log_say(producer->log, LOGGED_NOTICE, "kafka producer: %s: %s", rd_kafka_err2name(code),
                text);
}

void producer_serve(struct producer *producer, time_ms now)
{
    rd_kafka_event_t *event;
    while ((event = rd_kafka_queue_poll(producer->queue, 0)) != NULL) {
        if (rd_kafka_event_type(event) == RD_KAFKA_EVENT_DR)
            take_reports(producer, event, now);
        else if (rd_kafka_event_type(event) == RD_KAFKA_EVENT_ERROR)
            take_error(producer, event);
        rd_kafka_event_destroy(event);
    }
    char topic[TOPIC_SIZE];
    rd_kafka_resp_err_t code;
    while (addparts_next(producer->addparts, topic, sizeof(topic), &code))
        producer_refuse(producer, topic, code, now);
}

void producer_refuse(struct producer *producer, const char *topic, rd_kafka_resp_err_t code,
                     time_ms now)
{
    refuse_topic(producer, str_from(topic), 0, code, now);
    verdict_worsen(&producer->verdict, REMEDY_ABORT, code, "%s: %s", topic, rd_kafka_err2str(code));
}

/* Of what a reload removed: made when it is first needed. */
static rd_kafka_topic_t *lost_handle(struct producer *producer, struct str topic)
{
    struct handles *lost = &producer->lost;
    for (size_t i = 0; i < lost->count; i++) {
        if (str_is(topic, rd_kafka_topic_name(lost->topics[i])))
            return lost->topics[i];
    }
    lost->topics = mem_resize(lost->topics, lost->count + 1, sizeof(rd_kafka_topic_t *));
    return lost->topics[lost->count++] = handle(producer, topic);
}

/* NULL: the topic is not published, or no longer known. */
static rd_kafka_topic_t *action_handle(struct producer *producer, const struct action *action)
{
    const struct handles *handles = &producer->handles[action->output];
    if (str_present(action->topic))
        return handles->count > 0 ? lost_handle(producer, action->topic) : NULL;
    return action->index < handles->count ? handles->topics[action->index] : NULL;
}

static rd_kafka_headers_t *make_headers(const struct header *headers, size_t count)
{
    if (count == 0)
        return NULL;
    rd_kafka_headers_t *made = rd_kafka_headers_new(count);
    for (size_t i = 0; i < count; i++)
        rd_kafka_header_add(made, headers[i].name.data, (ssize_t)headers[i].name.size,
                            headers[i].value.data, (ssize_t)headers[i].value.size);
    return made;
}

static rd_kafka_resp_err_t produce(struct producer *producer, rd_kafka_topic_t *topic,
                                   const struct action *action)
{
    rd_kafka_headers_t *headers = make_headers(action->headers, action->header_count);
    rd_kafka_vu_t parts[6] = {
        { .vtype = RD_KAFKA_VTYPE_RKT, .u.rkt = topic },
        { .vtype = RD_KAFKA_VTYPE_PARTITION,
          .u.i32 = action->partition < 0 ? RD_KAFKA_PARTITION_UA : action->partition },
        { .vtype = RD_KAFKA_VTYPE_MSGFLAGS, .u.i = RD_KAFKA_MSG_F_COPY },
        { .vtype = RD_KAFKA_VTYPE_VALUE,
          .u.mem = { .ptr = (void *)action->value.data, .size = action->value.size } },
        { .vtype = RD_KAFKA_VTYPE_KEY,
          .u.mem = { .ptr = (void *)action->key.data, .size = action->key.size } },
        { .vtype = RD_KAFKA_VTYPE_HEADERS, .u.headers = headers },
    };
    rd_kafka_error_t *error = rd_kafka_produceva(producer->client, parts, headers ? 6 : 5);
    if (error == NULL)
        return RD_KAFKA_RESP_ERR_NO_ERROR;
    rd_kafka_resp_err_t code = rd_kafka_error_code(error);
    rd_kafka_error_destroy(error);
    if (headers != NULL)
        rd_kafka_headers_destroy(headers);
    return code;
}

static size_t size_of(const struct action *action)
{
    return action->key.size + action->value.size;
}

/* produce(), with what it refuses on the spot taken down. True: the record is on its way. */
static bool try_produce(struct producer *producer, rd_kafka_topic_t *topic,
                        const struct action *action, time_ms now, rd_kafka_resp_err_t *code)
{
    *code = produce(producer, topic, action);
    if (*code == RD_KAFKA_RESP_ERR_NO_ERROR)
        return true;
    enum refusal refusal = refusal_of(*code);
    const char *name = rd_kafka_topic_name(topic);
    /* A record too large is no property of the topic: the next one may be smaller. */
    if (refusal == REFUSED_TOPIC)
        refuse_topic(producer, str_from(name), 0, *code, now);
    else if (refusal == REFUSED_NOW)
        verdict_worsen(&producer->verdict, REMEDY_ABORT, *code, "%s: %s", name,
                       rd_kafka_err2str(*code));
    return false;
}

/* Writes the dead letter of a record: all of it, else without its text, else the reason at least.
 */
static size_t bury(struct producer *producer, const struct action *action, struct str topic,
                   const char *reason, time_ms now)
{
    enum { WHOLE, NO_TEXT, REASON, FORMS };
    enum { OWN_HEADERS = 3 };
    size_t count = action->header_count;
    struct header *headers = mem_array(count + OWN_HEADERS, sizeof(*headers));
    if (count > 0)
        memcpy(headers, action->headers, count * sizeof(headers[0]));
    headers[count] = (struct header){ STR(DEADLETTER_ERROR), str_from(reason) };
    headers[count + 1] = (struct header){ STR(DEADLETTER_OUTPUT), topic };
    headers[count + 2] =
        (struct header){ STR(DEADLETTER_CONNECT "exception.message"), str_from(reason) };
    struct str letters = producer->config->topics.deadletter;
    rd_kafka_resp_err_t code = RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE;
    struct action letter;
    for (int form = WHOLE; form < FORMS && refusal_of(code) == REFUSED_SIZE; form++) {
        letter =
            (struct action){ .output = OUTPUT_DEADLETTER,
                             .partition = -1,
                             .key = form < REASON ? action->key : STR_NONE,
                             .value = form < NO_TEXT ? action->value : STR_NONE,
                             .headers = form < REASON ? headers : headers + count,
                             .header_count = form < REASON ? count + OWN_HEADERS : OWN_HEADERS };
        if (undeliverable_reason(producer->undeliverable, letters, letter.value.size) == NULL)
            try_produce(producer, action_handle(producer, &letter), &letter, now, &code);
    }
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR)
        verdict_worsen(&producer->verdict, REMEDY_ABORT, code, "dead letter: %s",
                       rd_kafka_err2str(code));
    free(headers);
    producer->redirected++;
    return size_of(&letter);
}

/* The root department answers for what nobody else hears. */
static size_t copy_to_root(struct producer *producer, const struct action *action, time_ms now)
{
    struct action copy = *action;
    copy.topic = STR_NONE;
    copy.index = (uint32_t)producer->config->root->department;
    struct str topic = action_topic(&copy, producer->config);
    rd_kafka_resp_err_t code;
    if ((copy.index == action->index && !str_present(action->topic)) ||
        undeliverable_reason(producer->undeliverable, topic, copy.value.size) != NULL ||
        !try_produce(producer, action_handle(producer, &copy), &copy, now, &code))
        return 0; /* the dead letter is there */
    return size_of(&copy);
}

static size_t redirect(struct producer *producer, const struct action *action, struct str topic,
                       const char *reason, time_ms now)
{
    size_t bytes = bury(producer, action, topic, reason, now);
    if (action->output == OUTPUT_DEPARTMENT)
        bytes += copy_to_root(producer, action, now);
    return bytes;
}

size_t producer_send(struct producer *producer, const struct action *action, time_ms now)
{
    rd_kafka_topic_t *handle = action_handle(producer, action);
    if (handle == NULL)
        return 0; /* shadow mode keeps it to itself */
    struct str topic = action_topic(action, producer->config);
    const char *reason = undeliverable_reason(producer->undeliverable, topic, action->value.size);
    rd_kafka_resp_err_t code;
    if (reason != NULL)
        return redirect(producer, action, topic, reason, now);
    if (try_produce(producer, handle, action, now, &code))
        return size_of(action);
    if (refusal_of(code) == REFUSED_SIZE && outputs[action->output].kind == TOPIC_STATE)
        refuse_topic(producer, topic, action->value.size, code, now);
    if (producer->verdict.remedy != REMEDY_NONE)
        return 0; /* the transaction cannot be committed */
    return redirect(producer, action, topic, rd_kafka_err2str(code), now);
}

void producer_send_config(struct producer *producer, time_ms now)
{
    const struct config *config = producer->config;
    struct header type = { STR("content-type"), STR("application/json") };
    struct action action = { .output = OUTPUT_CONFIG,
                             .partition = -1,
                             .key = str_from(config->fingerprint),
                             .value = config->canonical,
                             .headers = &type,
                             .header_count = 1 };
    producer_send(producer, &action, now);
}

const struct verdict *producer_verdict(const struct producer *producer)
{
    return &producer->verdict;
}

void producer_forget(struct producer *producer)
{
    producer->verdict = (struct verdict){ 0 };
}

uint64_t producer_take_redirected(struct producer *producer)
{
    uint64_t redirected = producer->redirected;
    producer->redirected = 0;
    return redirected;
}
