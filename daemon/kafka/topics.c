#include "kafka/topics.h"

#include <stdlib.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "globals.h"
#include "kafka/metadata.h"
#include "stages.h"

/* A compacted topic may hold a superseded record so long, ms: what restore has to skip is bounded,
 * and what was erased is gone by then. */
#define COMPACTION_LAG "604800000"
/* Topics and producer allow more than an event may have, because records carry text and reasons. */
#define RECORD_BYTES "4194304"

struct plan {
    struct topic_plan *items;
    size_t count;
};

static struct topic_plan *plan_add(struct plan *plan, struct str name, enum topic_kind kind)
{
    plan->items = mem_resize(plan->items, plan->count + 1, sizeof(*plan->items));
    struct topic_plan *topic = &plan->items[plan->count++];
    *topic = (struct topic_plan){ .name = name, .kind = kind };
    return topic;
}

static void plan_sources(struct plan *plan, const struct config *config)
{
    for (size_t i = 0; i < config->source_count; i++) {
        const struct config_source *source = &config->sources[i];
        struct topic_plan *topic = plan_add(plan, source->topic, TOPIC_INPUT);
        topic->read = true;
        topic->written = source->home && output_published(config, OUTPUT_HOME);
    }
}

static void plan_output(struct plan *plan, const struct config *config, enum output output)
{
    const struct output_row *row = &outputs[output];
    enum stage keeper = stages_keeper(output);
    for (size_t i = 0; i < output_topics(config, output); i++) {
        struct topic_plan *topic = plan_add(plan, output_topic(config, output, i), row->kind);
        topic->partitions = row->partitions;
        topic->written = true;
        topic->read = keeper < STAGE_COUNT || stages_reader(output) < STAGE_COUNT;
        if (row->partitions == PARTITIONS_INPUT && keeper < STAGE_COUNT)
            topic->like = output_topic(config, stages[keeper].input, 0);
    }
}

struct topic_plan *topics_plan(const struct config *config, size_t *count)
{
    struct plan plan = { 0 };
    plan_sources(&plan, config);
    for (enum output output = 0; output < OUTPUT_COUNT; output++) {
        if (outputs[output].kind != TOPIC_INPUT && output_published(config, output))
            plan_output(&plan, config, output);
    }
    for (enum global global = 0; global < GLOBAL_COUNT; global++) {
        struct topic_plan *topic = plan_add(&plan, global_topic(config, global), TOPIC_TABLE);
        topic->read = true;
        topic->partitions = global_rows[global].one ? PARTITIONS_ONE : PARTITIONS_ANY;
    }
    *count = plan.count;
    return plan.items;
}

rd_kafka_t *topics_client(const struct config *config, struct error *err)
{
    char reason[512];
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    for (size_t i = 0; i < config->kafka_count; i++) {
        const struct config_property *property = &config->kafka[i];
        if (rd_kafka_conf_set(conf, property->name.data, property->value.data, reason,
                              sizeof(reason)) != RD_KAFKA_CONF_OK) {
            rd_kafka_conf_destroy(conf);
            error_set(err, "%.*s:%d:%d: %s", STR_ARG(property->place.file), property->place.line,
                      property->place.column, reason);
            return NULL;
        }
    }
    rd_kafka_conf_set(conf, "log_level", "0", NULL, 0);
    rd_kafka_conf_set_events(conf, RD_KAFKA_EVENT_ERROR); /* see metadata_ask */
    /* Asking for a missing topic's metadata must not make it. */
    rd_kafka_conf_set(conf, "allow.auto.create.topics", "false", NULL, 0);
    rd_kafka_t *client = rd_kafka_new(RD_KAFKA_PRODUCER, conf, reason, sizeof(reason));
    if (client == NULL) {
        rd_kafka_conf_destroy(conf);
        error_set(err, "Kafka client: %s", reason);
    }
    return client;
}

/* `input`: how many partitions the topic has that it must be like; 0: not known. */
static enum topics_verdict check_topic(const struct topic_plan *plan,
                                       const rd_kafka_metadata_topic_t *topic, int input,
                                       struct buf *report)
{
    if (topic == NULL || topic->err == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART) {
        buf_printf(report,
                   "topic '%.*s' is missing, or this user may not describe it; "
                   "`ombudctl topics create` makes it\n",
                   STR_ARG(plan->name));
        return TOPICS_MISSING;
    }
    if (topic->err == RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED) {
        buf_printf(report, "topic '%.*s': this user may not describe it\n", STR_ARG(plan->name));
        return TOPICS_WRONG;
    }
    if (topic->err != RD_KAFKA_RESP_ERR_NO_ERROR) {
        buf_printf(report, "topic '%.*s': %s\n", STR_ARG(plan->name), rd_kafka_err2str(topic->err));
        return TOPICS_MISSING;
    }
    if (plan->partitions == PARTITIONS_INPUT && input > 0 && topic->partition_cnt != input) {
        buf_printf(report,
                   "topic '%.*s' has %d partitions, but its input '%.*s' has %d; a changelog "
                   "has as many as its input\n",
                   STR_ARG(plan->name), topic->partition_cnt, STR_ARG(plan->like), input);
        return TOPICS_WRONG;
    }
    if (plan->partitions == PARTITIONS_ONE && topic->partition_cnt != 1) {
        buf_printf(report, "topic '%.*s' has %d partitions, but must have one\n",
                   STR_ARG(plan->name), topic->partition_cnt);
        return TOPICS_WRONG;
    }
    return TOPICS_RIGHT;
}

enum topics_verdict topics_check(rd_kafka_t *client, const struct config *config, int timeout,
                                 struct buf *report, struct error *err)
{
    bool refused = false;
    const rd_kafka_metadata_t *metadata = metadata_ask(client, timeout, &refused, err);
    if (metadata == NULL)
        return refused ? TOPICS_REFUSED : TOPICS_UNKNOWN;
    enum topics_verdict worst = TOPICS_RIGHT;
    size_t count;
    struct topic_plan *plan = topics_plan(config, &count);
    for (size_t i = 0; i < count; i++) {
        const rd_kafka_metadata_topic_t *input = metadata_topic(metadata, plan[i].like);
        enum topics_verdict verdict = check_topic(&plan[i], metadata_topic(metadata, plan[i].name),
                                                  input ? input->partition_cnt : 0, report);
        worst = verdict > worst ? verdict : worst;
    }
    free(plan);
    rd_kafka_metadata_destroy(metadata);
    return worst;
}

int topics_partitions(rd_kafka_t *client, struct str topic, int timeout, struct error *err)
{
    bool refused;
    const rd_kafka_metadata_t *metadata = metadata_ask(client, timeout, &refused, err);
    if (metadata == NULL)
        return -1;
    const rd_kafka_metadata_topic_t *found = metadata_topic(metadata, topic);
    int partitions = found && found->err == RD_KAFKA_RESP_ERR_NO_ERROR ? found->partition_cnt : 0;
    rd_kafka_metadata_destroy(metadata);
    return partitions;
}

/* How many partitions a topic is to be made with: a changelog's input may be there already. */
static int partitions_to_make(const struct topic_plan *topic, const struct topic_plan *plan,
                              size_t count, const rd_kafka_metadata_t *metadata,
                              const struct config *config)
{
    if (topic->partitions == PARTITIONS_ONE)
        return 1;
    if (topic->partitions == PARTITIONS_ANY)
        return config->topics.partitions;
    const rd_kafka_metadata_topic_t *input = metadata_topic(metadata, topic->like);
    if (input != NULL)
        return input->partition_cnt;
    for (size_t i = 0; i < count; i++) {
        if (str_equal(plan[i].name, topic->like) && plan[i].partitions == PARTITIONS_ONE)
            return 1;
    }
    return config->topics.partitions;
}

static rd_kafka_NewTopic_t *new_topic(const struct topic_plan *plan, int partitions,
                                      int replication, struct error *err)
{
    char reason[256];
    rd_kafka_NewTopic_t *topic =
        rd_kafka_NewTopic_new(plan->name.data, partitions, replication, reason, sizeof(reason));
    if (topic == NULL) {
        error_set(err, "topic '%.*s': %s", STR_ARG(plan->name), reason);
        return NULL;
    }
    rd_kafka_NewTopic_set_config(topic, "max.message.bytes", RECORD_BYTES);
    if (plan->kind == TOPIC_INPUT)
        rd_kafka_NewTopic_set_config(topic, "message.timestamp.type", "LogAppendTime");
    if (plan->kind == TOPIC_TABLE || plan->kind == TOPIC_STATE) {
        rd_kafka_NewTopic_set_config(topic, "cleanup.policy", "compact");
        rd_kafka_NewTopic_set_config(topic, "max.compaction.lag.ms", COMPACTION_LAG);
    }
    return topic;
}

static bool take_results(rd_kafka_event_t *event, struct buf *report, struct error *err)
{
    if (rd_kafka_event_error(event) != RD_KAFKA_RESP_ERR_NO_ERROR)
        return error_set(err, "topics cannot be created: %s", rd_kafka_event_error_string(event));
    size_t count;
    const rd_kafka_topic_result_t **results =
        rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(event), &count);
    bool ok = true;
    for (size_t i = 0; i < count; i++) {
        rd_kafka_resp_err_t code = rd_kafka_topic_result_error(results[i]);
        if (code == RD_KAFKA_RESP_ERR_NO_ERROR)
            buf_printf(report, "created %s\n", rd_kafka_topic_result_name(results[i]));
        else if (code != RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS && ok)
            ok = error_set(err, "topic '%s': %s", rd_kafka_topic_result_name(results[i]),
                           rd_kafka_topic_result_error_string(results[i])
                               ? rd_kafka_topic_result_error_string(results[i])
                               : rd_kafka_err2str(code));
    }
    return ok;
}

static bool submit(rd_kafka_t *client, rd_kafka_NewTopic_t **topics, size_t count, int timeout,
                   struct buf *report, struct error *err)
{
    char reason[256];
    rd_kafka_queue_t *queue = rd_kafka_queue_new(client);
    rd_kafka_AdminOptions_t *options =
        rd_kafka_AdminOptions_new(client, RD_KAFKA_ADMIN_OP_CREATETOPICS);
    rd_kafka_AdminOptions_set_request_timeout(options, timeout, reason, sizeof(reason));
    rd_kafka_AdminOptions_set_operation_timeout(options, timeout, reason, sizeof(reason));
    rd_kafka_CreateTopics(client, topics, count, options, queue);
    rd_kafka_event_t *event = rd_kafka_queue_poll(queue, timeout + 5000);
    bool ok = event ? take_results(event, report, err)
                    : error_set(err, "no broker answers to the creation of topics");
    if (event)
        rd_kafka_event_destroy(event);
    rd_kafka_AdminOptions_destroy(options);
    rd_kafka_queue_destroy(queue);
    return ok;
}

bool topics_create(rd_kafka_t *client, const struct config *config, int timeout, struct buf *report,
                   struct error *err)
{
    bool refused;
    const rd_kafka_metadata_t *metadata = metadata_ask(client, timeout, &refused, err);
    if (metadata == NULL)
        return false;
    int replication = config->topics.replication;
    if (replication == 0)
        replication = metadata->broker_cnt < 3 ? metadata->broker_cnt : 3;
    size_t count, wanted = 0;
    struct topic_plan *plan = topics_plan(config, &count);
    rd_kafka_NewTopic_t **topics = mem_array(count, sizeof(*topics));
    bool ok = true;
    for (size_t i = 0; ok && i < count; i++) {
        if (metadata_topic(metadata, plan[i].name))
            continue;
        int partitions = partitions_to_make(&plan[i], plan, count, metadata, config);
        rd_kafka_NewTopic_t *topic = new_topic(&plan[i], partitions, replication, err);
        ok = topic != NULL;
        if (ok)
            topics[wanted++] = topic;
    }
    ok = ok && (wanted == 0 || submit(client, topics, wanted, timeout, report, err));
    rd_kafka_NewTopic_destroy_array(topics, wanted);
    free(topics);
    free(plan);
    rd_kafka_metadata_destroy(metadata);
    return ok;
}
