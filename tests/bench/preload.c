/* Fills a topic with believable ticket events, about 670 bytes each, half Chinese and half English:
 * the input of scripts/bench. Deterministic: the same arguments write the same bytes. */
#include <librdkafka/rdkafka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/hash.h"
#include "base/time.h"
#include "sample.h"

int main(int argc, char **argv)
{
    if (argc < 5) {
        fprintf(stderr, "usage: preload BROKERS TOPIC PARTITIONS EVENTS [open]\n"
                        "  open: only openings, so that EVENTS tickets stay open\n");
        return 64;
    }
    int32_t partitions = atoi(argv[3]);
    long events = atol(argv[4]);
    bool only_open = argc > 5;
    char reason[256];
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    const char *settings[][2] = { { "bootstrap.servers", argv[1] },
                                  { "linger.ms", "50" },
                                  { "compression.codec", "lz4" },
                                  { "enable.idempotence", "true" },
                                  { "queue.buffering.max.messages", "500000" } };
    for (size_t i = 0; i < sizeof(settings) / sizeof(*settings); i++)
        rd_kafka_conf_set(conf, settings[i][0], settings[i][1], reason, sizeof(reason));
    rd_kafka_t *producer = rd_kafka_new(RD_KAFKA_PRODUCER, conf, reason, sizeof(reason));
    rd_kafka_topic_t *topic = rd_kafka_topic_new(producer, argv[2], NULL);
    /* Openings alone have just happened: were they old, every promise would be broken as soon as
     * the router has caught up, and that work would look like the weight of open tickets. The rest
     * is of long ago, so that nothing is clamped. */
    time_ms start = only_open ? (time_ms)time(NULL) * 1000 - events / 100 : 1790000000000;
    unsigned long long bytes = 0;
    char event[SAMPLE_EVENT_BYTES], ticket[SAMPLE_TICKET_BYTES];
    for (long i = 0; i < events; i++) {
        size_t size = sample_event(event, ticket, i, start, only_open);
        bytes += size;
        int32_t partition = kafka_partition(str_from(ticket), partitions);
        /* Kafka's timestamp is the event's: a router that reads them later is as far behind as one
         * that was down when they happened, and raises no alarm for what was answered in time. */
        while (rd_kafka_producev(producer, RD_KAFKA_V_RKT(topic), RD_KAFKA_V_PARTITION(partition),
                                 RD_KAFKA_V_KEY(ticket, strlen(ticket)),
                                 RD_KAFKA_V_VALUE(event, size),
                                 RD_KAFKA_V_TIMESTAMP(sample_time(i, start, only_open)),
                                 RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY),
                                 RD_KAFKA_V_END) == RD_KAFKA_RESP_ERR__QUEUE_FULL)
            rd_kafka_poll(producer, 50);
        rd_kafka_poll(producer, 0);
    }
    rd_kafka_resp_err_t code = rd_kafka_flush(producer, 120000);
    rd_kafka_topic_destroy(topic);
    rd_kafka_destroy(producer);
    printf("events=%ld bytes_each=%.0f\n", events, (double)bytes / (double)events);
    return code ? 69 : 0;
}
