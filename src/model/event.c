#include "model/event.h"

static const struct str type_names[EVENT_TYPE_COUNT] = {
    [EVENT_OPENED] = STR("opened"),
    [EVENT_MESSAGE] = STR("message"),
    [EVENT_UPDATED] = STR("updated"),
    [EVENT_ASSIGNED] = STR("assigned"),
    [EVENT_ACCEPTED] = STR("accepted"),
    [EVENT_RETURNED] = STR("returned"),
    [EVENT_PENDING] = STR("pending"),
    [EVENT_RESUMED] = STR("resumed"),
    [EVENT_PROMISED] = STR("promised"),
    [EVENT_EXTENDED] = STR("extended"),
    [EVENT_RESOLVED] = STR("resolved"),
    [EVENT_REOPENED] = STR("reopened"),
    [EVENT_CLOSED] = STR("closed"),
    [EVENT_MERGED] = STR("merged"),
    [EVENT_RATED] = STR("rated"),
    [EVENT_ACKNOWLEDGED] = STR("acknowledged"),
    [EVENT_UNACKNOWLEDGED] = STR("unacknowledged"),
    [EVENT_SETTLED] = STR("settled"),
    [EVENT_FULFILLED] = STR("fulfilled"),
    [EVENT_ERASED] = STR("erased"),
    [EVENT_SNAPSHOT] = STR("snapshot"),
    [EVENT_LINKED] = STR("linked"),
    [EVENT_ORIGIN_CHANGED] = STR("origin_changed"),
    [EVENT_LOAD] = STR("load"),
    [EVENT_ACCOUNT_ERASED] = STR("account_erased"),
};

const char *event_type_name(enum event_type type)
{
    return type_names[type].data;
}

bool event_type_parse(struct str name, enum event_type *type)
{
    for (int i = 0; i < EVENT_TYPE_COUNT; i++) {
        if (str_equal(name, type_names[i])) {
            *type = (enum event_type)i;
            return true;
        }
    }
    return false;
}

bool event_type_is_ours(enum event_type type)
{
    return type == EVENT_LINKED || type == EVENT_ORIGIN_CHANGED ||
           event_type_is_between_partitions(type);
}

bool event_type_is_between_partitions(enum event_type type)
{
    return type == EVENT_LOAD || type == EVENT_ACCOUNT_ERASED;
}

struct str event_key(const struct event *event)
{
    return str_present(event->ticket) ? event->ticket : event->customer.account;
}

struct event event_blank(struct str ticket, const struct customer *customer, time_ms now)
{
    return (struct event){ .type = EVENT_UPDATED,
                           .ticket = ticket,
                           .time = now,
                           .timestamp = now,
                           .due = TIME_NEVER,
                           .solved = -1,
                           .customer = *customer };
}

const struct attribute *event_attribute(const struct event *event, struct str name)
{
    for (size_t i = 0; i < event->attribute_count; i++) {
        if (str_equal(event->attributes[i].name, name))
            return &event->attributes[i];
    }
    return NULL;
}
