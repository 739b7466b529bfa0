/* CloudEvents 1.0 on Kafka, both modes as one envelope {id, source, type, …, data}. Internal to
 * decode. */
#pragma once

#include "format/event_read.h"
#include "model/record.h"

/* Structured mode is the envelope itself; binary mode has it in headers "ce_…", and `value` is its
 * data. JSON in `data_base64` becomes `data`. NULL + refusal. */
const cJSON *cloudevents_open(const struct record *record, const cJSON *value,
                              struct warnings *warnings, struct refusal *refusal);
