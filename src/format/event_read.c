#include "format/event_fields.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/buf.h"

enum { PATH_MAX = 160 };

/* Where a field stands, for warnings. */
struct place {
    const char *parent; /* "" or "/customer" */
    struct str name;
};

struct reader {
    struct warnings *warnings;
    struct arena *arena;
    enum event_type type;
    unsigned unknown;
    struct str unclear; /* what narrows the type down and cannot be read */
    bool doubtful;      /* `automated` says something that is neither yes nor no */
};

void warnings_add(struct warnings *warnings, const char *format, ...)
{
    char text[512];
    va_list args;

    warnings->count++;
    if (warnings->count > WARNINGS_MAX) {
        warnings->items[WARNINGS_MAX - 1] = arena_printf(warnings->arena, "and %zu more warnings",
                                                         warnings->count - WARNINGS_MAX + 1);
        return;
    }
    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    struct str cut = utf8_prefix(str_from(text), sizeof(text) - 4);
    warnings->items[warnings->count - 1] = arena_copy(warnings->arena, cut);
}

static void left_out(struct reader *reader, struct place place, const char *expected)
{
    char pointer[PATH_MAX];
    size_t size = 0;

    for (size_t i = 0; i < place.name.size && size < sizeof(pointer) - 2; i++) {
        char c = place.name.data[i];
        if (c == '~' || c == '/') {
            pointer[size++] = '~';
            c = c == '~' ? '0' : '1';
        }
        pointer[size++] = c;
    }
    struct str name = utf8_prefix((struct str){ pointer, size }, size < 64 ? size : 64);
    warnings_add(reader->warnings, "%s/%.*s: expected %s; left out", place.parent, STR_ARG(name),
                 expected);
}

static bool read_identifier(struct reader *reader, const cJSON *item, struct str *out)
{
    struct str text = cJSON_IsBool(item) ? STR_NONE : json_scalar(item, reader->arena);

    if (text.size == 0 || text.size > IDENTIFIER_MAX)
        return false;
    *out = text;
    return true;
}

static int find_name(const char *const *names, struct str text)
{
    for (int i = 0; i < EVENT_FIELD_NAMES_MAX && names[i]; i++) {
        if (str_is(text, names[i]))
            return i;
    }
    return -1;
}

static void expected_name(struct reader *reader, struct place place, const char *const *names)
{
    char text[200] = "";
    size_t size = 0;

    for (int i = 0; i < EVENT_FIELD_NAMES_MAX && names[i]; i++) {
        const char *between = i == 0                                          ? ""
                              : i + 1 < EVENT_FIELD_NAMES_MAX && names[i + 1] ? ", "
                                                                              : " or ";
        size += (size_t)snprintf(text + size, sizeof(text) - size, "%s%s", between, names[i]);
    }
    left_out(reader, place, text);
}

static void read_tags(struct reader *reader, const cJSON *item, struct event *event)
{
    size_t count = 0;

    if (!cJSON_IsArray(item)) {
        left_out(reader, (struct place){ "", STR("tags") }, "an array of strings");
        return;
    }
    for (const cJSON *tag = item->child; tag; tag = tag->next)
        count++;
    struct str *tags = arena_alloc(reader->arena, count * sizeof(*tags));
    size_t index = 0, kept = 0;
    for (const cJSON *tag = item->child; tag; tag = tag->next, index++) {
        if (cJSON_IsString(tag)) {
            tags[kept++] = str_trim(json_string(tag));
            continue;
        }
        struct str place = arena_printf(reader->arena, "%zu", index);
        left_out(reader, (struct place){ "/tags", place }, "a string");
    }
    event->tags = tags;
    event->tag_count = kept;
}

static void read_attributes(struct reader *reader, const cJSON *item, struct event *event)
{
    size_t count = 0;

    if (!cJSON_IsObject(item)) {
        left_out(reader, (struct place){ "", STR("attributes") }, "an object");
        return;
    }
    for (const cJSON *member = item->child; member; member = member->next)
        count++;
    struct attribute *attributes = arena_alloc(reader->arena, count * sizeof(*attributes));
    size_t kept = 0;
    for (const cJSON *member = item->child; member; member = member->next) {
        struct str text = json_scalar(member, reader->arena);
        if (json_is_null(member))
            continue;
        if (!str_present(text)) {
            left_out(reader, (struct place){ "/attributes", json_name(member) },
                     "a string, a number or a boolean");
            continue;
        }
        attributes[kept++] = (struct attribute){
            .name = json_name(member),
            .kind = cJSON_IsNumber(member) ? ATTRIBUTE_NUMBER
                    : cJSON_IsBool(member) ? ATTRIBUTE_BOOLEAN
                                           : ATTRIBUTE_STRING,
            .text = text,
            .number = cJSON_IsNumber(member) ? member->valuedouble : 0,
        };
    }
    event->attributes = attributes;
    event->attribute_count = kept;
}

static void read_time(struct reader *reader, const cJSON *item, struct place place, time_ms *out)
{
    char text[TIME_TEXT_SIZE];
    time_ms time = 0;
    struct error err;

    if (!cJSON_IsString(item))
        left_out(reader, place, "a time like 2026-11-21T09:00:00Z");
    else if (!time_parse(json_string(item), &time, &err))
        warnings_add(reader->warnings, "/%.*s: %s; left out", STR_ARG(place.name), err.text);
    else if (!time_is_plausible(time))
        warnings_add(reader->warnings, "/%.*s: %s cannot be; left out", STR_ARG(place.name),
                     time_format(time, text).data);
    else
        *out = time;
}

static void read_integer(struct reader *reader, const cJSON *item, const struct event_field *field,
                         struct place place, int *out)
{
    int64_t value = 0;
    char expected[64];

    if (json_integer(item, &value) && value >= field->low && value <= field->high) {
        *out = (int)value;
        return;
    }
    snprintf(expected, sizeof(expected), "a whole number from %d to %d", field->low, field->high);
    left_out(reader, place, expected);
}

static void read_name(struct reader *reader, const cJSON *item, const struct event_field *field,
                      struct place place, void *out)
{
    int chosen = find_name(field->names, json_string(item));

    if (chosen < 0)
        expected_name(reader, place, field->names);
    else if (field->shape == SHAPE_NAME)
        *(struct str *)out = json_string(item);
    else if (field->shape == SHAPE_SECOND)
        *(bool *)out = chosen == 1;
    else
        *(enum sender *)out = (enum sender)chosen;
}

static struct str cut_word(struct reader *reader, struct str text, struct place place)
{
    text = str_trim(text); /* forms and exports pad names */
    if (text.size <= EVENT_WORD_MAX)
        return text;
    warnings_add(reader->warnings, "%s/%.*s: longer than %d bytes; cut", place.parent,
                 STR_ARG(place.name), EVENT_WORD_MAX);
    return utf8_prefix(text, EVENT_WORD_MAX);
}

static void read_scalar(struct reader *reader, const cJSON *item, const struct event_field *field,
                        struct place place, char *base)
{
    void *out = base + field->offset;

    switch (field->shape) {
    case SHAPE_TEXT:
    case SHAPE_WORD:
        if (!cJSON_IsString(item))
            left_out(reader, place, "a string");
        else if (field->shape == SHAPE_WORD)
            *(struct str *)out = cut_word(reader, json_string(item), place);
        else
            *(struct str *)out = json_string(item);
        break;
    case SHAPE_IDENTIFIER:
        if (!read_identifier(reader, item, out))
            left_out(reader, place, "a string of 1 to 128 bytes");
        break;
    case SHAPE_NAME:
    case SHAPE_CHOICE:
    case SHAPE_SECOND:
        read_name(reader, item, field, place, out);
        break;
    case SHAPE_TIME:
        read_time(reader, item, place, out);
        break;
    case SHAPE_INTEGER:
        read_integer(reader, item, field, place, out);
        break;
    case SHAPE_FLAG:
    case SHAPE_BOOL:
        if (!cJSON_IsBool(item)) {
            left_out(reader, place, "true or false");
            reader->doubtful |= field->offset == offsetof(struct event, automated) &&
                                str_is(place.name, "automated");
        } else if (field->shape == SHAPE_BOOL)
            *(bool *)out = cJSON_IsTrue(item);
        else
            *(int *)out = cJSON_IsTrue(item);
        break;
    default:
        break; /* containers have functions of their own */
    }
}

/* A word that was cut is still one. */
static void read_field(struct reader *reader, const cJSON *item, const struct event_field *field,
                       struct place place, char *base)
{
    size_t warnings = reader->warnings->count;
    read_scalar(reader, item, field, place, base);
    bool cut = field->shape == SHAPE_WORD && cJSON_IsString(item);
    if (reader->warnings->count > warnings && !cut &&
        field->narrows & UINT32_C(1) << (unsigned)reader->type)
        reader->unclear = field->name;
}

static const struct event_field *find_field(const struct event_field *fields, size_t count,
                                            struct str name)
{
    for (size_t i = 0; i < count; i++) {
        if (str_equal(fields[i].name, name))
            return &fields[i];
    }
    return NULL;
}

bool event_field_shape(struct str parent, struct str member, enum shape *shape)
{
    const struct event_field *field = NULL;

    if (str_is(parent, "attributes") && !str_empty(member)) {
        *shape = SHAPE_ATTRIBUTES;
        return true;
    }
    if (str_empty(parent) && (str_is(member, "type") || str_is(member, "ticket"))) {
        *shape = str_is(member, "type") ? SHAPE_TEXT : SHAPE_IDENTIFIER;
        return true;
    }
    if (str_empty(parent))
        field = find_field(event_fields, event_field_count, member);
    else if (str_is(parent, "customer"))
        field = find_field(customer_fields, customer_field_count, member);
    if (field)
        *shape = field->shape;
    return field != NULL;
}

bool event_field_fits(struct str parent, struct str member, const cJSON *item,
                      struct warnings *warnings)
{
    struct reader reader = { .warnings = warnings, .arena = warnings->arena };
    struct event event;
    struct customer customer;
    bool of_customer = str_is(parent, "customer");
    const struct event_field *field =
        of_customer         ? find_field(customer_fields, customer_field_count, member)
        : str_empty(parent) ? find_field(event_fields, event_field_count, member)
                            : NULL;
    size_t count = warnings->count;

    if (!field || field->shape == SHAPE_TAGS || field->shape == SHAPE_ATTRIBUTES ||
        field->shape == SHAPE_CUSTOMER || field->shape == SHAPE_WORD || str_is(member, "automated"))
        return true; /* of a part the rest counts, a word is cut, and doubt is to be told */
    read_scalar(&reader, item, field, (struct place){ of_customer ? "/customer" : "", member },
                of_customer ? (char *)&customer : (char *)&event);
    return warnings->count == count;
}

size_t event_field_names(struct str *names, size_t max, struct arena *arena)
{
    size_t count = 0;

    for (size_t i = 0; i < event_field_count && count < max; i++)
        names[count++] = event_fields[i].name;
    for (size_t i = 0; i < customer_field_count && count < max; i++)
        names[count++] = arena_printf(arena, "customer.%.*s", STR_ARG(customer_fields[i].name));
    if (count + 2 <= max) {
        names[count++] = STR("type");
        names[count++] = STR("ticket");
    }
    return count;
}

static void read_customer(struct reader *reader, const cJSON *item, struct customer *customer)
{
    if (!cJSON_IsObject(item)) {
        left_out(reader, (struct place){ "", STR("customer") }, "an object");
        return;
    }
    customer->given = true;
    for (const cJSON *member = item->child; member; member = member->next) {
        struct str name = json_name(member);
        const struct event_field *field = find_field(customer_fields, customer_field_count, name);
        if (!field)
            reader->unknown++;
        else if (!json_is_null(member))
            read_field(reader, member, field, (struct place){ "/customer", name },
                       (char *)customer);
    }
    if (!str_present(customer->account))
        customer->account = customer->contact;
}

static void read_member(struct reader *reader, const cJSON *member, struct event *event)
{
    struct str name = json_name(member);
    const struct event_field *field = find_field(event_fields, event_field_count, name);

    if (!field) {
        reader->unknown += !str_is(name, "type") && !str_is(name, "ticket");
        return;
    }
    if (json_is_null(member))
        return;
    switch (field->shape) {
    case SHAPE_TAGS:
        read_tags(reader, member, event);
        break;
    case SHAPE_ATTRIBUTES:
        read_attributes(reader, member, event);
        break;
    case SHAPE_CUSTOMER:
        read_customer(reader, member, &event->customer);
        break;
    default:
        read_field(reader, member, field, (struct place){ "", name }, (char *)event);
        break;
    }
}

static bool refuse(struct refusal *refusal, struct str at, struct str reason)
{
    *refusal = (struct refusal){ .reason = reason, .at = at };
    return false;
}

/* A producer that means something else altogether gets to read what there is. */
static struct str unknown_type(struct arena *arena, struct str name)
{
    struct buf known = { 0 };
    for (int i = 0; i < EVENT_LINKED; i++)
        buf_printf(&known, "%s%s", i == 0 ? "" : ", ", event_type_name((enum event_type)i));
    struct str reason = arena_printf(arena, "unknown type '%.*s'; the types are %s", STR_ARG(name),
                                     buf_text(&known));
    buf_free(&known);
    return reason;
}

static bool read_type(struct arena *arena, const cJSON *root, enum event_type *type,
                      struct refusal *refusal)
{
    const cJSON *item = json_get(root, STR("type"));
    struct str names[EVENT_TYPE_COUNT];

    if (json_is_null(item))
        return refuse(refusal, STR("/type"), STR("the event has no type"));
    if (!cJSON_IsString(item))
        return refuse(refusal, STR("/type"), STR("the type is not a string"));
    struct str name = json_string(item);
    if (event_type_parse(name, type))
        return true;
    for (int i = 0; i < EVENT_TYPE_COUNT; i++)
        names[i] = str_from(event_type_name((enum event_type)i));
    struct str nearest = str_nearest(name, names, EVENT_TYPE_COUNT);
    struct str cut = utf8_prefix(name, 64);
    if (!str_present(nearest))
        return refuse(refusal, STR("/type"), unknown_type(arena, cut));
    return refuse(refusal, STR("/type"),
                  arena_printf(arena, "unknown type '%.*s' (did you mean '%.*s'?)", STR_ARG(cut),
                               STR_ARG(nearest)));
}

static bool read_ticket(struct reader *reader, const cJSON *root, struct event *event,
                        struct refusal *refusal)
{
    const cJSON *ticket = json_get(root, STR("ticket"));
    bool of_account = event->type == EVENT_ERASED || event->type == EVENT_ACCOUNT_ERASED;

    if (!json_is_null(ticket))
        return read_identifier(reader, ticket, &event->ticket) ||
               refuse(refusal, STR("/ticket"), STR("the ticket is not a string of 1 to 128 bytes"));
    return of_account || refuse(refusal, STR("/ticket"), STR("the event has no ticket"));
}

/* Of whom an `erased` speaks must never be a guess. */
static bool check_erased(struct reader *reader, const struct event *event, struct refusal *refusal)
{
    bool of_account = event->type == EVENT_ERASED || event->type == EVENT_ACCOUNT_ERASED;
    bool named = str_present(event->customer.account);

    if (of_account && !str_present(event->ticket) && str_present(reader->unclear))
        return refuse(refusal, STR("/customer"),
                      arena_printf(reader->arena, "whom is it to erase? Its %.*s cannot be read",
                                   STR_ARG(reader->unclear)));
    if (of_account && !str_present(event->ticket) && !named)
        return refuse(refusal, STR("/ticket"),
                      STR("whom is it to erase? It has neither a ticket nor a customer's account"));
    if (event->type == EVENT_ERASED && str_present(event->ticket) && named)
        warnings_add(reader->warnings,
                     "/customer: the ticket alone is erased; an account is erased "
                     "by an event without a ticket");
    return true;
}

bool event_read(const cJSON *root, struct warnings *warnings, struct event *event,
                struct refusal *refusal)
{
    struct reader reader = { .warnings = warnings, .arena = warnings->arena };
    struct event fresh = { .time = TIME_NEVER,
                           .due = TIME_NEVER,
                           .solved = -1,
                           .customer = { .value = -1, .vulnerable = -1 } };

    if (!cJSON_IsObject(root))
        return refuse(refusal, STR(""), STR("an event is a JSON object"));
    if (!read_type(warnings->arena, root, &fresh.type, refusal))
        return false;
    reader.type = fresh.type;
    if (!read_ticket(&reader, root, &fresh, refusal))
        return false;
    for (const cJSON *member = root->child; member; member = member->next)
        read_member(&reader, member, &fresh);
    if (!check_erased(&reader, &fresh, refusal))
        return false;
    fresh.unknown_fields = reader.unknown;
    if (fresh.type != EVENT_ERASED) /* of a ticket: what it says of the customer does not count */
        fresh.unclear = reader.unclear;
    fresh.automated |= reader.doubtful && fresh.from == SENDER_AGENT; /* no answer by a person */
    *event = fresh;
    return true;
}
