/* The feeder moves records from tasks' queues through their engines into the open transaction, and
 * lets time pass for them. It knows budgets: how long a turn may take, how much a transaction may
 * hold, and when it should end. */
#pragma once

#include <stdbool.h>
#include "host/failpoint.h"
#include "exactly_once/latency.h"
#include "exactly_once/task.h"
#include "exactly_once/transaction.h"

struct feeder;

/* Deadlines that fire in one turn of the loop, and in one transaction, give or take what one task
 * fires between two looks at this. */
enum { FEEDER_FIRES_TURN = 256, FEEDER_FIRES = 4096 };

struct feeder *feeder_new(struct transaction *transaction, const struct config *config,
                          struct failpoints *failpoints, struct log *log);
void feeder_free(struct feeder *feeder); /* NULL is fine */
void feeder_configure(struct feeder *feeder, const struct config *config);

/* One turn of feeding and firing, opening a transaction when there is something to write. `now` is
 * monotonic. False + err: an input is broken for good. Only when idle or open. */
bool feeder_feed(struct feeder *feeder, struct task **tasks, size_t count, time_ms now,
                 time_ms wall, struct error *err);
/* While a transaction ends: decodes and matches what comes next. True: there is more to do. */
bool feeder_read_ahead(struct feeder *feeder, struct task **tasks, size_t count);

/* The open transaction shall end as soon as possible. */
void feeder_end(struct feeder *feeder);
bool feeder_wants_end(const struct feeder *feeder, time_ms now);
/* It is being committed, from now on. */
void feeder_ended(struct feeder *feeder, time_ms now);
/* It is committed. */
void feeder_committed(struct feeder *feeder, time_ms now);
/* It was undone. */
void feeder_rewind(struct feeder *feeder);

/* From a record's Kafka timestamp to its decision, of all that were decided, undone ones too. */
const struct latency *feeder_latency(const struct feeder *feeder);

/* How long until the next turn is due without news, ms; at least 0. */
time_ms feeder_delay(const struct feeder *feeder, struct task **tasks, size_t count, time_ms now,
                     time_ms wall);
