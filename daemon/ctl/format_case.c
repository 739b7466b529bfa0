#include "ctl/format_case.h"

#include "base/zone.h"
#include "config/config.h"
#include "ctl/members.h"
#include "ctl/record_json.h"
#include "decode/event.h"

enum { MEMBERS_MAX = 9 };

/* A record of the largest size a topic takes, and what stands around it. */
static const struct json_limits case_limits = { 8u << 20, 1u << 20, JSON_DEPTH_MAX };

/* What an object of a case may have, and of which shape. */
struct member {
    struct str name;
    bool (*fits)(const cJSON *item);
    const char *shape;
};

static bool is_object(const cJSON *item)
{
    return cJSON_IsObject(item);
}

static bool is_text(const cJSON *item)
{
    return cJSON_IsString(item);
}

static bool is_text_or_null(const cJSON *item)
{
    return cJSON_IsString(item) || cJSON_IsNull(item);
}

static bool is_bool(const cJSON *item)
{
    return cJSON_IsBool(item);
}

static bool is_true(const cJSON *item)
{
    return cJSON_IsTrue(item);
}

static bool is_whole(const cJSON *item)
{
    int64_t number;
    return json_integer(item, &number);
}

static bool is_anything(const cJSON *item)
{
    (void)item;
    return true;
}

static bool is_headers(const cJSON *item)
{
    return cJSON_IsObject(item) || cJSON_IsArray(item);
}

static bool is_texts(const cJSON *item)
{
    for (const cJSON *text = item->child; text; text = text->next) {
        if (!cJSON_IsString(text))
            return false;
    }
    return cJSON_IsArray(item);
}

static const struct member *find_member(const struct member *members, size_t count, struct str name)
{
    for (size_t i = 0; i < count; i++) {
        if (str_equal(members[i].name, name))
            return &members[i];
    }
    return NULL;
}

static bool unknown_member(const char *at, const struct member *members, size_t count,
                           struct str name, struct error *err)
{
    struct str names[MEMBERS_MAX];
    for (size_t i = 0; i < count; i++)
        names[i] = members[i].name;
    struct str near = str_nearest(name, names, count);
    if (!str_present(near))
        return error_set(err, "%s/%.*s: unknown key", at, STR_ARG(name));
    return error_set(err, "%s/%.*s: unknown key (did you mean '%.*s'?)", at, STR_ARG(name),
                     STR_ARG(near));
}

static bool check_members(const cJSON *object, const char *at, const struct member *members,
                          size_t count, struct error *err)
{
    for (const cJSON *item = object->child; item; item = item->next) {
        struct str name = json_name(item);
        const struct member *member = find_member(members, count, name);
        if (!member)
            return unknown_member(at, members, count, name, err);
        if (!member->fits(item))
            return error_set(err, "%s/%.*s: expected %s", at, STR_ARG(name), member->shape);
    }
    return true;
}

#define CHECK_MEMBERS(object, at, members, err)                                                    \
    check_members(object, at, members, sizeof(members) / sizeof((members)[0]), err)

static bool check_expected(const cJSON *expected, struct error *err)
{
    static const struct member of_event[] = {
        { STR("event"), is_object, "an object" },
        { STR("source"), is_text, "a text" },
        { STR("initial"), is_bool, "true or false" },
        { STR("missing"), is_texts, "a list of texts" },
        { STR("warnings"), is_texts, "a list of texts" },
        { STR("refusal"), is_object, "an object" },
        { STR("skipped"), is_true, "true" },
    };
    static const struct member of_refusal[] = {
        { STR("at"), is_text, "a text" },
        { STR("reason"), is_text, "a text" },
    };
    const cJSON *refusal = json_get(expected, STR("refusal"));

    if (!CHECK_MEMBERS(expected, "/expected", of_event, err))
        return false;
    const char *alone = refusal ? "refusal" : json_get(expected, STR("skipped")) ? "skipped" : NULL;
    if (!alone)
        return json_get(expected, STR("event")) ||
               error_set(err, "/expected: an 'event' is expected, a 'refusal' or 'skipped'");
    if (expected->child->next)
        return error_set(err, "/expected: with '%s' nothing else can be expected", alone);
    if (!refusal)
        return true;
    if (!CHECK_MEMBERS(refusal, "/expected/refusal", of_refusal, err))
        return false;
    return json_get(refusal, STR("reason")) ||
           error_set(err, "/expected/refusal: 'reason' is missing");
}

static bool read_record(struct str text, const cJSON *given, struct arena *arena,
                        struct record *record, struct error *err)
{
    static const struct member members[] = {
        { STR("topic"), is_text, "a text" },
        { STR("partition"), is_whole, "a whole number" },
        { STR("offset"), is_whole, "a whole number" },
        { STR("timestamp"), is_whole, "milliseconds since 1970" },
        { STR("key"), is_text_or_null, "a text" },
        { STR("key_base64"), is_text, "a text" },
        { STR("value"), is_anything, "" },
        { STR("value_base64"), is_text, "a text" },
        { STR("headers"), is_headers, "an object" },
    };
    static const struct str name = { "record", 6 };
    struct error why;

    if (!CHECK_MEMBERS(given, "/record", members, err))
        return false;
    if (json_get(given, STR("value")) && json_get(given, STR("value_base64")))
        return error_set(err, "/record: 'value' and 'value_base64' exclude each other");
    members_find(text, &name, &text, 1);
    if (!record_from_object(text, given, arena, record, &why))
        return error_set(err, "/record%s", why.text);
    if (!str_present(record->topic))
        record->topic = STR("intake");
    if (!json_get(given, STR("timestamp")))
        record->timestamp = INT64_C(1795251600000); /* 2026-11-21T09:00:00Z */
    return true;
}

static bool check_zone(struct str name, struct error *err)
{
    struct error why;
    struct zone *zone = str_present(name) ? zone_open(name, &why) : NULL;
    zone_close(zone);
    return zone || !str_present(name) || error_set(err, "/zone: %s", why.text);
}

static bool read_case(struct str text, const cJSON *root, struct arena *arena,
                      struct format_case *one, struct error *err)
{
    static const struct member members[] = {
        { STR("description"), is_text, "a text" },   { STR("format"), is_text, "a text" },
        { STR("zone"), is_text, "a text" },          { STR("record"), is_object, "an object" },
        { STR("expected"), is_object, "an object" },
    };
    const cJSON *record = json_get(root, STR("record"));

    if (!cJSON_IsObject(root))
        return error_set(err, "a case is an object");
    if (!CHECK_MEMBERS(root, "", members, err))
        return false;
    *one = (struct format_case){ .description = json_string(json_get(root, STR("description"))),
                                 .format = json_string(json_get(root, STR("format"))),
                                 .zone = json_string(json_get(root, STR("zone"))),
                                 .expected = json_get(root, STR("expected")) };
    if (!str_present(one->format) || !record)
        return error_set(err, "a case needs '%s'", record ? "format" : "record");
    return check_zone(one->zone, err) && read_record(text, record, arena, &one->record, err) &&
           (!one->expected || check_expected(one->expected, err));
}

/* Where a byte is for an editor. */
static void find_place(struct str text, size_t at, int *line, int *column)
{
    *line = *column = 1;
    for (size_t i = 0; i < at && i < text.size; i++) {
        bool inside = ((unsigned char)text.data[i] & 0xc0) == 0x80; /* of a character */
        *line += text.data[i] == '\n';
        *column = text.data[i] == '\n' ? 1 : *column + !inside;
    }
}

bool format_case_read(struct str path, struct str text, struct arena *arena,
                      struct format_case *one, struct error *err)
{
    size_t at = 0;
    int line, column;
    const cJSON *root = json_parse(text, &case_limits, arena, NULL, &at, err);

    if (!root) {
        find_place(text, at, &line, &column);
        return error_prefix(err, "%.*s:%d:%d", STR_ARG(path), line, column);
    }
    return read_case(text, root, arena, one, err) || error_prefix(err, "%.*s", STR_ARG(path));
}

struct format_result format_case_run(const struct format_case *one, const struct format *mapping,
                                     size_t max_event, struct arena *arena)
{
    const struct config_source source = {
        .topic = one->record.topic, .format = one->format, .mapping = mapping, .zone = one->zone
    };
    struct format_result result = { .refusal = { .reason = STR_NONE } };

    result.refused =
        !event_decode(&one->record, &source, max_event, arena, &result.event, &result.refusal) ||
        !event_trace(&one->record, &source, max_event, arena, &result.mapped, &result.refusal);
    return result;
}
