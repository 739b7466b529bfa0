#include "kafka/addparts.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

enum { TOPIC_SIZE = 256, MOST = 64 };

struct addparts {
    pthread_mutex_t lock; /* guards what follows */
    struct {
        char topic[TOPIC_SIZE];
        rd_kafka_resp_err_t code;
    } items[MOST]; /* what finds no room is refused, and heard of, again */
    size_t count;
};

struct addparts *addparts_new(void)
{
    struct addparts *refused = mem_alloc(sizeof(*refused));
    pthread_mutex_init(&refused->lock, NULL);
    return refused;
}

void addparts_free(struct addparts *refused)
{
    if (refused == NULL)
        return;
    pthread_mutex_destroy(&refused->lock);
    free(refused);
}

void addparts_hear(struct addparts *refused, const char *facility, const char *line)
{
    static const char before[] = "Failed to add partition \"", after[] = "] to transaction: ";
    if (strcmp(facility, "ADDPARTS") != 0)
        return;
    const char *topic = strstr(line, before);
    const char *end = topic == NULL ? NULL : strstr(topic + strlen(before), "\" [");
    const char *why = end == NULL ? NULL : strstr(end, after);
    if (why == NULL)
        return;
    topic += strlen(before);
    /* Others librdkafka tries again. */
    rd_kafka_resp_err_t code = RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED;
    if (strcmp(why + strlen(after), rd_kafka_err2str(code)) != 0)
        return;
    pthread_mutex_lock(&refused->lock);
    if (refused->count < MOST) {
        snprintf(refused->items[refused->count].topic, TOPIC_SIZE, "%.*s", (int)(end - topic),
                 topic);
        refused->items[refused->count++].code = code;
    }
    pthread_mutex_unlock(&refused->lock);
}

bool addparts_next(struct addparts *refused, char *topic, size_t size, rd_kafka_resp_err_t *code)
{
    pthread_mutex_lock(&refused->lock);
    bool any = refused->count > 0;
    if (any) {
        refused->count--;
        snprintf(topic, size, "%s", refused->items[refused->count].topic);
        *code = refused->items[refused->count].code;
    }
    pthread_mutex_unlock(&refused->lock);
    return any;
}
