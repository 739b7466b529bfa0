/* One configuration at work on recorded events: the tickets stage with every ticket on one
 * partition, in the time that the events tell. `diff` and `test` look at what it decides. */
#pragma once

#include "base/error.h"
#include "config/config.h"
#include "model/actions.h"
#include "model/record.h"
#include "model/series.h"

struct customers;
struct silences;
struct desk;

/* Borrows both; `customers` may be NULL. A desk belongs to one thread. */
struct desk *desk_open(const struct config *config, const struct customers *customers);
void desk_close(struct desk *desk); /* NULL is fine */

/* One line as `replay` reads it: an event, or a record of the home topic or of an intake. The
 * actions, those of deadlines on the way included, are valid until the next call. NULL + err when
 * the line is neither. */
const struct actions *desk_line(struct desk *desk, struct str line, struct error *err);
/* What a reload with that configuration would do at this moment: the engine goes on with it, so it
 * must outlive the desk. */
const struct actions *desk_reload(struct desk *desk, const struct config *config);
/* From now on the notices go on to the stage of escalations, which knows these silences (borrowed,
 * or NULL); call it before the first line. */
void desk_supervise(struct desk *desk, const struct silences *silences);
/* What it made of the last call's notices and of the time that passed. */
const struct actions *desk_messages(const struct desk *desk);
/* How often each rule of the configuration was taken so far: "rule_hits" of the stages. */
void desk_rules(const struct desk *desk, series_fn *each, void *arg);
/* Time passes without events. */
const struct actions *desk_advance(struct desk *desk, time_ms until);
