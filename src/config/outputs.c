#include "config/outputs.h"

struct str action_topic(const struct action *action, const struct config *config)
{
    const struct config_topics *topics = &config->topics;
    switch (action->output) {
    case OUTPUT_HOME:
        return topics->home;
    case OUTPUT_DEPARTMENT:
        return config->departments[action->index].topic;
    case OUTPUT_PROMISES:
        return topics->promises;
    case OUTPUT_DECISIONS:
        return topics->decisions;
    case OUTPUT_DEADLETTER:
        return topics->deadletter;
    case OUTPUT_STATE:
        return topics->state;
    case OUTPUT_NOTICES:
        return topics->notices;
    case OUTPUT_ESCALATIONS:
        return config->levels[action->index].topic;
    case OUTPUT_GROUPS:
        return topics->groups;
    case OUTPUT_COUNT:
        break;
    }
    return STR_NONE;
}
