#include "model/event.h"

static const char *const type_names[EVENT_TYPE_COUNT] = {
    [EVENT_OPENED] = "opened",
    [EVENT_MESSAGE] = "message",
    [EVENT_UPDATED] = "updated",
    [EVENT_ASSIGNED] = "assigned",
    [EVENT_ACCEPTED] = "accepted",
    [EVENT_RETURNED] = "returned",
    [EVENT_PENDING] = "pending",
    [EVENT_RESUMED] = "resumed",
    [EVENT_PROMISED] = "promised",
    [EVENT_EXTENDED] = "extended",
    [EVENT_RESOLVED] = "resolved",
    [EVENT_REOPENED] = "reopened",
    [EVENT_CLOSED] = "closed",
    [EVENT_MERGED] = "merged",
    [EVENT_RATED] = "rated",
    [EVENT_ACKNOWLEDGED] = "acknowledged",
    [EVENT_UNACKNOWLEDGED] = "unacknowledged",
    [EVENT_SETTLED] = "settled",
    [EVENT_FULFILLED] = "fulfilled",
    [EVENT_ERASED] = "erased",
    [EVENT_SNAPSHOT] = "snapshot",
    [EVENT_LINKED] = "linked",
    [EVENT_ORIGIN_CHANGED] = "origin_changed",
    [EVENT_LOAD] = "load",
};

const char *event_type_name(enum event_type type)
{
    return type_names[type];
}

bool event_type_parse(struct str name, enum event_type *type)
{
    for (int i = 0; i < EVENT_TYPE_COUNT; i++) {
        if (str_is(name, type_names[i])) {
            *type = (enum event_type)i;
            return true;
        }
    }
    return false;
}

const struct attribute *event_attribute(const struct event *event, struct str name)
{
    for (size_t i = 0; i < event->attribute_count; i++) {
        if (str_equal(event->attributes[i].name, name))
            return &event->attributes[i];
    }
    return NULL;
}
