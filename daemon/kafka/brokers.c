#include "kafka/brokers.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

enum { AWAY_MOST = 64 }; /* of more it is not said that they are back */

struct brokers {
    struct log *log;
    struct kafka_ear ear;
    pthread_mutex_t lock; /* guards the rest: librdkafka's threads tell who fails */
    char *away[AWAY_MOST];
    size_t count;
};

void brokers_parse(const char *line, struct str *broker, struct str *why)
{
    const char *name = strncmp(line, "[thrd:", 6) == 0 ? strstr(line, "]: ") : NULL;
    name = name == NULL ? line : name + 3;
    const char *reason = strstr(name, ": ");
    *broker = (struct str){ name, reason == NULL ? strlen(name) : (size_t)(reason - name) };
    *why = str_from(reason == NULL ? "" : reason + 2);
    const char *after = reason == NULL ? NULL : strstr(reason, " (after ");
    if (after != NULL)
        why->size = (size_t)(after - why->data);
}

static void hear(void *arg, const char *facility, const char *line)
{
    struct brokers *brokers = arg;
    struct str broker, why;
    if (strcmp(facility, "FAIL") != 0)
        return;
    brokers_parse(line, &broker, &why);
    pthread_mutex_lock(&brokers->lock);
    size_t i = 0;
    while (i < brokers->count && !str_is(broker, brokers->away[i]))
        i++;
    if (i == brokers->count && i < AWAY_MOST)
        brokers->away[brokers->count++] = mem_copy(broker.data, broker.size);
    pthread_mutex_unlock(&brokers->lock);
}

struct brokers *brokers_new(struct log *log)
{
    struct brokers *brokers = mem_alloc(sizeof(*brokers));
    brokers->log = log;
    brokers->ear = (struct kafka_ear){ log, hear, brokers };
    pthread_mutex_init(&brokers->lock, NULL);
    return brokers;
}

void brokers_free(struct brokers *brokers)
{
    if (brokers == NULL)
        return;
    while (brokers->count > 0)
        free(brokers->away[--brokers->count]);
    pthread_mutex_destroy(&brokers->lock);
    free(brokers);
}

struct kafka_ear *brokers_ear(struct brokers *brokers)
{
    return &brokers->ear;
}

/* `"name":"127.0.0.1:9092/1", … "state":"UP"`: of a broker the one follows the other. */
static bool is_up(struct str statistics, const char *name)
{
    char member[300];
    int size = snprintf(member, sizeof(member), "\"name\":\"%s\"", name);
    if (size < 0 || (size_t)size >= sizeof(member))
        return false;
    const char *end = statistics.data + statistics.size;
    const char *at = memmem(statistics.data, statistics.size, member, (size_t)size);
    const char *state = at == NULL ? NULL : memmem(at, (size_t)(end - at), "\"state\":\"", 9);
    return state != NULL && end - state > 12 && memcmp(state + 9, "UP\"", 3) == 0;
}

void brokers_look(struct brokers *brokers, struct str statistics)
{
    pthread_mutex_lock(&brokers->lock);
    for (size_t i = brokers->count; i-- > 0;) {
        if (!is_up(statistics, brokers->away[i]))
            continue;
        log_once(brokers->log, LOGGED_NOTICE, "broker %s is back", brokers->away[i]);
        free(brokers->away[i]);
        brokers->away[i] = brokers->away[--brokers->count];
    }
    pthread_mutex_unlock(&brokers->lock);
}
