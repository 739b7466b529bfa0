/* The stages: each a row. Kafka between them is the shuffle, so no stage needs another's memory. */
#pragma once

#include "engine.h"

extern const struct engine_ops intake_engine;      /* foreign topics: forwards home */
extern const struct engine_ops tickets_engine;     /* the home topic: decides */
extern const struct engine_ops escalations_engine; /* notices: messages to supervisors */

enum stage { STAGE_INTAKE, STAGE_TICKETS, STAGE_ESCALATIONS, STAGE_COUNT };

struct stage_row {
    const char *name;
    const struct engine_ops *ops;
    bool has_changelog;
    enum output changelog; /* where has_changelog */
};

extern const struct stage_row stages[STAGE_COUNT];
