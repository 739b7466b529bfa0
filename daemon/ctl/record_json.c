#include "ctl/record_json.h"

#include <string.h>

#include "base/base64.h"
#include "config/config.h"
#include "config/outputs.h"
#include "ctl/members.h"
#include "decode/event.h"
#include "json/json.h"
#include "json/json_writer.h"

/* A line holds at most a record of the largest size a topic takes, in base64. */
static const struct json_limits line_limits = { 8u << 20, 1u << 20, JSON_DEPTH_MAX };

static bool read_header(const cJSON *name_and_value, const cJSON *value, struct arena *arena,
                        struct header *header)
{
    header->name = name_and_value ? json_string(name_and_value) : json_name(value);
    header->value = json_string(value);
    const cJSON *packed = json_get(value, STR("base64"));
    return packed ? base64_decode(json_string(packed), arena, &header->value)
                  : str_present(header->value) || cJSON_IsNull(value);
}

/* {"name": "value"} or, where names repeat, [["name", "value"]]. */
static bool read_headers(const cJSON *headers, struct arena *arena, struct record *record,
                         struct error *err)
{
    size_t count = (size_t)(headers ? cJSON_GetArraySize(headers) : 0);
    struct header *read = arena_alloc(arena, (count + 1) * sizeof(*read));
    size_t at = 0;
    for (const cJSON *item = headers ? headers->child : NULL; item; item = item->next, at++) {
        bool pair = cJSON_IsArray(headers);
        const cJSON *name = pair ? cJSON_GetArrayItem(item, 0) : NULL;
        const cJSON *value = pair ? cJSON_GetArrayItem(item, 1) : item;
        if ((pair && (!name || !value)) || !read_header(name, value, arena, &read[at]))
            return error_set(err, "/headers: a header is a name with a string, null or "
                                  "{\"base64\": ...}");
    }
    record->headers = read;
    record->header_count = count;
    return true;
}

static bool read_bytes(const cJSON *root, const char *name, const char *packed_name,
                       struct arena *arena, struct str *bytes, struct error *err)
{
    const cJSON *packed = json_get(root, str_from(packed_name));
    if (packed == NULL) {
        *bytes = json_string(json_get(root, str_from(name)));
        return true;
    }
    return base64_decode(json_string(packed), arena, bytes) ||
           error_set(err, "/%s is not base64", packed_name);
}

/* A value that is no text stands for its own bytes: it must not be printed anew. */
static bool read_value(struct str text, const cJSON *root, struct arena *arena, struct str *value,
                       struct error *err)
{
    static const struct str name = { "value", 5 };

    if (json_get(root, STR("value_base64")) || cJSON_IsString(json_get(root, name)))
        return read_bytes(root, "value", "value_base64", arena, value, err);
    members_find(text, &name, value, 1);
    return true;
}

bool record_from_object(struct str text, const cJSON *root, struct arena *arena,
                        struct record *record, struct error *err)
{
    int64_t partition = 0, offset = 0, timestamp = 0;
    struct record read = { .topic = json_string(json_get(root, STR("topic"))) };

    json_integer(json_get(root, STR("partition")), &partition);
    json_integer(json_get(root, STR("offset")), &offset);
    json_integer(json_get(root, STR("timestamp")), &timestamp);
    read.partition = (int32_t)partition;
    read.offset = offset;
    read.timestamp = timestamp;
    if (!read_bytes(root, "key", "key_base64", arena, &read.key, err) ||
        !read_value(text, root, arena, &read.value, err) ||
        !read_headers(json_get(root, STR("headers")), arena, &read, err))
        return false;
    *record = read;
    return true;
}

/* TIME_NEVER: it has none. */
static time_ms own_time(const cJSON *root, const struct record *record, const struct config *config,
                        struct arena *arena)
{
    const struct config_source *source = event_source(config, record);
    struct refusal refusal;
    struct event event;
    time_ms time = TIME_NEVER;

    if (source == NULL || source->mapping == NULL)
        time_parse(json_string(json_get(root, STR("time"))), &time, NULL);
    else if (event_decode(record, source, config->max_event, arena, &event, &refusal))
        time = event.time;
    return time;
}

bool record_from_line(struct str line, const struct line_defaults *defaults, struct arena *arena,
                      struct record *record, bool *bare, struct error *err)
{
    size_t at = 0;
    const cJSON *root = json_parse(line, &line_limits, arena, NULL, &at, NULL);
    *bare = !json_get(root, STR("topic")) ||
            (!json_get(root, STR("value")) && !json_get(root, STR("value_base64")));
    if (!*bare)
        return str_present(json_string(json_get(root, STR("topic"))))
                   ? record_from_object(line, root, arena, record, err)
                   : error_set(err, "/topic: a record has a topic");
    *record = (struct record){ .topic = defaults->topic,
                               .offset = defaults->offset,
                               .timestamp = -1,
                               .key = json_scalar(json_get(root, STR("ticket")), arena),
                               .value = line };
    time_ms time = own_time(root, record, defaults->config, arena);
    record->timestamp = time_is_plausible(time) ? time : defaults->timestamp;
    return true;
}

time_ms record_arrival(const struct record *record)
{
    return time_is_plausible(record->timestamp) ? record->timestamp : 0;
}

static void put_bytes(struct json_writer *json, struct buf *out, struct str bytes)
{
    json_put_raw(json, STR("\""));
    base64_encode(bytes, out);
    buf_add_char(out, '"');
}

/* Can it be the value in a line, and be read back as the same bytes? A text there stands for the
 * bytes that it quotes, and null for no value. */
static bool stands_alone(struct str value)
{
    struct json_traits traits;
    size_t at = 0;
    struct str trimmed = str_trim(value);
    return !str_empty(trimmed) && trimmed.data[0] != '"' && trimmed.data[0] != 'n' &&
           json_check(value, &line_limits, &traits, &at, NULL) &&
           !memchr(value.data, '\n', value.size);
}

void action_to_line(const struct action *action, const struct config *config, bool packed,
                    struct buf *out)
{
    struct json_writer writer = json_writer_to(out), *json = &writer;
    json_open_object(json);
    JSON_STR(json, "topic", action_topic(action, config));
    if (utf8_valid(action->key, NULL)) {
        JSON_STR(json, "key", action->key);
    } else {
        JSON_KEY(json, "key_base64");
        put_bytes(json, out, action->key);
    }
    JSON_KEY(json, "headers");
    json_open_object(json);
    for (size_t i = 0; i < action->header_count; i++) {
        const struct header *header = &action->headers[i];
        json_put_str(json, header->name);
        buf_add_char(out, ':');
        writer.comma = false;
        if (utf8_valid(header->value, NULL)) {
            json_put_str(json, header->value);
        } else {
            json_open_object(json);
            JSON_KEY(json, "base64");
            put_bytes(json, out, header->value);
            json_close_object(json);
        }
    }
    json_close_object(json);
    if (!str_present(action->value)) {
        JSON_NULL(json, "value");
    } else if (!packed && (outputs[action->output].ours || stands_alone(action->value))) {
        JSON_RAW(json, "value", action->value);
    } else {
        JSON_KEY(json, "value_base64");
        put_bytes(json, out, action->value);
    }
    json_close_object(json);
    buf_add_char(out, '\n');
}
