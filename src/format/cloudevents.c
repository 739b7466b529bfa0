#include "cloudevents.h"

#include <string.h>

#include "base/base64.h"
#include "json_build.h"

#define DATA_BASE64 "data_base64"

static const cJSON *refuse(struct refusal *refusal, const char *at, struct str reason)
{
    *refusal = (struct refusal){ .reason = reason, .at = str_from(at) };
    return NULL;
}

/* Media types are the same in upper and lower case. */
static bool media_starts(struct str content, struct str prefix)
{
    if (content.size > prefix.size)
        content.size = prefix.size;
    return str_equal_nocase(content, prefix);
}

/* A producer that knows its data only as bytes packs them, even if they are JSON. */
static const cJSON *unpack_data(const cJSON *packed, struct warnings *warnings,
                                struct refusal *refusal)
{
    struct json_limits limits = json_event_limits;
    struct str bytes;
    struct error err;
    bool replaced = false;
    size_t at = 0;

    if (!cJSON_IsString(packed) || !base64_decode(json_string(packed), warnings->arena, &bytes))
        return refuse(refusal, "/" DATA_BASE64, STR("this is not base64"));
    limits.size = bytes.size; /* of a record that was not too large */
    const cJSON *data = json_parse(bytes, &limits, warnings->arena, &replaced, &at, &err);
    if (!data)
        return refuse(
            refusal, "/" DATA_BASE64,
            arena_printf(warnings->arena, "its bytes are no JSON: byte %zu: %s", at, err.text));
    if (replaced)
        warnings_add(warnings, "/" DATA_BASE64 ": \\u0000 and half surrogate pairs became U+FFFD");
    return data;
}

/* The envelope with other data in it. */
static const cJSON *exchange_data(const cJSON *envelope, const cJSON *data, struct arena *arena)
{
    cJSON *copy = json_new_object(arena);
    for (const cJSON *item = envelope->child; item; item = item->next) {
        if (!str_is(json_name(item), DATA_BASE64) && !str_is(json_name(item), "data"))
            json_add(copy, json_name(item), json_alias(item, arena), arena);
    }
    json_add(copy, STR("data"), json_alias(data, arena), arena);
    return copy;
}

/* A producer that serialized its data before it made the event: a string that holds an object.
 * NULL: it is an ordinary text. */
static const cJSON *unpack_text(struct str text, struct warnings *warnings)
{
    struct json_limits limits = json_event_limits;
    struct error err;
    bool replaced = false;
    size_t at = 0;

    limits.size = text.size; /* of a record that was not too large */
    const cJSON *data = json_parse(text, &limits, warnings->arena, &replaced, &at, &err);
    if (data && replaced)
        warnings_add(warnings, "/data: \\u0000 and half surrogate pairs became U+FFFD");
    return data && (cJSON_IsObject(data) || cJSON_IsArray(data)) ? data : NULL;
}

static bool is_json(struct str media)
{
    static const struct str suffix = STR("+json");
    const char *end = media.size ? memchr(media.data, ';', media.size) : NULL;
    media.size = end ? (size_t)(end - media.data) : media.size;
    media = str_trim(media);
    return str_empty(media) || str_equal_nocase(media, STR("application/json")) ||
           str_equal_nocase(media, STR("text/json")) ||
           (media.size > suffix.size &&
            str_equal_nocase((struct str){ media.data + media.size - suffix.size, suffix.size },
                             suffix));
}

/* `data` as it is meant: what is declared as JSON and is a text may be JSON once more. */
static const cJSON *open_data(const cJSON *envelope, struct warnings *warnings)
{
    const cJSON *data = json_get(envelope, STR("data"));
    struct str media = json_string(json_get(envelope, STR("datacontenttype")));

    if (!cJSON_IsString(data))
        return envelope;
    const cJSON *unpacked = is_json(media) ? unpack_text(json_string(data), warnings) : NULL;
    if (unpacked)
        return exchange_data(envelope, unpacked, warnings->arena);
    warnings_add(warnings,
                 "/data: a text that is no JSON object; only a format that asks for /data "
                 "reads it");
    return envelope;
}

static const cJSON *open_structured(const cJSON *value, struct warnings *warnings,
                                    struct refusal *refusal)
{
    const cJSON *packed = json_get(value, STR(DATA_BASE64));

    if (json_is_null(packed))
        return open_data(value, warnings);
    if (!json_is_null(json_get(value, STR("data"))))
        return refuse(refusal, "/" DATA_BASE64,
                      STR("a CloudEvent has data or " DATA_BASE64 ", not both"));
    const cJSON *data = unpack_data(packed, warnings, refusal);
    if (!data)
        return NULL;
    return exchange_data(value, data, warnings->arena);
}

static const cJSON *open_binary(const struct record *record, const cJSON *value,
                                struct arena *arena)
{
    cJSON *envelope = json_new_object(arena);

    for (size_t i = 0; i < record->header_count; i++) {
        struct str name = record->headers[i].name;
        if (!str_starts(name, STR("ce_")) || !utf8_valid(name, NULL))
            continue;
        struct str attribute = { name.data + 3, name.size - 3 };
        cJSON *text = json_new_outside_string(record->headers[i].value, arena);
        if (text && !json_get(envelope, attribute))
            json_add(envelope, attribute, text, arena);
    }
    if (value)
        json_add(envelope, STR("data"), json_alias(value, arena), arena);
    return envelope;
}

const cJSON *cloudevents_open(const struct record *record, const cJSON *value,
                              struct warnings *warnings, struct refusal *refusal)
{
    struct str content = record_header(record, "content-type");
    bool declared = media_starts(content, STR("application/cloudevents"));

    if (!declared && str_present(record_header(record, "ce_type")))
        return open_data(open_binary(record, value, warnings->arena), warnings);
    if (declared ? cJSON_IsObject(value) : json_get(value, STR("specversion")) != NULL)
        return open_structured(value, warnings, refusal);
    return refuse(refusal, "",
                  STR("this is a CloudEvent neither in structured nor in binary mode"));
}
