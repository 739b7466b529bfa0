#include "kafka/start_check.h"

#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "base/mem.h"
#include "kafka/follow.h"
#include "kafka/kafka_conf.h"
#include "kafka/topics.h"
#include "host/now.h"

/* SETTLE_MS: for how long a topic that is missing may be one that a broker does not know yet. */
enum { ANSWER_MS = 2000, PROBE_MS = 15000, PAUSE_MS = 200, SETTLE_MS = 5000 };

/* A report is one defect a line; the log takes one event a line. */
static void log_lines(struct log *log, struct buf *report)
{
    enum { LINES_MOST = 9 };
    char *rest = NULL;
    int count = 0;
    for (char *line = strtok_r((char *)buf_text(report), "\n", &rest); line != NULL;
         line = strtok_r(NULL, "\n", &rest)) {
        if (count++ < LINES_MOST)
            log_say(log, LOGGED_ERROR, "%s", line);
    }
    if (count > LINES_MOST)
        log_say(log, LOGGED_ERROR, "and %d more; `ombudctl topics check` names them all",
                count - LINES_MOST);
}

void say_missing_right(struct log *log, rd_kafka_resp_err_t code, const char *right,
                       const char *kind, const char *name)
{
    if (code != RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED &&
        code != RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED &&
        code != RD_KAFKA_RESP_ERR_TRANSACTIONAL_ID_AUTHORIZATION_FAILED)
        return;
    log_say(log, LOGGED_ERROR,
            "this user lacks the right %s on the %s '%s'; `ombudctl topics acl` prints all that it "
            "needs",
            right, kind, name);
}

/* A broker that has just started, or is slow, may say of a topic just made that there is none: only
 * what stays missing is. */
static enum topics_verdict ask_for_topics(rd_kafka_t *client, const struct config *config,
                                          struct log *log, struct buf *report, struct error *err)
{
    enum topics_verdict verdict = topics_check(client, config, ANSWER_MS, report, err);
    time_ms deadline = now_monotonic() + SETTLE_MS;
    if (verdict == TOPICS_MISSING)
        log_say(log, LOGGED_NOTICE, "topics are missing; asking again for %d s", SETTLE_MS / 1000);
    while (verdict == TOPICS_MISSING && now_monotonic() < deadline) {
        now_wait(PAUSE_MS);
        buf_clear(report);
        verdict = topics_check(client, config, ANSWER_MS, report, err);
    }
    return verdict;
}

static int check_topics(rd_kafka_t *client, const struct config *config, struct log *log)
{
    time_ms start = now_monotonic(), deadline = start + config->broker_wait;
    struct buf report = { 0 };
    struct error err;
    enum topics_verdict verdict;
    while ((verdict = ask_for_topics(client, config, log, &report, &err)) == TOPICS_UNKNOWN &&
           now_monotonic() < deadline) {
        log_say(log, LOGGED_WARNING, "waiting for Kafka: %s", err.text);
        now_wait(PAUSE_MS);
    }
    if (verdict == TOPICS_UNKNOWN)
        log_say(log, LOGGED_ERROR, "%s; gave up after %lld s", err.text,
                (long long)((now_monotonic() - start) / TIME_SECOND));
    else if (verdict == TOPICS_REFUSED)
        log_say(log, LOGGED_ERROR, "%s", err.text);
    else
        log_lines(log, &report);
    buf_free(&report);
    if (verdict == TOPICS_REFUSED)
        return EX_NOPERM;
    return verdict == TOPICS_RIGHT ? EX_OK : verdict == TOPICS_UNKNOWN ? EX_UNAVAILABLE : EX_CONFIG;
}

static int count_partitions(rd_kafka_t *client, struct inputs *inputs, struct log *log)
{
    for (size_t i = 0; i < inputs->count; i++) {
        struct input *input = &inputs->items[i];
        struct error err;
        input->partitions = topics_partitions(client, str_from(input->topic), ANSWER_MS, &err);
        if (input->partitions == 0)
            error_set(&err, "topic '%s' was there and is missing now", input->topic);
        if (input->partitions <= 0) {
            log_say(log, LOGGED_ERROR, "%s", err.text);
            return EX_UNAVAILABLE;
        }
        if (stages[input->stage].input == OUTPUT_HOME)
            inputs->home_partitions = input->partitions;
    }
    return EX_OK;
}

/* ---- rights to write: one record a topic, in a transaction that nobody ever sees */

static int init_probe(rd_kafka_t *producer, const char *name, struct log *log)
{
    time_ms deadline = now_monotonic() + PROBE_MS;
    for (;;) {
        rd_kafka_error_t *error = rd_kafka_init_transactions(producer, ANSWER_MS);
        if (error == NULL)
            return EX_OK;
        bool again = rd_kafka_error_is_retriable(error) && now_monotonic() < deadline;
        int code = rd_kafka_error_is_retriable(error) ? EX_UNAVAILABLE : EX_NOPERM;
        if (!again) {
            log_say(log, LOGGED_ERROR, "transactions as '%s': %s", name,
                    rd_kafka_error_string(error));
            say_missing_right(log, rd_kafka_error_code(error), "Write", "transactional id", name);
        }
        rd_kafka_error_destroy(error);
        if (!again)
            return code;
    }
}

/* The first reason why a record did not arrive. Those that do leave no report. */
static rd_kafka_resp_err_t read_reports(rd_kafka_t *producer)
{
    rd_kafka_resp_err_t reason = RD_KAFKA_RESP_ERR_NO_ERROR;
    rd_kafka_queue_t *queue = rd_kafka_queue_get_main(producer);
    rd_kafka_event_t *event;
    while ((event = rd_kafka_queue_poll(queue, 0)) != NULL) {
        const rd_kafka_message_t *message;
        while (rd_kafka_event_type(event) == RD_KAFKA_EVENT_DR &&
               (message = rd_kafka_event_message_next(event)) != NULL) {
            if (reason == RD_KAFKA_RESP_ERR_NO_ERROR)
                reason = message->err;
        }
        rd_kafka_event_destroy(event);
    }
    rd_kafka_queue_destroy(queue);
    return reason;
}

/* Why the open transaction cannot end well. Only a call that it refuses tells. */
static rd_kafka_resp_err_t transaction_refusal(rd_kafka_t *producer)
{
    rd_kafka_error_t *error = rd_kafka_begin_transaction(producer);
    rd_kafka_resp_err_t code = rd_kafka_error_code(error);
    if (error != NULL)
        rd_kafka_error_destroy(error);
    return code == RD_KAFKA_RESP_ERR__STATE ? RD_KAFKA_RESP_ERR_NO_ERROR : code;
}

/* False: call again. What stays open for good the workers' producer ends: it has the name. */
static bool abort_probe(rd_kafka_t *producer)
{
    rd_kafka_error_t *error = rd_kafka_abort_transaction(producer, ANSWER_MS);
    bool again = error != NULL && rd_kafka_error_is_retriable(error);
    if (error != NULL)
        rd_kafka_error_destroy(error);
    return !again;
}

/* Writes a record to each of the topics in a transaction that it aborts. */
static rd_kafka_resp_err_t probe(rd_kafka_t *producer, const struct topic_plan *topics,
                                 size_t count)
{
    rd_kafka_error_t *error = rd_kafka_begin_transaction(producer);
    rd_kafka_resp_err_t reason = rd_kafka_error_code(error);
    if (error != NULL)
        rd_kafka_error_destroy(error);
    for (size_t i = 0; i < count && reason == RD_KAFKA_RESP_ERR_NO_ERROR; i++)
        reason =
            rd_kafka_producev(producer, RD_KAFKA_V_TOPIC(topics[i].name.data),
                              RD_KAFKA_V_PARTITION(0), RD_KAFKA_V_KEY("probe", 5), RD_KAFKA_V_END);
    time_ms deadline = now_monotonic() + PROBE_MS;
    bool sent = false;
    while (reason == RD_KAFKA_RESP_ERR_NO_ERROR && !sent) {
        sent = rd_kafka_flush(producer, PAUSE_MS) == RD_KAFKA_RESP_ERR_NO_ERROR;
        rd_kafka_resp_err_t report = read_reports(producer);
        reason = transaction_refusal(producer); /* goes first: a record may only say "purged" */
        if (reason == RD_KAFKA_RESP_ERR_NO_ERROR)
            reason = report;
        if (reason == RD_KAFKA_RESP_ERR_NO_ERROR && !sent && now_monotonic() >= deadline)
            reason = RD_KAFKA_RESP_ERR__MSG_TIMED_OUT;
    }
    while (!abort_probe(producer) && now_monotonic() < deadline)
        read_reports(producer);
    read_reports(producer);
    return reason;
}

static int refused(struct log *log, const char *topic, rd_kafka_resp_err_t reason)
{
    log_say(log, LOGGED_ERROR, "topic '%s' cannot be written: %s", topic, rd_kafka_err2str(reason));
    say_missing_right(log, reason, "Write", "topic", topic);
    return reason == RD_KAFKA_RESP_ERR__MSG_TIMED_OUT ? EX_UNAVAILABLE : EX_NOPERM;
}

/* EX_OK + a producer with transactions that the caller destroys. */
static int open_probe(const struct config *config, const char *name, struct log *log,
                      rd_kafka_t **producer)
{
    struct kafka_identity identity = { .name = name };
    struct error err;
    *producer = kafka_client(KAFKA_PRODUCER, config, &identity, log, &err);
    if (*producer == NULL) {
        log_say(log, LOGGED_ERROR, "%s", err.text);
        return EX_CONFIG;
    }
    kafka_warm(*producer, ANSWER_MS);
    int result = init_probe(*producer, name, log);
    if (result != EX_OK)
        rd_kafka_destroy(*producer);
    return result;
}

static int probe_topics(const struct config *config, const char *name,
                        const struct topic_plan *topics, size_t count, struct log *log)
{
    rd_kafka_t *producer;
    int result = open_probe(config, name, log, &producer);
    if (result != EX_OK)
        return result;
    rd_kafka_resp_err_t reason = probe(producer, topics, count);
    rd_kafka_destroy(producer);
    if (reason == RD_KAFKA_RESP_ERR_NO_ERROR)
        return EX_OK;
    if (count == 1)
        return refused(log, topics->name.data, reason);
    /* One refused topic spoils the transaction for all, and now and then the producer with it: the
     * broker may call the abort of a transaction without a single record an invalid state. A broker
     * that is gone is not waited for again for each topic. */
    for (size_t i = 0; i < count && result != EX_UNAVAILABLE; i++) {
        int alone = probe_topics(config, name, &topics[i], 1, log);
        result = alone != EX_OK ? alone : result;
    }
    return result;
}

static int check_writing(const struct config *config, const char *name, struct log *log)
{
    size_t count, written = 0;
    struct topic_plan *plan = topics_plan(config, &count);
    for (size_t i = 0; i < count; i++) {
        if (plan[i].written)
            plan[written++] = plan[i];
    }
    int result = probe_topics(config, name, plan, written, log);
    free(plan);
    return result;
}

/* ---- rights to read: until every topic's first partition shows its end */

static int check_group(rd_kafka_t *consumer, const struct config *config, struct log *log)
{
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(1);
    rd_kafka_topic_partition_list_add(list, config->topics.home.data, 0);
    rd_kafka_resp_err_t code = rd_kafka_committed(consumer, list, ANSWER_MS);
    rd_kafka_topic_partition_list_destroy(list);
    if (code != RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED)
        return EX_OK;
    log_say(log, LOGGED_ERROR, "group '%.*s': %s", STR_ARG(kafka_property(config, "group.id")),
            rd_kafka_err2str(code));
    say_missing_right(log, code, "Read", "group", kafka_property(config, "group.id").data);
    return EX_NOPERM;
}

static int check_membership(const struct config *config, const char *name, struct log *log)
{
    struct kafka_identity identity = { .name = name };
    struct error err;
    rd_kafka_t *consumer = kafka_client(KAFKA_CONSUMER, config, &identity, log, &err);
    if (consumer == NULL) {
        log_say(log, LOGGED_ERROR, "%s", err.text);
        return EX_CONFIG;
    }
    kafka_warm(consumer, ANSWER_MS);
    int result = check_group(consumer, config, log);
    rd_kafka_destroy(consumer);
    return result;
}

/* At the end of each, where there is nothing to fetch. */
static void follow_ends(struct follow *follow, const struct config *config)
{
    size_t count;
    struct topic_plan *plan = topics_plan(config, &count);
    for (size_t i = 0; i < count; i++) {
        int64_t low, high;
        if (!plan[i].read)
            continue;
        if (rd_kafka_query_watermark_offsets(follow_client(follow), plan[i].name.data, 0, &low,
                                             &high, ANSWER_MS) != RD_KAFKA_RESP_ERR_NO_ERROR)
            high = RD_KAFKA_OFFSET_END;
        follow_partition(follow, plan[i].name.data, 0, high, 0, NULL);
    }
    free(plan);
}

static int fetch_once(struct follow *follow, struct log *log)
{
    time_ms deadline = now_monotonic() + PROBE_MS;
    struct follow_item item;
    struct error err;
    while (!follow_caught_up(follow) && now_monotonic() < deadline) {
        enum follow_news news = follow_next(follow, 100, &item, &err);
        if (news == FOLLOW_RECORD)
            rd_kafka_message_destroy(item.message);
        if (news != FOLLOW_FORBIDDEN)
            continue;
        log_say(log, LOGGED_ERROR, "topic '%s' cannot be read: %s",
                item.place ? item.place->topic : "?", rd_kafka_err2str(item.code));
        say_missing_right(log, item.code, "Read", "topic", item.place ? item.place->topic : "?");
        return EX_NOPERM;
    }
    return EX_OK;
}

static int check_reading(const struct config *config, struct log *log)
{
    struct error err;
    struct follow *follow = follow_open(config, log, &err);
    int result = EX_CONFIG;
    if (follow != NULL) {
        follow_ends(follow, config);
        result = follow_start(follow, &err) ? fetch_once(follow, log) : EX_CONFIG;
    }
    if (result == EX_CONFIG)
        log_say(log, LOGGED_ERROR, "%s", err.text);
    follow_close(follow);
    return result;
}

int start_check(const struct config *config, const char *name, struct inputs *inputs,
                struct log *log)
{
    struct error err;
    rd_kafka_t *client = topics_client(config, &err);
    if (client == NULL) {
        log_say(log, LOGGED_ERROR, "%s", err.text);
        return EX_CONFIG;
    }
    int result = check_topics(client, config, log);
    if (result == EX_OK)
        result = count_partitions(client, inputs, log);
    rd_kafka_destroy(client);
    if (result == EX_OK)
        result = check_membership(config, name, log);
    if (result == EX_OK)
        result = check_reading(config, log);
    if (result == EX_OK)
        result = check_writing(config, name, log);
    return result;
}

bool start_check_reload(const struct config *config, struct buf *report, struct error *err)
{
    rd_kafka_t *client = topics_client(config, err);
    if (client == NULL)
        return false;
    enum topics_verdict verdict = ask_for_topics(client, config, NULL, report, err);
    rd_kafka_destroy(client);
    if (verdict == TOPICS_MISSING || verdict == TOPICS_WRONG)
        return error_set(err, "%s", buf_text(report));
    return verdict == TOPICS_RIGHT;
}
