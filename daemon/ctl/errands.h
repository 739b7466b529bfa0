/* Events that an operator writes into the home topic, one for each of some tickets, and what ombudd
 * decided about them. */
#pragma once

#include "ctl/command.h"
#include "json/json_writer.h"
#include "kafka/follow.h"

struct errands;

/* Borrows both. `prefix` begins the events' ids. */
struct errands *errands_new(const struct command *command, const struct config *config,
                            const char *prefix);
void errands_free(struct errands *errands); /* NULL is fine */

/* A ticket counts once. */
void errands_add(struct errands *errands, struct str ticket);
/* About one trigger of it, and because it is in that group (both may be absent): counts once. */
void errands_add_about(struct errands *errands, struct str ticket, struct str trigger,
                       struct str group);
size_t errands_count(const struct errands *errands);

/* Writes an event of that type for each ticket, `by` that name, with whatever further members `put`
 * adds. `wait`: tells what became of each. Everything is said; returns the code to exit with: 65 if
 * ombudd applied not all of them, 75 if it did not answer within half a minute. */
typedef void errands_put_fn(void *arg, struct json_writer *json);
int errands_run(struct errands *errands, const char *type, const char *by, errands_put_fn *put,
                void *arg, bool wait);

/* A reader of one topic, which is empty if it does not exist; NULL + err. */
struct follow *errands_follow(const struct config *config, struct str topic, enum follow_from from,
                              struct error *err);
