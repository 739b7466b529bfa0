/* The JSON schema: every table is a definition, every row a property. */
#include <string.h>

#include "base/mem.h"
#include "config/reference.h"
#include "config/setting.h"
#include "json/json_writer.h"

#define SLUG_PATTERN "^[a-z0-9][a-z0-9_-]{0,62}$"
#define DATE_PATTERN "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
#define DATES_PATTERN "^[0-9]{4}-[0-9]{2}-[0-9]{2}( *\\\\.\\\\. *[0-9]{4}-[0-9]{2}-[0-9]{2})?$"
#define DAY "(mon|tue|wed|thu|fri|sat|sun)"
#define SHIFTS                                                                                     \
    "{\"anyOf\":[{\"type\":\"string\"},{\"type\":\"array\",\"items\":{\"type\":\"string\"}}]}"
/* `off` is false for whoever reads YAML 1.1. */
#define ENTRY "{\"anyOf\":[{\"const\":false}," SHIFTS "]}"
#define TARGET_PATTERN "^(([0-9]+(h|m|s|ms))+|[0-9]+(wd|cd|w|mo))$"
#define TIME_PATTERN "^([0-9]+(d|h|m|s|ms))+$"

enum { TABLES_MAX = 32 };

struct schema {
    struct json_writer json;
    const struct setting_table *tables[TABLES_MAX]; /* met so far: the definitions to write */
    size_t count;
};

static void key(struct schema *schema, const char *name)
{
    struct buf text = { 0 };
    struct json_writer quoted = json_writer_to(&text);
    json_put_text(&quoted, name);
    buf_add_char(&text, ':');
    json_key_quoted(&schema->json, buf_str(&text));
    buf_free(&text);
}

static void put(struct schema *schema, const char *name, const char *value)
{
    key(schema, name);
    json_put_text(&schema->json, value);
}

/* A value that is JSON already. */
static void put_raw(struct schema *schema, const char *name, const char *value)
{
    key(schema, name);
    json_put_raw(&schema->json, str_from(value));
}

static void put_pattern(struct schema *schema, const char *pattern)
{
    put(schema, "type", "string");
    put(schema, "pattern", pattern);
}

static void put_range(struct schema *schema, const struct setting *row)
{
    put(schema, "type", "integer");
    key(schema, "minimum");
    json_put_int(&schema->json, row->min);
    key(schema, "maximum");
    json_put_int(&schema->json, row->max);
}

static void put_choices(struct schema *schema, const struct setting *row)
{
    key(schema, "enum");
    json_open_array(&schema->json);
    for (const char *const *choice = row->choices; *choice; choice++) {
        /* What YAML takes for true and false is no text there. */
        if (strcmp(*choice, "true") == 0 || strcmp(*choice, "false") == 0)
            json_put_bool(&schema->json, **choice == 't');
        else
            json_put_text(&schema->json, *choice);
    }
    json_close_array(&schema->json);
}

/* One of them, or a list. */
static void put_set(struct schema *schema, const struct setting *row)
{
    key(schema, "anyOf");
    json_open_array(&schema->json);
    json_open_object(&schema->json);
    put_choices(schema, row);
    json_close_object(&schema->json);
    json_open_object(&schema->json);
    put(schema, "type", "array");
    key(schema, "items");
    json_open_object(&schema->json);
    put_choices(schema, row);
    json_close_object(&schema->json);
    json_close_object(&schema->json);
    json_close_array(&schema->json);
}

static void add_table(struct schema *schema, const struct setting_table *table)
{
    for (size_t i = 0; i < schema->count; i++) {
        if (schema->tables[i] == table)
            return;
    }
    if (schema->count < TABLES_MAX)
        schema->tables[schema->count++] = table;
}

static void put_reference(struct schema *schema, const struct setting_table *table)
{
    struct buf path = { 0 };
    buf_printf(&path, "#/$defs/%s", table->name);
    put(schema, "$ref", buf_text(&path));
    buf_free(&path);
    add_table(schema, table);
}

/* `name`: { $ref: … } */
static void put_items(struct schema *schema, const char *name, const struct setting_table *table)
{
    key(schema, name);
    json_open_object(&schema->json);
    put_reference(schema, table);
    json_close_object(&schema->json);
}

static void put_map(struct schema *schema, const struct setting_table *table)
{
    const struct setting *list = NULL;
    for (size_t i = 0; i < table->count; i++) {
        if (table->rows[i].type == SETTING_TABLES)
            list = &table->rows[i];
    }
    put(schema, "type", "object");
    put_raw(schema, "propertyNames", "{\"pattern\":\"" SLUG_PATTERN "\"}");
    if (!list) {
        put_items(schema, "additionalProperties", table);
        return;
    }
    key(schema, "additionalProperties");
    json_open_object(&schema->json);
    key(schema, "anyOf");
    json_open_array(&schema->json);
    json_open_object(&schema->json);
    put_reference(schema, table);
    json_close_object(&schema->json);
    json_open_object(&schema->json);
    put(schema, "type", "array");
    put_items(schema, "items", list->inner);
    json_close_object(&schema->json);
    json_close_array(&schema->json);
    json_close_object(&schema->json);
}

/* Each is a map of settings, or a path. */
static void put_calendars(struct schema *schema, const struct setting *row)
{
    put(schema, "type", "object");
    put_raw(schema, "propertyNames", "{\"pattern\":\"" SLUG_PATTERN "\"}");
    key(schema, "additionalProperties");
    json_open_object(&schema->json);
    key(schema, "anyOf");
    json_open_array(&schema->json);
    json_open_object(&schema->json);
    put_reference(schema, row->inner);
    json_close_object(&schema->json);
    json_put_raw(&schema->json, STR("{\"type\":\"string\"}"));
    json_close_array(&schema->json);
    json_close_object(&schema->json);
}

/* Of the lists and maps that have no table. */
static void put_shape(struct schema *schema, const struct setting *row)
{
    static const struct {
        enum setting_type type;
        const char *name, *shape;
    } shapes[] = {
        { SETTING_WARNINGS, "anyOf",
          "[{\"type\":\"string\"},{\"type\":\"array\",\"items\":{\"type\":\"string\"},"
          "\"maxItems\":4}]" },
        { SETTING_NAME, "anyOf",
          "[{\"type\":\"string\"},{\"type\":\"object\",\"properties\":{\"zh\":{\"type\":"
          "\"string\"},\"en\":{\"type\":\"string\"}},\"additionalProperties\":false}]" },
        { SETTING_TEXTS, "anyOf",
          "[{\"type\":\"string\"},{\"type\":\"array\",\"items\":{\"type\":\"string\"}}]" },
        { SETTING_PATHS, "anyOf",
          "[{\"type\":\"string\"},{\"type\":\"array\",\"items\":{\"type\":\"string\"}}]" },
        { SETTING_TRIGGERS, "anyOf",
          "[{\"type\":\"string\"},{\"type\":\"array\",\"items\":{\"type\":\"string\"},"
          "\"minItems\":1}]" },
        { SETTING_DEPARTMENTS, "items", "{\"type\":\"string\"}" },
        { SETTING_LEVELS, "items", "{\"type\":\"string\",\"pattern\":\"" SLUG_PATTERN "\"}" },
        { SETTING_PEOPLE, "additionalProperties",
          "{\"anyOf\":[{\"type\":\"string\"},{\"type\":\"array\",\"items\":{\"type\":"
          "\"string\"}}]}" },
        { SETTING_POINTS, "additionalProperties",
          "{\"type\":\"integer\",\"minimum\":0,\"maximum\":100}" },
        { SETTING_NEEDS, "additionalProperties", "{\"type\":\"string\"}" },
        { SETTING_BAND_TEXTS, "anyOf",
          "[{\"type\":\"string\"},{\"type\":\"object\",\"patternProperties\":{\"^(P[1-4]|default)$"
          "\""
          ":{\"type\":\"string\"}},\"additionalProperties\":false}]" },
        { SETTING_BAND_CALENDARS, "anyOf",
          "[{\"type\":\"string\"},{\"type\":\"object\",\"patternProperties\":{\"^(P[1-4]|default)$"
          "\":"
          "{\"type\":\"string\"}},\"additionalProperties\":false}]" },
        { SETTING_HOURS, "patternProperties",
          "{\"^" DAY "( *\\\\.\\\\. *" DAY ")?$\":" SHIFTS "}" },
        { SETTING_DATES, "patternProperties", "{\"" DATES_PATTERN "\":" ENTRY "}" },
        { SETTING_BAND_SCORES, "patternProperties",
          "{\"^P[1-3]$\":{\"type\":\"integer\",\"minimum\":0,\"maximum\":100}}" },
        { SETTING_TARGETS, "anyOf",
          "[{\"type\":\"string\",\"pattern\":\"" TARGET_PATTERN
          "\"},{\"type\":\"object\",\"patternProperties\":{\"^P[1-4]$\":{\"type\":\"string\","
          "\"pattern\":\"" TARGET_PATTERN "\"}},\"additionalProperties\":false}]" },
        { SETTING_BAND_TIMES, "anyOf",
          "[{\"type\":\"string\",\"pattern\":\"" TIME_PATTERN
          "\"},{\"type\":\"object\",\"patternProperties\":{\"^(P[1-4]|default)$\":{\"type\":"
          "\"string\",\"pattern\":\"" TIME_PATTERN "\"}},\"additionalProperties\":false}]" },
        { SETTING_PROPERTIES, "additionalProperties",
          "{\"anyOf\":[{\"type\":[\"string\",\"number\",\"boolean\"]},{\"type\":\"object\","
          "\"properties\":{\"file\":{\"type\":\"string\"}},\"required\":[\"file\"],"
          "\"additionalProperties\":false}]}" },
    };

    for (size_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++) {
        if (shapes[i].type != row->type)
            continue;
        if (strcmp(shapes[i].name, "items") == 0)
            put(schema, "type", "array");
        else if (strcmp(shapes[i].name, "anyOf") != 0)
            put(schema, "type", "object");
        put_raw(schema, shapes[i].name, shapes[i].shape);
        if (strcmp(shapes[i].name, "patternProperties") == 0)
            put_raw(schema, "additionalProperties", "false");
        return;
    }
    put_raw(schema, "type", "[\"string\",\"number\",\"boolean\"]");
}

static void put_type(struct schema *schema, const struct setting *row)
{
    switch (row->type) {
    case SETTING_SLUG:
        put_pattern(schema, SLUG_PATTERN);
        break;
    case SETTING_TOPIC:
        put_pattern(schema, "^[A-Za-z0-9._-]{1,249}$");
        break;
    case SETTING_INTEGER:
        put_range(schema, row);
        break;
    case SETTING_BYTES:
        put_raw(schema, "type", "[\"string\",\"integer\"]");
        put(schema, "pattern", "^[0-9]+(B|KiB|MiB|GiB)?$");
        break;
    case SETTING_PERCENT:
        put_pattern(schema, "^[0-9]+%$");
        break;
    case SETTING_DURATION:
        put_pattern(schema, TIME_PATTERN);
        break;
    case SETTING_CHOICE:
    case SETTING_FLAG:
        put_choices(schema, row);
        break;
    case SETTING_SET:
        put_set(schema, row);
        break;
    case SETTING_BAND:
        put_raw(schema, "enum", "[\"P1\",\"P2\",\"P3\",\"P4\"]");
        break;
    case SETTING_UNLESS:
        put_raw(schema, "enum", "[\"acknowledged\"]");
        break;
    case SETTING_CALENDAR:
        put_raw(schema, "type", "\"string\"");
        break;
    case SETTING_DATE:
        put_pattern(schema, DATE_PATTERN);
        break;
    case SETTING_CALENDARS:
        put_calendars(schema, row);
        break;
    case SETTING_TABLE:
    case SETTING_ROOT:
        put_reference(schema, row->inner);
        break;
    case SETTING_TABLES:
        put(schema, "type", "array");
        put_items(schema, "items", row->inner);
        break;
    case SETTING_MAP:
        put_map(schema, row->inner);
        break;
    default:
        put_shape(schema, row);
        break;
    }
}

static void put_table(struct schema *schema, const struct setting_table *table)
{
    bool required = false;
    put(schema, "type", "object");
    put_raw(schema, "additionalProperties", "false");
    key(schema, "properties");
    json_open_object(&schema->json);
    if (table == &settings)
        put_raw(schema, "include",
                "{\"description\":\"Files or directories that are read first.\",\"anyOf\":[{"
                "\"type\":\"string\"},{\"type\":\"array\",\"items\":{\"type\":\"string\"}}]}");
    for (size_t i = 0; i < table->count; i++) {
        const struct setting *row = &table->rows[i];
        if (row->type == SETTING_LATER || !row->key[0])
            continue;
        key(schema, row->key);
        json_open_object(&schema->json);
        put(schema, "description", row->help);
        put_type(schema, row);
        json_close_object(&schema->json);
        required |= (row->flags & SETTING_REQUIRED) != 0;
    }
    json_close_object(&schema->json);
    /* An included file completes the top, so nothing is required there. */
    if (!required || table == &settings)
        return;
    key(schema, "required");
    json_open_array(&schema->json);
    for (size_t i = 0; i < table->count; i++) {
        if (table->rows[i].flags & SETTING_REQUIRED)
            json_put_text(&schema->json, table->rows[i].key);
    }
    json_close_array(&schema->json);
}

/* Line breaks and two blanks a level, so that changes of the file can be read. */
static void indent(struct str compact, struct buf *out)
{
    int depth = 0;
    bool text = false;

    for (size_t i = 0; i < compact.size; i++) {
        char c = compact.data[i];
        if (c == '"' && (i == 0 || compact.data[i - 1] != '\\' || compact.data[i - 2] == '\\'))
            text = !text;
        if (!text && (c == '}' || c == ']'))
            buf_printf(out, "\n%*s", 2 * --depth, "");
        buf_add_char(out, c);
        if (!text && c == ':')
            buf_add_char(out, ' ');
        if (!text && (c == '{' || c == '['))
            depth++;
        if (!text && (c == '{' || c == '[' || c == ','))
            buf_printf(out, "\n%*s", 2 * depth, "");
    }
    buf_add_char(out, '\n');
}

void config_reference_schema(struct buf *out)
{
    struct buf compact = { 0 };
    struct schema schema = { .json = json_writer_to(&compact) };

    json_open_object(&schema.json);
    put(&schema, "$schema", "https://json-schema.org/draft/2020-12/schema");
    put(&schema, "title", "Configuration of Ombud");
    put_table(&schema, &settings);
    key(&schema, "$defs");
    json_open_object(&schema.json);
    /* Writing a table may add further ones. */
    for (size_t i = 0; i < schema.count; i++) {
        key(&schema, schema.tables[i]->name);
        json_open_object(&schema.json);
        put_table(&schema, schema.tables[i]);
        json_close_object(&schema.json);
    }
    json_close_object(&schema.json);
    json_close_object(&schema.json);
    indent(buf_str(&compact), out);
    buf_free(&compact);
}
