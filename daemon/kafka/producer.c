#include "kafka/producer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "config/outputs.h"
#include "kafka/kafka_conf.h"

struct producer {
    const struct config *config;
    struct undeliverable *undeliverable;
    struct log *log;
    rd_kafka_t *client;
    rd_kafka_queue_t *queue;
    rd_kafka_topic_t *fixed[OUTPUT_COUNT]; /* NULL where a configuration index picks the topic */
    rd_kafka_topic_t **departments, **levels;
    size_t department_count, level_count;
    rd_kafka_topic_t *config_topic;
    enum producer_verdict verdict;
    char reason[256];
    uint64_t redirected;
};

static rd_kafka_topic_t *handle(struct producer *producer, struct str name)
{
    char text[256];
    snprintf(text, sizeof(text), "%.*s", STR_ARG(name));
    return rd_kafka_topic_new(producer->client, text, NULL);
}

static void drop_handles(struct producer *producer)
{
    for (int i = 0; i < OUTPUT_COUNT; i++) {
        if (producer->fixed[i] != NULL)
            rd_kafka_topic_destroy(producer->fixed[i]);
        producer->fixed[i] = NULL;
    }
    for (size_t i = 0; i < producer->department_count; i++)
        rd_kafka_topic_destroy(producer->departments[i]);
    for (size_t i = 0; i < producer->level_count; i++)
        rd_kafka_topic_destroy(producer->levels[i]);
    free(producer->departments);
    free(producer->levels);
    producer->departments = producer->levels = NULL;
    producer->department_count = producer->level_count = 0;
    if (producer->config_topic != NULL)
        rd_kafka_topic_destroy(producer->config_topic);
    producer->config_topic = NULL;
}

static bool is_published(const struct config *config, enum output output)
{
    return !config->shadow || output == OUTPUT_DECISIONS || output == OUTPUT_STATE ||
           output == OUTPUT_DEADLETTER;
}

static void make_handles(struct producer *producer)
{
    const struct config *config = producer->config;
    for (int i = 0; i < OUTPUT_COUNT; i++) {
        struct action action = { .output = (enum output)i };
        if (i == OUTPUT_DEPARTMENT || i == OUTPUT_ESCALATIONS ||
            !is_published(config, action.output))
            continue;
        producer->fixed[i] = handle(producer, action_topic(&action, config));
    }
    producer->config_topic = handle(producer, config->topics.config);
    if (config->shadow)
        return;
    producer->departments = mem_array(config->department_count + 1, sizeof(rd_kafka_topic_t *));
    for (; producer->department_count < config->department_count; producer->department_count++)
        producer->departments[producer->department_count] =
            handle(producer, config->departments[producer->department_count].topic);
    producer->levels = mem_array(config->level_count + 1, sizeof(rd_kafka_topic_t *));
    for (; producer->level_count < config->level_count; producer->level_count++)
        producer->levels[producer->level_count] =
            handle(producer, config->levels[producer->level_count].topic);
}

struct producer *producer_new(const struct config *config, const char *name,
                              struct undeliverable *undeliverable, struct log *log,
                              struct error *err)
{
    struct kafka_identity identity = { .name = name };
    rd_kafka_t *client = kafka_client(KAFKA_PRODUCER, config, &identity, log, err);
    if (client == NULL)
        return NULL;
    struct producer *producer = mem_alloc(sizeof(*producer));
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

static void worsen(struct producer *producer, enum producer_verdict verdict, const char *topic,
                   const char *reason)
{
    if (verdict <= producer->verdict)
        return;
    producer->verdict = verdict;
    snprintf(producer->reason, sizeof(producer->reason), "%s%s%s", topic ? topic : "",
             topic ? ": " : "", reason);
}

/* Topics whose records may not go elsewhere: state would be lost, or the record is a dead letter
 * already, or another stage would never hear of it. */
static bool is_essential(const struct config *config, struct str topic)
{
    const struct config_topics *topics = &config->topics;
    return str_equal(topic, topics->state) || str_equal(topic, topics->groups) ||
           str_equal(topic, topics->deadletter) || str_equal(topic, topics->notices) ||
           str_equal(topic, topics->home);
}

static void refuse_topic(struct producer *producer, struct str topic, size_t from_bytes,
                         rd_kafka_resp_err_t code, time_ms now)
{
    if (from_bytes == 0 && is_essential(producer->config, topic)) {
        worsen(producer, PRODUCER_HOPELESS, topic.data, rd_kafka_err2str(code));
        return;
    }
    if (undeliverable_reason(producer->undeliverable, topic, from_bytes) == NULL)
        log_say(producer->log, LOGGED_ERROR,
                "topic '%.*s' takes no records%s: %s; they go to the dead-letter topic",
                STR_ARG(topic), from_bytes ? " of that size" : "", rd_kafka_err2str(code));
    undeliverable_limit(producer->undeliverable, topic, from_bytes, rd_kafka_err2str(code), now);
}

/* Sorts a refusal into for good (then `undeliverable` learns it) and for now. */
static void judge(struct producer *producer, const char *topic_name, size_t bytes,
                  rd_kafka_resp_err_t code, time_ms now)
{
    struct str topic = str_from(topic_name);
    enum producer_verdict verdict = PRODUCER_ABORT;
    switch (code) {
    case RD_KAFKA_RESP_ERR__PURGE_QUEUE:
    case RD_KAFKA_RESP_ERR__PURGE_INFLIGHT:
        return; /* what an abort throws away */
    case RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC:
    case RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION:
    case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART:
    case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_TOPIC_EXCEPTION:
        refuse_topic(producer, topic, 0, code, now);
        break;
    case RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE:
    case RD_KAFKA_RESP_ERR_RECORD_LIST_TOO_LARGE:
        refuse_topic(producer, topic, bytes, code, now);
        break;
    case RD_KAFKA_RESP_ERR__MSG_TIMED_OUT:
    case RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT:
        verdict = PRODUCER_UNCERTAIN;
        break;
    default:
        break;
    }
    worsen(producer, verdict, topic_name, rd_kafka_err2str(code));
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
            judge(producer, topic, message->len, message->err, now);
        } else if (message->len >= largest) {
            largest = message->len;
            largest_topic = topic;
        }
    }
    if (largest_topic != NULL)
        judge(producer, largest_topic, largest > 0 ? largest : 1,
              RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE, now);
}

static void take_error(struct producer *producer, rd_kafka_event_t *event)
{
    rd_kafka_resp_err_t code = rd_kafka_event_error(event);
    const char *text = rd_kafka_event_error_string(event);
    if (rd_kafka_event_error_is_fatal(event) || code == RD_KAFKA_RESP_ERR__FATAL ||
        code == RD_KAFKA_RESP_ERR__FENCED)
        worsen(producer, PRODUCER_LOST, NULL, text);
    else if (code == RD_KAFKA_RESP_ERR__TRANSPORT || code == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN ||
             code == RD_KAFKA_RESP_ERR__RESOLVE)
        log_say(producer->log, LOGGED_WARNING, "kafka producer: %s", text);
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
}

void producer_refuse(struct producer *producer, const char *topic, rd_kafka_resp_err_t code,
                     time_ms now)
{
    refuse_topic(producer, str_from(topic), 0, code, now);
    worsen(producer, PRODUCER_ABORT, topic, rd_kafka_err2str(code));
}

static rd_kafka_topic_t *action_handle(const struct producer *producer, const struct action *action)
{
    if (action->output == OUTPUT_DEPARTMENT)
        return action->index < producer->department_count ? producer->departments[action->index]
                                                          : NULL;
    if (action->output == OUTPUT_ESCALATIONS)
        return action->index < producer->level_count ? producer->levels[action->index] : NULL;
    return producer->fixed[action->output];
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

static size_t redirect(struct producer *producer, const struct action *action, const char *reason)
{
    size_t count = action->header_count;
    struct header *headers = mem_array(count + 2, sizeof(*headers));
    if (count > 0)
        memcpy(headers, action->headers, count * sizeof(headers[0]));
    headers[count++] = (struct header){ STR("ombud-error"), str_from(reason) };
    headers[count++] =
        (struct header){ STR("ombud-output"), action_topic(action, producer->config) };
    struct action letter = *action;
    letter.output = OUTPUT_DEADLETTER;
    letter.partition = -1;
    letter.headers = headers;
    letter.header_count = count;
    producer->redirected++;
    rd_kafka_resp_err_t code = produce(producer, producer->fixed[OUTPUT_DEADLETTER], &letter);
    if (code == RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE) {
        letter.value = STR_NONE; /* the reason at least */
        code = produce(producer, producer->fixed[OUTPUT_DEADLETTER], &letter);
    }
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR)
        worsen(producer, PRODUCER_ABORT, "dead letter", rd_kafka_err2str(code));
    free(headers);
    size_t bytes = letter.value.size;
    unsigned root = (unsigned)producer->config->root->department;
    if (action->output == OUTPUT_DEPARTMENT && action->index != root) {
        struct action copy = *action;
        copy.index = root;
        struct str topic = action_topic(&copy, producer->config);
        if (undeliverable_reason(producer->undeliverable, topic, copy.value.size) == NULL) {
            code = produce(producer, action_handle(producer, &copy), &copy);
            bytes += copy.value.size;
        }
    }
    return bytes;
}

size_t producer_send(struct producer *producer, const struct action *action, time_ms now)
{
    rd_kafka_topic_t *topic = action_handle(producer, action);
    if (topic == NULL)
        return 0; /* shadow mode keeps it to itself */
    if (undeliverable_count(producer->undeliverable) > 0) {
        const char *reason = undeliverable_reason(
            producer->undeliverable, action_topic(action, producer->config), action->value.size);
        if (reason != NULL)
            return redirect(producer, action, reason);
    }
    rd_kafka_resp_err_t code = produce(producer, topic, action);
    switch (code) {
    case RD_KAFKA_RESP_ERR_NO_ERROR:
        return action->value.size + action->key.size;
    case RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE:
        /* Nothing of it was sent: there is nothing to abort. */
        if (action->output != OUTPUT_DEADLETTER)
            return redirect(producer, action, rd_kafka_err2str(code));
        break;
    case RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC:
    case RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION:
        refuse_topic(producer, str_from(rd_kafka_topic_name(topic)), 0, code, now);
        if (!is_essential(producer->config, action_topic(action, producer->config)))
            return redirect(producer, action, rd_kafka_err2str(code));
        break;
    default:
        break;
    }
    judge(producer, rd_kafka_topic_name(topic), action->value.size, code, now);
    return 0;
}

void producer_send_config(struct producer *producer)
{
    const struct config *config = producer->config;
    struct header type = { STR("content-type"), STR("application/json") };
    struct action action = { .partition = -1,
                             .key = str_from(config->fingerprint),
                             .value = config->canonical,
                             .headers = &type,
                             .header_count = 1 };
    rd_kafka_resp_err_t code = produce(producer, producer->config_topic, &action);
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR)
        worsen(producer, PRODUCER_ABORT, "configuration", rd_kafka_err2str(code));
}

enum producer_verdict producer_verdict(const struct producer *producer, const char **reason)
{
    *reason = producer->reason;
    return producer->verdict;
}

void producer_forget(struct producer *producer)
{
    producer->verdict = PRODUCER_FINE;
    producer->reason[0] = '\0';
}

uint64_t producer_redirected(const struct producer *producer)
{
    return producer->redirected;
}
