/* What cannot be an event keeps its bytes and gets a reason. Every stage writes dead letters. */
#pragma once

#include "encode/headers.h"
#include "model/actions.h"
#include "model/record.h"

struct config;

#define DEADLETTER_ERROR "ombud-error"
#define DEADLETTER_AT "ombud-at" /* JSON pointer, or "byte 17"; "" for the whole record */
#define DEADLETTER_TOPIC "ombud-topic"
#define DEADLETTER_PARTITION "ombud-partition"
#define DEADLETTER_OFFSET "ombud-offset"

/* Appends the dead letter (original key, bytes and headers plus the five above, which replace
 * older ones of the same name) and the notice that tells the root department's lead, or whom the
 * first escalation rule `on: deadletter` names in its ladder's first step; no notice for a record
 * whose Kafka timestamp lies before quiet_before. `stage` is the SOURCE_ of who writes. Everything
 * is copied into `actions->arena`. */
void deadletter_add(const struct config *config, const char *stage, const struct record *record,
                    struct str reason, struct str at, time_ms now, struct actions *actions);
/* The same of a record that ended the process `attempts` times: nobody looks inside. */
void deadletter_poison(const struct config *config, const char *stage, const struct record *record,
                       int attempts, time_ms now, struct actions *actions);
