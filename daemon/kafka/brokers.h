/* Brokers that librdkafka failed to reach, and that it reaches again, which it says nowhere but in
 * its statistics. */
#pragma once

#include "base/str.h"
#include "kafka/kafka_conf.h"

struct brokers;

struct brokers *brokers_new(struct log *log); /* borrows it */
void brokers_free(struct brokers *brokers);   /* NULL is fine; after the client */

/* Of the client whose statistics they look at. */
struct kafka_ear *brokers_ear(struct brokers *brokers);
/* Says in the log which of those that were away are back. `statistics`: librdkafka's, JSON. */
void brokers_look(struct brokers *brokers, struct str statistics);

/* "[thrd:127.0.0.1:9092/1]: 127.0.0.1:9092/1: Connect to ipv4#127.0.0.1:9092 failed: Connection
 * refused (after 0ms in state CONNECT)": its broker, and why, the same from every client and each
 * time. */
void brokers_parse(const char *line, struct str *broker, struct str *why);
