/* Which topics the transaction coordinator would not take. librdkafka 2.0.2 fails the transaction
 * with the broker's code, but names the topic in a log line only, and where we may still look at
 * the topic (Describe without Write) metadata does not tell either. So the line is read. */
#pragma once

#include <librdkafka/rdkafka.h>
#include "base/str.h"

struct addparts;

struct addparts *addparts_new(void);
void addparts_free(struct addparts *refused); /* NULL is fine */

/* Takes one of librdkafka's lines, on its thread; most are nothing to us. */
void addparts_hear(struct addparts *refused, const char *facility, const char *line);
/* The next topic refused since, in `topic`, with the broker's code; false: no more. Never waits
 * for a broker. */
bool addparts_next(struct addparts *refused, char *topic, size_t size, rd_kafka_resp_err_t *code);
