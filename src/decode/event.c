#include "decode/event.h"

#include <string.h>
#include "config/config.h"
#include "format/format.h"
#include "format/event_read.h"
#include "auto_reply.h"
#include "first_bytes.h"

#define AHEAD_MAX (5 * TIME_MINUTE)

/* Where and when a record entered: what a forward remembers of its first place. */
struct first_place {
    struct str topic;
    struct str position; /* "topic/partition/offset" of a forward, else absent */
    time_ms timestamp;
};

/* The topic of "topic/partition/offset"; absent when `position` has no such shape. */
static struct str position_topic(struct str position)
{
    const char *slash = position.size ? memchr(position.data, '/', position.size) : NULL;

    if (!slash || slash == position.data)
        return STR_NONE;
    return (struct str){ position.data, (size_t)(slash - position.data) };
}

static struct first_place find_first_place(const struct record *record, bool trusted)
{
    struct first_place place = { record->topic, STR_NONE, record->timestamp };
    struct str from = trusted ? record_header(record, FORWARD_FROM) : STR_NONE;
    struct str topic = position_topic(from);
    int64_t timestamp = 0;

    if (!str_present(topic))
        return place;
    place.topic = topic;
    place.position = from;
    if (str_to_int(record_header(record, FORWARD_TIMESTAMP), &timestamp) &&
        time_is_plausible(timestamp))
        place.timestamp = timestamp;
    return place;
}

/* The ticket that a merged one's record was passed on to; absent: the record's own. */
static struct str passed_to(const struct record *record, const struct first_place *place)
{
    struct str ticket =
        str_present(place->position) ? record_header(record, FORWARD_TICKET) : STR_NONE;
    return ticket.size <= IDENTIFIER_MAX && utf8_valid(ticket, NULL) ? ticket : STR_NONE;
}

static struct str own_position(const struct record *record, struct arena *arena)
{
    return arena_printf(arena, "%.*s/%d/%lld", STR_ARG(record->topic), (int)record->partition,
                        (long long)record->offset);
}

static const struct config_source *source_of_topic(const struct config *config, struct str topic)
{
    for (size_t i = 0; i < config->source_count; i++) {
        if (str_equal(config->sources[i].topic, topic))
            return &config->sources[i];
    }
    return NULL;
}

const struct config_source *event_source(const struct config *config, const struct record *record)
{
    const struct config_source *source = source_of_topic(config, record->topic);
    struct str first = position_topic(record_header(record, FORWARD_FROM));

    /* Only home has forwards; in an intake such a header is the producer's invention. */
    if (!source || !source->home || !str_present(first))
        return source;
    const struct config_source *entered = source_of_topic(config, first);
    if (entered)
        return entered;
    struct str format = record_header(record, FORWARD_FORMAT);
    for (size_t i = 0; i < config->source_count; i++) {
        if (str_equal(config->sources[i].format, format))
            return &config->sources[i];
    }
    return NULL;
}

/* `time` is the source's clock, which may be wrong; Kafka's is the one that is trusted. */
static void settle_time(struct event *event, struct warnings *warnings)
{
    char text[TIME_TEXT_SIZE], other[TIME_TEXT_SIZE];

    if (!time_is_plausible(event->timestamp)) {
        warnings_add(warnings,
                     "the record's Kafka timestamp %lld cannot be; its own time, else now, counts",
                     (long long)event->timestamp);
        event->timestamp = event->time;
    } else if (event->time == TIME_NEVER) {
        event->time = event->timestamp;
    } else if (event->time - event->timestamp > AHEAD_MAX) {
        warnings_add(warnings,
                     "/time: %s is more than 5 minutes ahead of %s, when it arrived; "
                     "taken as that",
                     time_format(event->time, text).data,
                     time_format(event->timestamp, other).data);
        event->time = event->timestamp;
    }
}

void event_arrive(struct event *event, time_ms now)
{
    if (event->timestamp == TIME_NEVER)
        event->timestamp = now;
    if (event->time == TIME_NEVER || event->time - now > AHEAD_MAX)
        event->time = now;
}

static void keep_warnings(const struct warnings *warnings, struct event *event)
{
    size_t count = warnings->count < WARNINGS_MAX ? warnings->count : WARNINGS_MAX;
    struct str *items = arena_alloc(warnings->arena, count * sizeof(*items));

    for (size_t i = 0; i < count; i++)
        items[i] = warnings->items[i];
    event->warnings = items;
    event->warning_count = count;
}

static bool parse(const struct record *record, size_t max_event, struct warnings *warnings,
                  const cJSON **root, struct refusal *refusal)
{
    struct json_limits limits = json_event_limits;
    struct arena *arena = warnings->arena;
    struct error err;
    bool replaced = false;
    size_t at = 0;

    limits.size = max_event;
    struct str value = first_bytes_skip(record->value);
    *root = json_parse(value, &limits, arena, &replaced, &at, &err);
    if (!*root) {
        struct str cause = first_bytes_tell(value, arena);
        at += record->value.size - value.size;
        *refusal =
            (struct refusal){ .reason =
                                  str_present(cause) ? cause : arena_printf(arena, "%s", err.text),
                              .at = arena_printf(arena, "byte %zu", at) };
        return false;
    }
    if (replaced)
        warnings_add(warnings, "\\u0000 and half surrogate pairs became U+FFFD");
    return true;
}

/* The record's value as a tree of canonical fields; `*root` is the value as it is. */
static bool make_canonical(const struct record *record, const struct config_source *source,
                           size_t max_event, unsigned unread, struct warnings *warnings,
                           const cJSON **root, struct mapped *mapped, struct refusal *refusal)
{
    if (str_present(record->value) && !parse(record, max_event, warnings, root, refusal))
        return false;
    if (source && source->mapping)
        return format_map(source->mapping, record, *root, unread, warnings, mapped, refusal);
    if (!*root) {
        *refusal = (struct refusal){ .reason = STR("the record has no value"), .at = STR("") };
        return false;
    }
    *mapped = (struct mapped){ .root = *root };
    return true;
}

bool event_trace(const struct record *record, const struct config_source *source, size_t max_event,
                 struct arena *arena, struct mapped *mapped, struct refusal *refusal)
{
    struct warnings warnings = { .arena = arena };
    const cJSON *root = NULL;

    return make_canonical(record, source, max_event, UNREAD_LISTED, &warnings, &root, mapped,
                          refusal);
}

/* What cannot be an event may be several of them: that is the cause then. */
static bool refuse_list(const cJSON *root, struct arena *arena, struct refusal *refusal)
{
    if (cJSON_IsArray(root) && root->child && !refusal->skipped)
        *refusal = (struct refusal){
            .reason = arena_printf(
                arena, "a list of %d in one record; each event must be a record of its own",
                cJSON_GetArraySize(root)),
            .at = STR("")
        };
    return false;
}

/* What the tickets of the router tell each other is in the home topic, with a header that intakes
 * drop. */
static bool may_write(const struct record *record, const struct config_source *source,
                      enum event_type type, struct refusal *refusal)
{
    if (!event_type_is_ours(type))
        return true;
    if (source && source->home && str_present(record_header(record, LINK_FROM)))
        return true;
    *refusal = (struct refusal){ .reason = STR("only the router itself writes this type"),
                                 .at = STR("/type") };
    return false;
}

bool event_decode(const struct record *record, const struct config_source *source, size_t max_event,
                  struct arena *arena, struct event *event, struct refusal *refusal)
{
    struct warnings warnings = { .arena = arena };
    struct mapped mapped;
    struct event fresh;
    const cJSON *root = NULL;

    if (!make_canonical(record, source, max_event, UNREAD_WARNED, &warnings, &root, &mapped,
                        refusal) ||
        !event_read(mapped.root, &warnings, &fresh, refusal))
        return refuse_list(root, arena, refusal);
    if (!may_write(record, source, fresh.type, refusal))
        return false;
    if (fresh.unknown_fields > 0 && !(source && source->mapping))
        event_unread(mapped.root, &warnings);
    bool direct = source && !source->home && str_equal(source->topic, record->topic);
    struct first_place first = find_first_place(record, !direct);
    struct str ticket = passed_to(record, &first);
    if (!str_empty(ticket))
        fresh.ticket = ticket;
    fresh.source = str_present(mapped.source) ? mapped.source : first.topic;
    fresh.missing_fields = mapped.missing;
    fresh.initial = (fresh.initial || mapped.initial) && fresh.type == EVENT_SNAPSHOT;
    fresh.timestamp = first.timestamp;
    fresh.id_given = str_present(fresh.id);
    if (!fresh.id_given)
        fresh.id = str_present(first.position) ? first.position : own_position(record, arena);
    if (fresh.type == EVENT_MESSAGE && !fresh.automated)
        fresh.automated = fresh.seems_automated = is_auto_reply(&fresh, record);
    settle_time(&fresh, &warnings);
    keep_warnings(&warnings, &fresh);
    *event = fresh;
    return true;
}
