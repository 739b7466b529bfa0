#include "model/trigger.h"

const char *trigger_name(enum trigger trigger)
{
    static const char *const names[TRIGGER_COUNT] = {
        [TRIGGER_BAND] = "band",
        [TRIGGER_WARNING] = "warning",
        [TRIGGER_BREACH] = "breach",
        [TRIGGER_MANAGER] = "manager",
        [TRIGGER_REOPENED] = "reopened",
        [TRIGGER_UNROUTED] = "unrouted",
        [TRIGGER_DEADLETTER] = "deadletter",
        [TRIGGER_DISPUTE] = "dispute",
        [TRIGGER_PING_PONG] = "ping-pong",
        [TRIGGER_PROMISE] = "broken promise",
        [TRIGGER_RATING] = "low rating",
        [TRIGGER_SILENT] = "silent",
    };
    return names[trigger];
}
