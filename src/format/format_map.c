#include "format/format.h"

#include <string.h>
#include "format/plain_text.h"
#include "cloudevents.h"
#include "json_build.h"
#include "format_look.h"
#include "unread.h"

/* NULL when one of its pointers finds nothing. */
static const cJSON *fill_template(const struct mapping *mapping, const struct rule *rule)
{
    struct str text = STR("");

    for (size_t i = 0; i < rule->piece_count; i++) {
        const struct piece *piece = &rule->pieces[i];
        const cJSON *item = piece->has_path ? format_look_up(mapping, &piece->path) : NULL;
        struct str filled = item ? json_scalar(item, mapping->arena) : STR_NONE;
        if (piece->has_path && !str_present(filled))
            return NULL;
        text = arena_printf(mapping->arena, "%.*s%.*s%.*s", STR_ARG(text), STR_ARG(piece->literal),
                            STR_ARG(filled));
    }
    return json_new_string(text, mapping->arena);
}

static size_t find_first(struct str text, struct str part)
{
    const char *found = memmem(text.data, text.size, part.data, part.size);
    return found ? (size_t)(found - text.data) : SIZE_MAX;
}

static size_t find_last(struct str text, struct str part)
{
    for (size_t i = text.size + 1; i-- > 0;) {
        struct str tail = { text.data + i, text.size - i };
        if (str_starts(tail, part))
            return i;
    }
    return SIZE_MAX;
}

/* A text without its separator stays whole. */
static struct str cut(struct str text, const struct rule *rule)
{
    size_t at = SIZE_MAX;

    if (str_present(rule->before) && (at = find_first(text, rule->before)) != SIZE_MAX)
        text.size = at;
    if (str_present(rule->after) && (at = find_first(text, rule->after)) != SIZE_MAX) {
        at += rule->after.size;
        text = (struct str){ text.data + at, text.size - at };
    }
    if (str_present(rule->after_last) && (at = find_last(text, rule->after_last)) != SIZE_MAX) {
        at += rule->after_last.size;
        text = (struct str){ text.data + at, text.size - at };
    }
    return text;
}

static const struct pair *find_pair(const struct rule *rule, struct str text)
{
    for (size_t i = 0; i < rule->map_count; i++) {
        if (str_equal_nocase(rule->map[i].from, text))
            return &rule->map[i];
    }
    return NULL;
}

/* Text, separators and value map; NULL when nothing is left. */
static const cJSON *refine(const struct mapping *mapping, const struct target *target,
                           const struct rule *rule, const cJSON *item)
{
    struct arena *arena = mapping->arena;
    struct str text = json_scalar(item, arena);

    if (rule->text == TEXT_RICH && !str_present(text))
        text = rich_to_text(item, arena);
    else if (rule->text == TEXT_HTML && str_present(text))
        text = html_to_text(text, arena);
    if (!str_present(text))
        return item; /* a container: whether it fits is the target's business */
    struct str whole = text;
    text = cut(text, rule);
    if (rule->map_count > 0) {
        const struct pair *pair = find_pair(rule, text);
        if (!pair && !str_present(rule->fallback)) {
            struct str shown = utf8_prefix(text, 64);
            warnings_add(mapping->warnings,
                         "/%.*s: the format does not know the value '%.*s'; left out",
                         STR_ARG(target->name), STR_ARG(shown));
            return NULL;
        }
        text = pair ? pair->to : rule->fallback;
    }
    if (str_empty(text))
        return NULL;
    bool same = text.data == whole.data && text.size == whole.size && rule->text == TEXT_PLAIN;
    return same ? item : json_new_string(text, arena);
}

/* Local time to a moment: "2026-11-21 17:00:00", seconds and fraction as in RFC 3339. */
static bool parse_local(const struct mapping *mapping, struct str text, time_ms *out)
{
    struct error err;

    if (time_parse(text, out, &err))
        return true; /* it has an offset after all */
    struct str as_utc =
        arena_printf(mapping->arena, "%.*s%sZ", STR_ARG(text), text.size == 16 ? ":00" : "");
    if (!time_parse(as_utc, out, &err))
        return false;
    *out = zone_moment(mapping->format->zone, *out);
    return *out >= 0;
}

static bool parse_epoch(struct str text, time_ms unit, time_ms *out)
{
    struct str whole = text;
    const char *point = memchr(text.data, '.', text.size);
    int64_t value = 0;

    if (point)
        whole.size = (size_t)(point - text.data);
    /* Up to the year 9999, so that a mistaken unit is seen. */
    if (!str_to_int(whole, &value) || value < 0 || value > INT64_C(253402300799999) / unit)
        return false;
    *out = value * unit;
    return true;
}

static cJSON *make_time(const struct mapping *mapping, const struct target *target,
                        const struct rule *rule, const cJSON *item)
{
    char formatted[TIME_TEXT_SIZE];
    struct str text = json_scalar(item, mapping->arena);
    time_ms time = 0;
    bool valid = false;

    if (rule->time == TIMES_RFC3339)
        return json_alias(item, mapping->arena); /* whether it is one is seen as of every field */
    if (str_present(text) && rule->time == TIMES_LOCAL)
        valid = parse_local(mapping, text, &time);
    else if (str_present(text))
        valid = parse_epoch(text, rule->time == TIMES_EPOCH_S ? TIME_SECOND : 1, &time);
    if (!valid) {
        struct str shown = utf8_prefix(text, 64);
        warnings_add(mapping->warnings,
                     "/%.*s: '%.*s' is not the time that the format expects; left out",
                     STR_ARG(target->name), STR_ARG(shown));
        return NULL;
    }
    return json_new_string(time_format(time, formatted), mapping->arena);
}

static cJSON *make_tags(const struct mapping *mapping, const struct rule *rule, const cJSON *item)
{
    struct str text = json_scalar(item, mapping->arena);

    if (!str_present(text))
        return json_alias(item, mapping->arena);
    cJSON *tags = json_new_array(mapping->arena);
    while (text.size > 0) {
        size_t at = str_present(rule->split) ? find_first(text, rule->split) : SIZE_MAX;
        struct str tag = { text.data, at == SIZE_MAX ? text.size : at };
        if (tag.size > 0)
            json_add(tags, STR_NONE, json_new_string(tag, mapping->arena), mapping->arena);
        size_t step = at == SIZE_MAX ? text.size : at + rule->split.size;
        text = (struct str){ text.data + step, text.size - step };
    }
    return tags;
}

/* Sources write numbers as texts and texts as numbers: what can be meant is made of it. */
static cJSON *fit(const struct mapping *mapping, const struct target *target,
                  const struct rule *rule, const cJSON *item)
{
    struct arena *arena = mapping->arena;
    struct str text = json_scalar(item, arena);
    int64_t number = 0;

    switch (target->shape) {
    case SHAPE_TIME:
        return make_time(mapping, target, rule, item);
    case SHAPE_TAGS:
        return make_tags(mapping, rule, item);
    case SHAPE_INTEGER:
        if (cJSON_IsString(item) && str_to_int(text, &number))
            return json_new_integer(number, arena);
        break;
    case SHAPE_FLAG:
    case SHAPE_BOOL:
        if (str_equal_nocase(text, STR("true")) || str_is(text, "1"))
            return json_new_bool(true, arena);
        if (str_equal_nocase(text, STR("false")) || str_is(text, "0"))
            return json_new_bool(false, arena);
        break;
    case SHAPE_ATTRIBUTES:
        break;
    default:
        if (str_present(text) && !cJSON_IsString(item))
            return json_new_string(text, arena);
        break;
    }
    /* An object where a text is wanted says nothing. */
    return str_present(text) ? json_alias(item, arena) : NULL;
}

/* What the field makes of `item`; NULL with a warning where it can make nothing of it. */
static cJSON *convert(const struct mapping *mapping, const struct target *target,
                      const struct rule *rule, const cJSON *item)
{
    item = refine(mapping, target, rule, item);
    cJSON *value = item ? fit(mapping, target, rule, item) : NULL;
    bool fits = value && event_field_fits(target->parent, target->member, value, mapping->warnings);
    return fits ? value : NULL;
}

/* The first that can be used; `*from` tells which. */
static cJSON *apply_rule(struct mapping *mapping, const struct target *target,
                         const struct rule *rule, struct str *from)
{
    cJSON *value = NULL;
    const cJSON *item = NULL;

    for (size_t i = 0; i < rule->path_count && !value; i++) {
        const cJSON *found = format_look_up(mapping, &rule->paths[i]);
        item = found ? found : item;
        value = found ? convert(mapping, target, rule, found) : NULL;
        *from = rule->paths[i].text;
    }
    if (value)
        mapping->known[mapping->known_count++] = item;
    if (rule->piece_count > 0) {
        item = fill_template(mapping, rule);
        *from = STR("template");
        value = item ? convert(mapping, target, rule, item) : NULL;
    } else if (str_present(rule->value)) {
        item = json_new_string(rule->value, mapping->arena);
        *from = STR("value");
        value = convert(mapping, target, rule, item);
    }
    if (!item && str_present(rule->fallback)) {
        *from = STR("default");
        value = fit(mapping, target, rule, json_new_string(rule->fallback, mapping->arena));
    }
    return value;
}

static cJSON *apply_target(struct mapping *mapping, const struct target *target,
                           struct mapped_field *field)
{
    size_t warned = mapping->warnings->count;
    cJSON *value = NULL;

    *field = (struct mapped_field){ .name = target->name };
    for (size_t i = 0; i < target->rule_count && !value; i++) {
        if (!format_condition_holds(mapping, &target->rules[i].when))
            continue;
        field->asked = true;
        value = apply_rule(mapping, target, &target->rules[i], &field->from);
    }
    field->value = value;
    if (!value)
        field->from = STR_NONE;
    else if (warned < WARNINGS_MAX)
        mapping->warnings->count = warned; /* what was tried before and did not fit is no loss */
    return value;
}

/* The object that `parent` names in the event, made when it is needed. */
static cJSON *parent_object(cJSON *event, struct str parent, struct arena *arena)
{
    if (str_empty(parent))
        return event;
    cJSON *object = (cJSON *)json_get(event, parent);
    if (!object) {
        object = json_new_object(arena);
        json_add(event, parent, object, arena);
    }
    return object;
}

/* False: the format has cases, and none fits. */
static bool add_type(const struct mapping *mapping, cJSON *event)
{
    const struct format *format = mapping->format;

    for (size_t i = 0; i < format->type_count; i++) {
        if (!format_condition_holds(mapping, &format->types[i].when))
            continue;
        struct str name = str_from(event_type_name(format->types[i].is));
        json_add(event, STR("type"), json_new_string(name, mapping->arena), mapping->arena);
        return true;
    }
    return format->type_count == 0 || format->copy_count > 0;
}

/* Members of objects that are canonical already; what a field of the mapping gave wins. */
static void add_copies(const struct mapping *mapping, cJSON *event)
{
    for (size_t i = 0; i < mapping->format->copy_count; i++) {
        const cJSON *object = format_look_up(mapping, &mapping->format->copies[i]);
        for (const cJSON *item = object ? object->child : NULL; item; item = item->next) {
            if (item->string && !json_get(event, json_name(item)))
                json_add(event, json_name(item), json_alias(item, mapping->arena), mapping->arena);
        }
    }
}

static bool refuse(struct refusal *refusal, struct str at, struct str reason)
{
    *refusal = (struct refusal){ .reason = reason, .at = at };
    return false;
}

static bool any_holds(const struct mapping *mapping, const struct condition *conditions,
                      size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (format_condition_holds(mapping, &conditions[i]))
            return true;
    }
    return false;
}

static bool find_root(struct mapping *mapping, struct refusal *refusal)
{
    const struct format *format = mapping->format;

    if (format->cloudevents) {
        mapping->root =
            cloudevents_open(mapping->record, mapping->root, mapping->warnings, refusal);
        if (!mapping->root)
            return false;
    }
    if (!mapping->root)
        return refuse(refusal, STR(""), STR("the record has no value"));
    mapping->top = mapping->root;
    for (size_t i = 0; i < format->root_count; i++) {
        const cJSON *root = format_look_up(mapping, &format->roots[i]);
        if (root) {
            mapping->root = root;
            return true;
        }
    }
    if (format->root_count > 0)
        return refuse(refusal, format->roots[0].text,
                      STR("nothing of what the format is about is there"));
    return true;
}

bool format_map(const struct format *format, const struct record *record, const cJSON *value,
                unsigned unread, struct warnings *warnings, struct mapped *out,
                struct refusal *refusal)
{
    struct arena *arena = warnings->arena;
    struct mapping mapping = {
        .format = format, .record = record, .root = value, .arena = arena, .warnings = warnings
    };
    struct mapped mapped = { .field_count = format->target_count };
    struct mapped_field *fields = arena_alloc(arena, (format->target_count + 1) * sizeof(*fields));

    bool found = find_root(&mapping, refusal);
    if (any_holds(&mapping, format->skips, format->skip_count)) {
        *refusal = (struct refusal){ .reason = STR("the format skips it"),
                                     .at = STR(""),
                                     .skipped = true };
        return false;
    }
    if (!found)
        return false;
    cJSON *event = json_new_object(arena);
    size_t room = format->target_count + 1 + format->path_count;
    mapping.known = arena_alloc_raw(arena, room * sizeof(*mapping.known));
    if (!add_type(&mapping, event))
        return refuse(refusal, STR("/type"),
                      STR("the format has no type of event for this record"));
    for (size_t i = 0; i < format->target_count; i++) {
        const struct target *target = &format->targets[i];
        cJSON *item = apply_target(&mapping, target, &fields[i]);
        mapped.missing += fields[i].asked && !item;
        if (item)
            json_add(parent_object(event, target->parent, arena), target->member, item, arena);
    }
    add_copies(&mapping, event);
    if (format->source) {
        struct mapped_field unused;
        mapped.source = json_string(apply_target(&mapping, format->source, &unused));
    }
    mapped.initial = any_holds(&mapping, format->initials, format->initial_count);
    struct unread_list list = format_unread(&mapping, unread);
    unread_warn(&list, warnings);
    mapped.unread = list.texts;
    mapped.unread_count = list.count;
    mapped.root = event;
    mapped.fields = fields;
    *out = mapped;
    return true;
}
