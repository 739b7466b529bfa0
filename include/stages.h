/* The stages: each a row. Kafka between them is the shuffle, so no stage needs another's memory. A
 * stage is an engine and a row: workers, restore, the start check, topics and `replay` read it. */
#pragma once

#include "engine.h"

extern const struct engine_ops intake_engine;      /* foreign topics: forwards home */
extern const struct engine_ops tickets_engine;     /* the home topic: decides */
extern const struct engine_ops escalations_engine; /* notices: messages to supervisors */

enum stage { STAGE_INTAKE, STAGE_TICKETS, STAGE_ESCALATIONS, STAGE_COUNT };

enum { STAGE_CHANGELOGS = 4 }; /* at most */

struct stage_row {
    const char *name;
    const struct engine_ops *ops;
    /* What it reads is what others write; OUTPUT_COUNT: the sources other than the home topic. In
     * shadow mode a stage rests whose input is not written. */
    enum output input;
    /* Only other stages write its input: it reads from the beginning whatever `start` says, and
     * `replay` hands on to it. */
    bool inner;
    unsigned pass; /* deadlines that fire in one go, between two looks at what else is to be done */
    bool first;    /* fed before the other stages: it does not queue behind complaints */
    /* Its state: outputs of kind TOPIC_STATE, restored together; their keys must differ. A
     * partition of a changelog is that of the input. */
    size_t changelog_count;
    enum output changelogs[STAGE_CHANGELOGS];
};

extern const struct stage_row stages[STAGE_COUNT];

struct versions;
/* False + err: a newer release was told to write its state as this one cannot read it. NULL is
 * fine. */
bool stages_may_run(const struct versions *versions, struct error *err);

/* One topic that a stage reads. */
struct stage_input {
    enum stage stage;
    struct str topic; /* the configuration's */
};

/* Every input of a configuration, the home topic first; `*count` of them in an array to free(). In
 * shadow mode without those of stages that rest. */
struct stage_input *stages_inputs(const struct config *config, size_t *count);
/* The one that is `topic`, of a stage at rest, too. False: there is none; `input` is then of no
 * use. */
bool stages_input(const struct config *config, struct str topic, struct stage_input *input);
/* Which stage reads the output, or has it as a changelog; STAGE_COUNT: none. */
enum stage stages_reader(enum output output);
enum stage stages_keeper(enum output changelog);
/* How many partitions a task's input has where the home topic has `home`, as far as the rows say:
 * intakes, which may have any number, do not look. */
int32_t stages_partitions(enum stage stage, int32_t home);
