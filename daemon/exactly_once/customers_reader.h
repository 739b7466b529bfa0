/* The global table `ombud.customers`: one thread reads the compacted topic and hands every worker
 * its own immutable copy. What a worker decides by may be up to two seconds older than the topic;
 * decisions record the values they used. */
#pragma once

#include "config/config.h"
#include "host/log.h"
#include "exactly_once/worker.h"

struct customers_reader;

/* Reads up to where the topic ended when this was called, then returns; goes on reading on a thread
 * of its own once customers_reader_follow is called. NULL + err when the broker refuses or does not
 * go on answering within config->broker_wait. Blocks. */
struct customers_reader *customers_reader_open(const struct config *config, struct log *log,
                                               struct error *err);
/* The table as it stands, for a worker that is about to start; the caller's. Not after
 * customers_reader_follow. */
struct customers *customers_reader_copy(const struct customers_reader *reader);
/* From now on all workers get the table whenever it has changed. The workers outlive the
 * reader, which never ends: it goes with the process. False + err: no thread. */
bool customers_reader_follow(struct customers_reader *reader, struct worker *const *workers,
                             int count, struct error *err);
/* Rises with every turn of the reader's loop: what the watchdog is fed by. */
uint64_t customers_reader_progress(const struct customers_reader *reader);
