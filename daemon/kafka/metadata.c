#include "kafka/metadata.h"

#include <stdio.h>
#include <string.h>

#include "host/now.h"

/* For how long an answer is waited for before errors are looked at, ms; then twice as long, so that
 * a slow broker is given the time it needs. */
enum { FIRST_WAIT = 2000 };

/* A wrong password and a certificate that is not trusted look like a broker that is away; only
 * errors that come by the way tell. */
static bool refusal(rd_kafka_t *client, char *text, size_t size)
{
    rd_kafka_queue_t *queue = rd_kafka_queue_get_main(client);
    rd_kafka_event_t *event;
    bool refused = false;
    while ((event = rd_kafka_queue_poll(queue, 0)) != NULL) {
        rd_kafka_resp_err_t code = rd_kafka_event_error(event);
        if (code == RD_KAFKA_RESP_ERR__AUTHENTICATION || code == RD_KAFKA_RESP_ERR__SSL ||
            code == RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED) {
            snprintf(text, size, "%s", rd_kafka_event_error_string(event));
            refused = true;
        }
        rd_kafka_event_destroy(event);
    }
    rd_kafka_queue_destroy(queue);
    return refused;
}

/* Kafka 4 holds SCRAM to RFC 5802, section 5.1; librdkafka before 2.6.1 names a nonce that it does
 * not allow (https://github.com/confluentinc/librdkafka/pull/4895). */
static const char *scram_hint(rd_kafka_t *client)
{
    char mechanism[64] = "";
    size_t size = sizeof(mechanism);
    rd_kafka_conf_get(rd_kafka_conf(client), "sasl.mechanism", mechanism, &size);
    bool wrong = strncmp(mechanism, "SCRAM", 5) == 0 && rd_kafka_version() < 0x02060100;
    return wrong ? "; librdkafka before 2.6.1, as here, cannot sign in to Kafka 4 by SCRAM" : "";
}

const rd_kafka_metadata_t *metadata_ask(rd_kafka_t *client, int timeout, bool *refused,
                                        struct error *err)
{
    const rd_kafka_metadata_t *metadata = NULL;
    time_ms deadline = now_monotonic() + timeout;
    rd_kafka_resp_err_t code;
    char why[256];
    for (int wait = FIRST_WAIT;; wait *= 2) {
        int left = (int)time_max(deadline - now_monotonic(), 1);
        code = rd_kafka_metadata(client, 1, NULL, &metadata, left < wait ? left : wait);
        if (code == RD_KAFKA_RESP_ERR_NO_ERROR)
            return metadata;
        *refused = refusal(client, why, sizeof(why));
        if (*refused || now_monotonic() >= deadline)
            break;
    }
    char servers[256] = "";
    size_t size = sizeof(servers);
    rd_kafka_conf_get(rd_kafka_conf(client), "bootstrap.servers", servers, &size);
    if (*refused)
        error_set(err, "%s does not let this user in: %s%s", servers, why, scram_hint(client));
    else
        error_set(err, "no broker answers at %s: %s", servers, rd_kafka_err2str(code));
    return NULL;
}

const rd_kafka_metadata_topic_t *metadata_topic(const rd_kafka_metadata_t *metadata,
                                                struct str name)
{
    for (int i = 0; i < metadata->topic_cnt; i++) {
        if (str_is(name, metadata->topics[i].topic))
            return &metadata->topics[i];
    }
    return NULL;
}
