/* librdkafka's mock cluster, and a configuration whose clients talk to it: for tests of what the
 * shell does when a broker refuses. It shows open and aborted records to every reader and keeps no
 * transactional offsets: what "exactly once" claims is tested against a real Kafka. */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

#include "config/config.h"
#include "host/config_file.h"
#include "host/now.h"
#include "json/json.h"

struct mock {
    rd_kafka_t *handle;
    rd_kafka_mock_cluster_t *cluster;
    const struct config *config;
};

static const char *const mock_topics[] = { "ombud.events",
                                           "ombud.state",
                                           "ombud.decisions",
                                           "ombud.deadletter",
                                           "ombud.notices",
                                           "ombud.promises",
                                           "ombud.groups",
                                           "ombud.config",
                                           "ombud.customers",
                                           "ombud.silences",
                                           "ombud.versions",
                                           "ombud.dept.service",
                                           "ombud.dept.billing",
                                           "ombud.escalations.lead",
                                           "ombud.escalations.manager",
                                           "ombud.escalations.executive" };

static inline const struct config *mock_config(const char *servers)
{
    char path[] = "/tmp/ombud-mock-XXXXXX.yaml";
    int fd = mkstemps(path, 5);
    assert_true(fd >= 0);
    dprintf(fd,
            "kafka: { bootstrap.servers: \"%s\", group.id: g,\n"
            "         topic.metadata.refresh.interval.ms: \"100\", message.timeout.ms: \"3000\",\n"
            "         message.max.bytes: \"100000\" }\n"
            "departments: { service: {}, billing: {} }\n"
            "route:\n  department: service\n  routes:\n    - match: category == billing\n"
            "      department: billing\n"
            "slas: [{ name: default, response: 1h, warn: 75%% }]\n",
            servers);
    close(fd);
    struct config_findings findings = { 0 };
    const struct config *config = config_open(path, &findings);
    for (size_t i = 0; i < findings.count; i++)
        print_message("%.*s\n", STR_ARG(findings.items[i].text));
    config_findings_free(&findings);
    unlink(path);
    assert_non_null(config);
    return config;
}

static inline void mock_open(struct mock *mock)
{
    char reason[256];
    json_init();
    mock->handle = rd_kafka_new(RD_KAFKA_PRODUCER, rd_kafka_conf_new(), reason, sizeof(reason));
    assert_non_null(mock->handle);
    mock->cluster = rd_kafka_mock_cluster_new(mock->handle, 1);
    for (size_t i = 0; i < sizeof(mock_topics) / sizeof(mock_topics[0]); i++)
        rd_kafka_mock_topic_create(mock->cluster, mock_topics[i], 1, 1);
    mock->config = mock_config(rd_kafka_mock_cluster_bootstraps(mock->cluster));
}

static inline void mock_close(struct mock *mock)
{
    config_free((struct config *)mock->config);
    rd_kafka_mock_cluster_destroy(mock->cluster);
    rd_kafka_destroy(mock->handle);
}

/* How many records partition 0 of `topic` holds. */
static inline int64_t mock_count(struct mock *mock, const char *topic)
{
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    char reason[256];
    rd_kafka_conf_set(conf, "bootstrap.servers", rd_kafka_mock_cluster_bootstraps(mock->cluster),
                      reason, sizeof(reason));
    rd_kafka_t *asker = rd_kafka_new(RD_KAFKA_PRODUCER, conf, reason, sizeof(reason));
    int64_t low = -1, high = -1;
    rd_kafka_query_watermark_offsets(asker, topic, 0, &low, &high, 5000);
    rd_kafka_destroy(asker);
    return high;
}
