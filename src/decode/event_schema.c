/* The JSON schema of events, for producers' programs. */
#include "decode/event_reference.h"

#include <string.h>

#include "decode/event_guide.h"
#include "format/event_fields.h"
#include "json/json_writer.h"

static void put_types(struct json_writer *json, const char *first, const char *second)
{
    JSON_KEY(json, "type");
    json_open_array(json);
    json_put_text(json, first);
    if (second)
        json_put_text(json, second);
    json_put_text(json, "null");
    json_close_array(json);
}

static void put_identifier(struct json_writer *json)
{
    JSON_INT(json, "minLength", 1);
    JSON_INT(json, "maxLength", IDENTIFIER_MAX);
}

static void put_names(struct json_writer *json, const struct event_field *field)
{
    JSON_KEY(json, "enum");
    json_open_array(json);
    for (int i = 0; i < EVENT_FIELD_NAMES_MAX && field->names[i]; i++)
        json_put_text(json, field->names[i]);
    json_put_null(json);
    json_close_array(json);
}

static void put_inner(struct json_writer *json, const char *key, const char *first,
                      const char *second, const char *third)
{
    json_key(json, key);
    json_open_object(json);
    JSON_KEY(json, "type");
    json_open_array(json);
    json_put_text(json, first);
    if (second)
        json_put_text(json, second);
    if (third)
        json_put_text(json, third);
    if (second)
        json_put_text(json, "null");
    json_close_array(json);
    json_close_object(json);
}

static void put_fields(struct json_writer *json, const struct event_field *fields, size_t count);

static void put_shape(struct json_writer *json, const struct event_field *field)
{
    switch (field->shape) {
    case SHAPE_TEXT:
    case SHAPE_WORD:
        put_types(json, "string", NULL);
        break;
    case SHAPE_IDENTIFIER:
        put_types(json, "string", "number");
        put_identifier(json);
        break;
    case SHAPE_NAME:
    case SHAPE_CHOICE:
    case SHAPE_SECOND:
        put_names(json, field);
        break;
    case SHAPE_TIME:
        put_types(json, "string", NULL);
        JSON_TEXT(json, "format", "date-time");
        JSON_KEY(json, "pattern"); /* validators need not know formats */
        json_put_text(json, "^[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}");
        break;
    case SHAPE_INTEGER:
        put_types(json, "integer", NULL);
        JSON_INT(json, "minimum", field->low);
        JSON_INT(json, "maximum", field->high);
        break;
    case SHAPE_FLAG:
    case SHAPE_BOOL:
        put_types(json, "boolean", NULL);
        break;
    case SHAPE_TAGS:
        put_types(json, "array", NULL);
        put_inner(json, "items", "string", NULL, NULL);
        break;
    case SHAPE_ATTRIBUTES:
        put_types(json, "object", NULL);
        put_inner(json, "additionalProperties", "string", "number", "boolean");
        break;
    case SHAPE_CUSTOMER:
        put_types(json, "object", NULL);
        JSON_KEY(json, "properties");
        json_open_object(json);
        put_fields(json, customer_fields, customer_field_count);
        json_close_object(json);
        break;
    }
}

static void put_fields(struct json_writer *json, const struct event_field *fields, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        json_key(json, fields[i].name.data);
        json_open_object(json);
        JSON_TEXT(json, "description", fields[i].help);
        put_shape(json, &fields[i]);
        json_close_object(json);
    }
}

static void put_type(struct json_writer *json)
{
    JSON_KEY(json, "type");
    json_open_object(json);
    JSON_KEY(json, "enum");
    json_open_array(json);
    for (int type = 0; type < EVENT_TYPE_COUNT; type++)
        json_put_text(json, event_type_name((enum event_type)type));
    json_close_array(json);
    json_close_object(json);
    JSON_KEY(json, "ticket");
    json_open_object(json);
    JSON_KEY(json, "type");
    json_open_array(json);
    json_put_text(json, "string");
    json_put_text(json, "number");
    json_close_array(json);
    put_identifier(json);
    json_close_object(json);
}

/* "a b|c": a is required, and one of b and c. */
static void put_needs(struct json_writer *json, const char *needs)
{
    JSON_KEY(json, "allOf");
    json_open_array(json);
    while (*needs) {
        size_t size = strcspn(needs, " ");
        json_open_object(json);
        JSON_KEY(json, "anyOf");
        json_open_array(json);
        for (size_t at = 0; at < size;) {
            size_t part = strcspn(needs + at, " |");
            json_open_object(json);
            JSON_KEY(json, "required");
            json_open_array(json);
            json_put_str(json, (struct str){ needs + at, part });
            json_close_array(json);
            json_close_object(json);
            at += part + 1;
        }
        json_close_array(json);
        json_close_object(json);
        needs += size;
        needs += *needs == ' ';
    }
    json_close_array(json);
}

/* {"properties": {"type": {"const": NAME}}} */
static void put_is_type(struct json_writer *json, const char *name)
{
    json_open_object(json);
    JSON_KEY(json, "properties");
    json_open_object(json);
    JSON_KEY(json, "type");
    json_open_object(json);
    JSON_TEXT(json, "const", name);
    json_close_object(json);
    json_close_object(json);
    json_close_object(json);
}

static void put_required(struct json_writer *json, const char *name)
{
    JSON_KEY(json, "required");
    json_open_array(json);
    json_put_text(json, name);
    json_close_array(json);
}

/* A customer who is named: an account, or a contact who is one. */
static void put_account(struct json_writer *json)
{
    static const char *const names[] = { "account", "contact" };
    put_required(json, "customer");
    JSON_KEY(json, "properties");
    json_open_object(json);
    JSON_KEY(json, "customer");
    json_open_object(json);
    JSON_KEY(json, "anyOf");
    json_open_array(json);
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        json_open_object(json);
        put_required(json, names[i]);
        json_close_object(json);
    }
    json_close_array(json);
    json_close_object(json);
    json_close_object(json);
}

static bool may_name_an_account(enum event_type type)
{
    return event_guide(type)->account_sample != NULL || type == EVENT_ACCOUNT_ERASED;
}

/* A ticket, but where an account stands for all of its tickets. */
static void put_subject(struct json_writer *json)
{
    json_open_object(json);
    JSON_KEY(json, "anyOf");
    json_open_array(json);
    json_open_object(json);
    put_required(json, "ticket");
    json_close_object(json);
    for (int type = 0; type < EVENT_TYPE_COUNT; type++) {
        if (!may_name_an_account((enum event_type)type))
            continue;
        json_open_object(json);
        JSON_KEY(json, "allOf");
        json_open_array(json);
        put_is_type(json, event_type_name((enum event_type)type));
        json_open_object(json);
        put_account(json);
        json_close_object(json);
        json_close_array(json);
        json_close_object(json);
    }
    json_close_array(json);
    json_close_object(json);
}

static void put_conditions(struct json_writer *json)
{
    JSON_KEY(json, "allOf");
    json_open_array(json);
    put_subject(json);
    for (int type = 0; type < EVENT_TYPE_COUNT; type++) {
        const char *needs = event_guide((enum event_type)type)->needs;
        if (!needs)
            continue;
        json_open_object(json);
        JSON_KEY(json, "if");
        put_is_type(json, event_type_name((enum event_type)type));
        JSON_KEY(json, "then");
        json_open_object(json);
        put_needs(json, needs);
        json_close_object(json);
        json_close_object(json);
    }
    json_close_array(json);
}

void event_reference_schema(struct buf *out)
{
    struct json_writer json = json_writer_to(out);
    json_open_object(&json);
    JSON_TEXT(&json, "$schema", "https://json-schema.org/draft/2020-12/schema");
    JSON_TEXT(&json, "title", "Event");
    JSON_TEXT(&json, "description",
              "One thing that happened to a ticket, or to all of an account: a record of the "
              "home topic, keyed by ticket or account. Further members are ignored and counted.");
    JSON_TEXT(&json, "type", "object");
    JSON_KEY(&json, "required");
    json_open_array(&json);
    json_put_text(&json, "type");
    json_close_array(&json);
    JSON_KEY(&json, "properties");
    json_open_object(&json);
    put_type(&json);
    put_fields(&json, event_fields, event_field_count);
    json_close_object(&json);
    put_conditions(&json);
    json_close_object(&json);
    buf_add_char(out, '\n');
}
