#include "kafka/topics_shown.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "host/now.h"
#include "kafka/topics.h"

enum { ANSWER_MS = 5000, PAUSE_MS = 100 };

/* librdkafka asks whatever broker it is connected to, and connects to none that it does not need: a
 * client that knows one address asks that one first. */
static rd_kafka_t *client_of(const struct config *config, const char *address, struct error *err)
{
    struct config one = *config;
    struct config_property *properties = mem_array(config->kafka_count + 1, sizeof(*properties));
    if (config->kafka_count > 0)
        memcpy(properties, config->kafka, config->kafka_count * sizeof(*properties));
    properties[config->kafka_count] =
        (struct config_property){ .name = STR("bootstrap.servers"), .value = str_from(address) };
    one.kafka = properties;
    one.kafka_count++;
    rd_kafka_t *client = topics_client(&one, err);
    free(properties);
    return client;
}

static bool has_leaders(const rd_kafka_metadata_topic_t *topic)
{
    bool all = topic->err == RD_KAFKA_RESP_ERR_NO_ERROR && topic->partition_cnt > 0;
    for (int i = 0; all && i < topic->partition_cnt; i++)
        all = topic->partitions[i].leader >= 0;
    return all;
}

static bool shows(const rd_kafka_metadata_t *metadata, struct str topic)
{
    for (int i = 0; i < metadata->topic_cnt; i++) {
        if (str_is(topic, metadata->topics[i].topic))
            return has_leaders(&metadata->topics[i]);
    }
    return false;
}

static bool shows_all(const rd_kafka_metadata_t *metadata, const struct config *config,
                      const char *address, struct error *err)
{
    bool all = true;
    size_t count;
    struct topic_plan *plan = topics_plan(config, &count);
    for (size_t i = 0; all && i < count; i++) {
        if (!shows(metadata, plan[i].name))
            all = error_set(err,
                            "the broker at %s does not show topic '%.*s' with its leaders, or "
                            "this user may not describe it",
                            address, STR_ARG(plan[i].name));
    }
    free(plan);
    return all;
}

static bool broker_shows_all(const rd_kafka_metadata_broker_t *broker, const struct config *config,
                             struct error *err)
{
    char address[300];
    const rd_kafka_metadata_t *metadata = NULL;
    snprintf(address, sizeof(address), "%s:%d", broker->host, broker->port);
    rd_kafka_t *client = client_of(config, address, err);
    if (client == NULL)
        return false;
    rd_kafka_resp_err_t code = rd_kafka_metadata(client, 1, NULL, &metadata, ANSWER_MS);
    if (metadata != NULL && metadata->orig_broker_id >= 0 && metadata->orig_broker_id != broker->id)
        code = RD_KAFKA_RESP_ERR__TRANSPORT; /* another answered: this one could not be reached */
    bool all = code == RD_KAFKA_RESP_ERR_NO_ERROR
                   ? shows_all(metadata, config, address, err)
                   : error_set(err, "the broker at %s does not answer: %s", address,
                               rd_kafka_err2str(code));
    if (metadata != NULL)
        rd_kafka_metadata_destroy(metadata);
    rd_kafka_destroy(client);
    return all;
}

/* Asked for anew each time: a broker that is gone is left out of the list after a while. */
static bool all_brokers_show(rd_kafka_t *client, const struct config *config, struct error *err)
{
    const rd_kafka_metadata_t *metadata = NULL;
    rd_kafka_resp_err_t code = rd_kafka_metadata(client, 0, NULL, &metadata, ANSWER_MS);
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR)
        return error_set(err, "no broker answers: %s", rd_kafka_err2str(code));
    bool all = true;
    for (int i = 0; all && i < metadata->broker_cnt; i++)
        all = broker_shows_all(&metadata->brokers[i], config, err);
    rd_kafka_metadata_destroy(metadata);
    return all;
}

bool topics_wait_shown(rd_kafka_t *client, const struct config *config, int timeout,
                       struct error *err)
{
    time_ms deadline = now_monotonic() + timeout;
    bool all;
    while (!(all = all_brokers_show(client, config, err)) && now_monotonic() < deadline)
        now_wait(PAUSE_MS);
    return all || error_prefix(err, "not ready after %d s", timeout / 1000);
}
