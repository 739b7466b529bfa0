/* Reads topics from outside any group, committed records only: what operators' commands look at. */
#pragma once

#include <librdkafka/rdkafka.h>
#include "base/error.h"
#include "config/config.h"

struct reader;

enum reader_start { READER_FROM_START, READER_FROM_END };

/* All partitions of those topics that exist. With READER_FROM_END the position is fixed when this
 * returns: whatever is written afterwards will be read. NULL + err. Blocks. */
struct reader *reader_open(const struct config *config, const struct str *topics, size_t count,
                           enum reader_start start, struct error *err);
void reader_close(struct reader *reader); /* NULL is fine */

/* The next record within `timeout` ms, to be destroyed with rd_kafka_message_destroy, or NULL;
 * then err->text says so if the broker refuses and waiting would not help, else it is empty. */
rd_kafka_message_t *reader_next(struct reader *reader, int timeout, struct error *err);
/* READER_FROM_START: everything that was there at opening has been given out. */
bool reader_caught_up(const struct reader *reader);
