/* librdkafka properties: what the user wrote, our defaults beneath it, and on top those without
 * which exactly-once would not hold. */
#pragma once

#include <librdkafka/rdkafka.h>
#include "base/error.h"
#include "config/config.h"
#include "host/log.h"

enum kafka_role {
    KAFKA_CONSUMER, /* a worker's member of the group */
    KAFKA_PRODUCER, /* a worker's transactional producer */
    KAFKA_READER,   /* reads committed records of given partitions, member of no group */
    KAFKA_RAW,      /* the same, but sees the ends of logs as they are (read_uncommitted) */
    KAFKA_WRITER,   /* writes outside transactions and hears of every record */
    KAFKA_ROLES
};

/* What differs from client to client. */
struct kafka_identity {
    const char *name; /* group.instance.id or transactional.id; unused for the others */
    int partitions;   /* with a queue of their own, at most: divides the prefetch budget; 0: 1 */
    struct kafka_ear *ear; /* NULL: lines are logged only */
    const char *group;     /* of a reader: whose committed offsets it may ask for; NULL: nobody's */
};

/* Hears librdkafka's own lines before they are logged. Outlives the client. */
struct kafka_ear {
    struct log *log;
    void (*hear)(void *arg, const char *facility, const char *line); /* on librdkafka's threads */
    void *arg;
};

/* NULL + err. Properties of the user's that we have to override are named in `log` (NULL: not).
 * `log` receives librdkafka's own lines, too. */
rd_kafka_t *kafka_client(enum kafka_role role, const struct config *config,
                         const struct kafka_identity *identity, struct log *log, struct error *err);

/* Does librdkafka know every property, and are those there without which nothing works? Asks no
 * broker and reads no secret. False + err, with the place of the property. */
bool kafka_conf_check(const struct config *config, struct error *err);

/* Waits for a broker and learns where all partitions are. A new client that is asked for something
 * before that asks again half a second later. Failing is fine: then it does just that. Blocks. */
void kafka_warm(rd_kafka_t *client, int timeout);

/* The user's value of a property, or STR_NONE. */
struct str kafka_property(const struct config *config, const char *name);
