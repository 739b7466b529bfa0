#include "kafka/kafka_conf.h"

#include <stdio.h>
#include <string.h>

#include "kafka/brokers.h"

enum {
    C = 1 << KAFKA_CONSUMER,
    P = 1 << KAFKA_PRODUCER,
    R = 1 << KAFKA_READER,
    W = 1 << KAFKA_RAW,
    O = 1 << KAFKA_WRITER
};

/* Prefetch of one worker over all its partitions. librdkafka's limits hold per queue. */
enum { PREFETCH_MESSAGES = 32768, PREFETCH_KBYTES = 16384 };
enum { PREFETCH_LEAST_MESSAGES = 1000, PREFETCH_LEAST_KBYTES = 512 };

struct property {
    int roles;
    bool enforced; /* else a default that the user may change */
    const char *name, *value;
};

static const struct property properties[] = {
    { C | R | W, true, "enable.auto.commit", "false" },
    { C | R | W, true, "enable.auto.offset.store", "false" },
    /* A position that is lost must never silently become the newest or the oldest. */
    { C | R | W, true, "auto.offset.reset", "error" },
    { C | R, true, "isolation.level", "read_committed" },
    { W, true, "isolation.level", "read_uncommitted" },
    { C | R | W, true, "enable.partition.eof", "true" },
    { C | P | R | W | O, true, "allow.auto.create.topics", "false" },
    { C, true, "partition.assignment.strategy", "cooperative-sticky" },
    { C, false, "session.timeout.ms", "10000" },
    { C, false, "heartbeat.interval.ms", "1000" },
    /* They alone say that a broker is back. */
    { C, false, "statistics.interval.ms", "5000" },
    /* A queue that is full waits so long before it fetches again; by default half a second. */
    { C | R, false, "fetch.error.backoff.ms", "10" },
    /* How late we learn that nothing more is there: bounds how late a deadline may fire, and how
     * long a partition waits that was full while the others had nothing. A quiet client asks so
     * often: ten times a second is half of what an idle router costs. */
    { C | R, false, "fetch.wait.max.ms", "100" },
    { C | R, false, "fetch.message.max.bytes", "1048576" },
    { P | O, true, "enable.idempotence", "true" },
    { P | O, true, "acks", "all" },
    /* Of messages that arrive nothing need be heard: flush and commit count for themselves. */
    { P, true, "delivery.report.only.error", "true" },
    { O, true, "delivery.report.only.error", "false" },
    /* What a transaction may hold is bounded by the worker; a full queue here would tear an
     * event's records apart. */
    { P | O, true, "queue.buffering.max.messages", "10000000" },
    { P | O, true, "queue.buffering.max.kbytes", "2147483647" },
    /* As Java's default partitioner; a record without a key goes to one fixed partition. */
    { P | O, true, "partitioner", "murmur2" },
    { P, false, "transaction.timeout.ms", "10000" },
    { P, false, "message.timeout.ms", "8000" },
    { P | O, false, "message.max.bytes", "4194304" },
    { P, false, "batch.num.messages", "100000" },
    /* Every batch is a request of its own, which costs as much as dozens of records: they wait for
     * company. A commit sends at once whatever waits. */
    { P, false, "linger.ms", "20" },
    /* Offsets that are sent while the last transaction's markers are written are refused. */
    { P, false, "retry.backoff.ms", "20" },
    /* How long a topic that was made again stays unknown. */
    { P, false, "topic.metadata.refresh.interval.ms", "60000" },
    { P | O, false, "compression.codec", "lz4" },
    { C | P | R | W | O, false, "socket.nagle.disable", "true" },
    { C | P | R | W | O, false, "reconnect.backoff.max.ms", "1000" },
    { C | P | R | W | O, false, "client.id", "ombudd" },
};

/* Properties that mean something to producers or to consumers only. */
static const char *const producer_prefixes[] = {
    "queue.buffering.", "linger.ms",          "compression.",    "batch.", "message.",
    "transaction.",     "delivery.",          "partitioner",     "acks",   "request.required.acks",
    "retries",          "enable.idempotence", "transactional.id"
};
static const char *const consumer_prefixes[] = {
    "group.",      "session.",         "heartbeat.",
    "fetch.",      "queued.",          "max.poll.",
    "auto.",       "isolation.",       "partition.assignment.",
    "enable.auto", "enable.partition", "check.crcs"
};

static bool starts_with_one(const char *name, const char *const *prefixes, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (strncmp(name, prefixes[i], strlen(prefixes[i])) == 0)
            return true;
    }
    return false;
}

static bool produces(enum kafka_role role)
{
    return role == KAFKA_PRODUCER || role == KAFKA_WRITER;
}

static bool concerns(const char *name, enum kafka_role role)
{
    if (produces(role))
        return !starts_with_one(name, consumer_prefixes,
                                sizeof(consumer_prefixes) / sizeof(consumer_prefixes[0]));
    if (starts_with_one(name, producer_prefixes,
                        sizeof(producer_prefixes) / sizeof(producer_prefixes[0])))
        return strcmp(name, "message.max.bytes") == 0;
    return role == KAFKA_CONSUMER || strncmp(name, "group.", 6) != 0;
}

struct str kafka_property(const struct config *config, const char *name)
{
    struct str value = STR_NONE;
    for (size_t i = 0; i < config->kafka_count; i++) {
        if (str_is(config->kafka[i].name, name))
            value = config->kafka[i].value;
    }
    return value;
}

static void say_broker(struct log *log, const char *text)
{
    struct str broker, why;
    brokers_parse(text, &broker, &why);
    log_once(log, LOGGED_WARNING, "broker %.*s is away: %.*s", STR_ARG(broker), STR_ARG(why));
}

/* Asking again for a producer id while the last transaction ends is how it is meant to be; what all
 * brokers together mean the main loop says, and what a reader meets of one broker ("… (after 0ms in
 * state CONNECT)") is in the line of that broker. */
static bool is_noise(const char *facility, const char *text)
{
    return strcmp(facility, "GETPID") == 0 ||
           (strcmp(facility, "ERROR") == 0 &&
            (strstr(text, "brokers are down") != NULL || strstr(text, "ms in state ") != NULL));
}

static void say(struct log *log, int level, const char *facility, const char *text)
{
    enum log_priority priority = level <= 3 ? LOGGED_WARNING : (enum log_priority)level;
    bool fails = strcmp(facility, "FAIL") == 0;
    if (fails)
        say_broker(log, text);
    if (fails || is_noise(facility, text))
        priority = LOGGED_DEBUG;
    log_say(log, priority, "kafka: %s: %s", facility, text);
}

static void on_log(const rd_kafka_t *client, int level, const char *facility, const char *text)
{
    say(rd_kafka_opaque(client), level, facility, text);
}

static void on_heard_log(const rd_kafka_t *client, int level, const char *facility,
                         const char *text)
{
    struct kafka_ear *ear = rd_kafka_opaque(client);
    ear->hear(ear->arg, facility, text);
    say(ear->log, level, facility, text);
}

static bool set(rd_kafka_conf_t *conf, const char *name, const char *value, struct error *err)
{
    char reason[256];
    if (rd_kafka_conf_set(conf, name, value, reason, sizeof(reason)) == RD_KAFKA_CONF_OK)
        return true;
    return error_set(err, "kafka property %s: %s", name, reason);
}

static bool set_table(rd_kafka_conf_t *conf, enum kafka_role role, bool enforced, struct error *err)
{
    for (size_t i = 0; i < sizeof(properties) / sizeof(properties[0]); i++) {
        const struct property *property = &properties[i];
        if ((property->roles & 1 << role) != 0 && property->enforced == enforced &&
            !set(conf, property->name, property->value, err))
            return false;
    }
    return true;
}

static bool is_enforced(struct str name, enum kafka_role role)
{
    for (size_t i = 0; i < sizeof(properties) / sizeof(properties[0]); i++) {
        if (properties[i].enforced && (properties[i].roles & 1 << role) != 0 &&
            str_is(name, properties[i].name))
            return true;
    }
    return str_is(name, "transactional.id") || str_is(name, "group.instance.id");
}

static bool set_users(rd_kafka_conf_t *conf, enum kafka_role role, const struct config *config,
                      struct log *log, struct error *err)
{
    for (size_t i = 0; i < config->kafka_count; i++) {
        const struct config_property *property = &config->kafka[i];
        const char *name = property->name.data;
        if (!concerns(name, role))
            continue;
        if (is_enforced(property->name, role)) {
            log_say(log, LOGGED_WARNING,
                    "%.*s:%d:%d: kafka property %s is left out: exactly-once needs our own value",
                    STR_ARG(property->place.file), property->place.line, property->place.column,
                    name);
            continue;
        }
        struct error reason;
        if (!set(conf, name, property->value.data, &reason))
            return error_set(err, "%.*s:%d:%d: %s", STR_ARG(property->place.file),
                             property->place.line, property->place.column, reason.text);
    }
    return true;
}

static bool set_prefetch(rd_kafka_conf_t *conf, int partitions, struct error *err)
{
    int count = partitions > 0 ? partitions : 1;
    int messages = PREFETCH_MESSAGES / count, kbytes = PREFETCH_KBYTES / count;
    char text[16];
    snprintf(text, sizeof(text), "%d",
             messages < PREFETCH_LEAST_MESSAGES ? PREFETCH_LEAST_MESSAGES : messages);
    if (!set(conf, "queued.min.messages", text, err))
        return false;
    snprintf(text, sizeof(text), "%d",
             kbytes < PREFETCH_LEAST_KBYTES ? PREFETCH_LEAST_KBYTES : kbytes);
    return set(conf, "queued.max.messages.kbytes", text, err);
}

static bool set_identity(rd_kafka_conf_t *conf, enum kafka_role role, const struct config *config,
                         const struct kafka_identity *identity, struct error *err)
{
    struct str group = kafka_property(config, "group.id");
    char reader[300];
    switch (role) {
    case KAFKA_PRODUCER:
        return set(conf, "transactional.id", identity->name, err);
    case KAFKA_CONSUMER:
        return set(conf, "group.instance.id", identity->name, err);
    case KAFKA_WRITER:
        return true;
    default:
        /* librdkafka wants a group even of a consumer that joins none. */
        if (identity->group != NULL)
            snprintf(reader, sizeof(reader), "%s", identity->group);
        else
            snprintf(reader, sizeof(reader), "%.*s-reader", STR_ARG(group));
        return set(conf, "group.id", reader, err);
    }
}

static void set_events(rd_kafka_conf_t *conf, enum kafka_role role, struct kafka_ear *ear,
                       struct log *log)
{
    if (role == KAFKA_CONSUMER)
        rd_kafka_conf_set_events(conf, RD_KAFKA_EVENT_REBALANCE | RD_KAFKA_EVENT_ERROR |
                                           RD_KAFKA_EVENT_STATS);
    else if (produces(role))
        rd_kafka_conf_set_events(conf, RD_KAFKA_EVENT_DR | RD_KAFKA_EVENT_ERROR);
    rd_kafka_conf_set_log_cb(conf, ear != NULL ? on_heard_log : on_log);
    rd_kafka_conf_set_opaque(conf, ear != NULL ? (void *)ear : (void *)log);
}

rd_kafka_t *kafka_client(enum kafka_role role, const struct config *config,
                         const struct kafka_identity *identity, struct log *log, struct error *err)
{
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    rd_kafka_t *client = NULL;
    if (!set_table(conf, role, false, err) ||
        (!produces(role) && !set_prefetch(conf, identity->partitions, err)) ||
        !set_users(conf, role, config, log, err) || !set_table(conf, role, true, err) ||
        !set_identity(conf, role, config, identity, err))
        goto out;
    set_events(conf, role, identity->ear, log);
    char reason[256];
    client = rd_kafka_new(produces(role) ? RD_KAFKA_PRODUCER : RD_KAFKA_CONSUMER, conf, reason,
                          sizeof(reason));
    if (client != NULL)
        return client;
    error_set(err, "Kafka client: %s", reason);
out:
    rd_kafka_conf_destroy(conf);
    return NULL;
}

/* Of each role, because a property of one is not asked of the others. */
static bool check_role(enum kafka_role role, const struct config *config, struct error *err)
{
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    bool fine = set_users(conf, role, config, NULL, err);
    rd_kafka_conf_destroy(conf);
    return fine;
}

bool kafka_conf_check(const struct config *config, struct error *err)
{
    static const char *const needed[] = { "bootstrap.servers", "group.id" };
    for (int role = 0; role < KAFKA_ROLES; role++) {
        if (!check_role((enum kafka_role)role, config, err))
            return false;
    }
    for (size_t i = 0; i < sizeof(needed) / sizeof(needed[0]); i++) {
        if (!str_present(kafka_property(config, needed[i])))
            return error_set(err, "kafka: %s is missing", needed[i]);
    }
    return true;
}

void kafka_warm(rd_kafka_t *client, int timeout)
{
    const rd_kafka_metadata_t *metadata;
    if (rd_kafka_metadata(client, 1, NULL, &metadata, timeout) == RD_KAFKA_RESP_ERR_NO_ERROR)
        rd_kafka_metadata_destroy(metadata);
}
