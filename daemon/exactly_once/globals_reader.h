/* Reads the topics of the global tables: one thread for all of them. It shares an immutable
 * snapshot of a table whenever that has changed. What a worker decides by may be up to two seconds
 * older than the topic; decisions record the values they used. */
#pragma once

#include <stdint.h>
#include "config/config.h"
#include "exactly_once/snapshot.h"
#include "host/log.h"

struct globals_reader;

/* Reads up to where the topics ended when this was called, then returns; goes on reading on a
 * thread of its own once globals_reader_follow is called. NULL + err when the broker refuses or
 * does not go on answering within config->broker_wait. Blocks. */
struct globals_reader *globals_reader_open(const struct config *config, struct log *log,
                                           struct error *err);
/* A table as it stands. The reader keeps a reference itself until it is the last to have one, so
 * that whoever drops theirs never has to free a table. Not after globals_reader_follow. */
struct snapshot *globals_reader_snapshot(const struct globals_reader *reader, enum global global);

/* On the reader's thread: a table has changed. The snapshot is the reader's: take a reference. */
typedef void globals_changed_fn(void *arg, struct snapshot *snapshot);
/* From now on `changed` hears of every change. False + err: no thread. */
bool globals_reader_follow(struct globals_reader *reader, globals_changed_fn *changed, void *arg,
                           struct error *err);
/* Ends the thread, if there is one. What others have of its snapshots stays theirs. NULL is fine.
 */
void globals_reader_close(struct globals_reader *reader);

/* Rises with every turn of the reader's loop: what the watchdog is fed by. */
uint64_t globals_reader_progress(const struct globals_reader *reader);
