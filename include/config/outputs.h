/* The outputs: each a row. Whoever writes, creates, checks, restores or describes topics reads the
 * rows; there is no list of outputs anywhere else. */
#pragma once

#include "config/config.h"
#include "model/actions.h"

enum output_span {
    SPAN_ONE,         /* one topic */
    SPAN_DEPARTMENTS, /* one a department; an action's index is its place in config->departments */
    SPAN_LEVELS       /* one a level, likewise */
};

enum topic_kind {
    TOPIC_INPUT, /* log, LogAppendTime: producers write it */
    TOPIC_LOG,   /* log: ombudd writes it */
    TOPIC_TABLE, /* compacted */
    TOPIC_STATE  /* compacted changelog with a bound on compaction lag */
};

enum topic_partitions {
    PARTITIONS_ANY,  /* any count is right; made with topics.partitions */
    PARTITIONS_ONE,  /* must have one: its order is the order of everything in it */
    PARTITIONS_INPUT /* a changelog's: must have as many as the input of its stage */
};

struct output_row {
    const char *key; /* of its name, or of what its names begin with, in the setting `topics` */
    size_t topic;    /* the same: offset of a struct str in struct config_topics */
    enum output_span span;
    enum topic_kind kind;
    enum topic_partitions partitions;
    /* Its records may not go elsewhere: state would be lost, or another stage would never hear of
     * it, or the record is a dead letter already. A topic that refuses them ends the process. Of
     * the others the dead-letter topic takes what they refuse. */
    bool essential;
    bool shadow;      /* written in shadow mode, too */
    bool ours;        /* every value is an object that the encoders here wrote, on one line */
    const char *what; /* for people: what its records are */
};

extern const struct output_row outputs[OUTPUT_COUNT];

/* Whether a router of this configuration writes it at all. */
bool output_published(const struct config *config, enum output output);
/* How many topics it has. */
size_t output_topics(const struct config *config, enum output output);
/* The name of one of them, e.g. "ombud.dept.quality"; `index` < output_topics. */
struct str output_topic(const struct config *config, enum output output, size_t index);
/* The name that the topic of a department or level has which is no longer in the configuration. */
struct str output_lost_topic(const struct config *config, enum output output, struct str name,
                             struct arena *arena);
/* The one that the record of an action goes to. */
struct str action_topic(const struct action *action, const struct config *config);
/* Which output writes the topic; OUTPUT_COUNT: none. */
enum output output_of_topic(const struct config *config, struct str topic);
