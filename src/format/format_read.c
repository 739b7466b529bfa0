#include "format/format.h"

#include <string.h>
#include "format_reader.h"

/* Nothing is left for the rules behind it. */
static bool always_gives(const struct rule *rule)
{
    return rule->when.test_count == 0 && (str_present(rule->value) || str_present(rule->fallback));
}

/* A rule, or a list of which the first that gives something counts. */
static bool read_rules(struct format_reader *reader, const struct yaml *node, struct target *target)
{
    target->rule_count = node->kind == YAML_LIST ? node->count : 1;
    target->rules = arena_alloc(reader->arena, target->rule_count * sizeof(*target->rules));
    if (node->kind != YAML_LIST)
        return format_read_rule(reader, node, target->rules);
    if (node->count == 0)
        return yaml_error(node, reader->err, "expected at least one JSON pointer");
    for (size_t i = 0; i < node->count; i++) {
        if (i > 0 && always_gives(&target->rules[i - 1]))
            return yaml_error(node->items[i], reader->err,
                              "this rule is never asked: the one before it always gives something");
        if (!format_read_rule(reader, node->items[i], &target->rules[i]))
            return false;
    }
    return true;
}

static bool read_target(struct format_reader *reader, const struct yaml *key,
                        const struct yaml *node, struct target *target)
{
    struct str names[64];
    struct str name = arena_copy(reader->arena, key->text);

    target->name = target->member = name;
    target->parent = STR("");
    for (size_t i = 0; i < name.size; i++) {
        if (name.data[i] != '.')
            continue;
        target->parent = (struct str){ name.data, i };
        target->member = (struct str){ name.data + i + 1, name.size - i - 1 };
        break;
    }
    if (!event_field_shape(target->parent, target->member, &target->shape)) {
        size_t count = event_field_names(names, sizeof(names) / sizeof(*names), reader->arena);
        struct str nearest = str_nearest(name, names, count);
        if (str_present(nearest))
            return yaml_error(key, reader->err,
                              "an event has no field '%.*s' (did you mean '%.*s'?)", STR_ARG(name),
                              STR_ARG(nearest));
        return yaml_error(key, reader->err,
                          "an event has no field '%.*s'; use attributes.%.*s for one of your own",
                          STR_ARG(name), STR_ARG(name));
    }
    return read_rules(reader, node, target);
}

static bool read_fields(struct format_reader *reader, const struct yaml *node, void *out)
{
    struct format *format = out;

    if (node->kind != YAML_MAP)
        return yaml_error(node, reader->err, "expected a map from fields to JSON pointers");
    /* One more: `type` may become a target as well. */
    struct target *targets =
        arena_alloc(reader->arena, (format->target_count + node->count + 1) * sizeof(*targets));
    if (format->target_count)
        memcpy(targets, format->targets, format->target_count * sizeof(*targets));
    format->targets = targets;
    for (size_t i = 0; i < node->count; i++) {
        if (!read_target(reader, node->keys[i], node->items[i],
                         &format->targets[format->target_count]))
            return false;
        format->target_count++;
    }
    return true;
}

static bool read_when(struct format_reader *reader, const struct yaml *node, void *out)
{
    return format_read_condition(reader, node, &((struct type_case *)out)->when);
}

static bool read_is(struct format_reader *reader, const struct yaml *node, void *out)
{
    if (node->kind != YAML_TEXT || !event_type_parse(node->text, &((struct type_case *)out)->is))
        return yaml_error(node, reader->err, "expected an event type like opened or message");
    return true;
}

static bool read_type(struct format_reader *reader, const struct yaml *node, void *out)
{
    static const struct keyword words[] = { { "when", read_when }, { "is", read_is } };
    static const struct yaml name = { .kind = YAML_TEXT, .text = { "type", 4 } };
    struct format *format = out;
    bool cases = node->kind == YAML_LIST && node->count > 0 && yaml_get(node->items[0], "is");

    if (!cases) {
        struct yaml key = name, *keys[] = { &key }, *items[] = { (struct yaml *)node };
        struct yaml map = { .kind = YAML_MAP, .count = 1, .keys = keys, .items = items };
        return read_fields(reader, &map, format);
    }
    format->types = arena_alloc(reader->arena, node->count * sizeof(*format->types));
    format->type_count = node->count;
    for (size_t i = 0; i < node->count; i++) {
        if (i > 0 && format->types[i - 1].when.test_count == 0)
            return yaml_error(node->items[i], reader->err,
                              "this case is never reached: the one before it always holds");
        if (!format_read_keys(reader, node->items[i], words, 2, &format->types[i]))
            return false;
        if (!yaml_get(node->items[i], "is"))
            return yaml_error(node->items[i], reader->err, "a case of 'type' needs 'is'");
    }
    return true;
}

static bool read_envelope(struct format_reader *reader, const struct yaml *node, void *out)
{
    static const char *const names[] = { "none", "cloudevents", NULL };
    int chosen = 0;

    if (!format_read_choice(reader, node, names, &chosen))
        return false;
    ((struct format *)out)->cloudevents = chosen == 1;
    return true;
}

static bool read_root(struct format_reader *reader, const struct yaml *node, void *out)
{
    struct format *format = out;

    return format_read_paths(reader, node, &format->roots, &format->root_count);
}

static bool read_copy(struct format_reader *reader, const struct yaml *node, void *out)
{
    struct format *format = out;

    return format_read_paths(reader, node, &format->copies, &format->copy_count);
}

static bool read_source(struct format_reader *reader, const struct yaml *node, void *out)
{
    struct format *format = out;

    format->source = arena_alloc(reader->arena, sizeof(*format->source));
    *format->source = (struct target){
        .name = STR("source"), .member = STR("source"), .parent = STR(""), .shape = SHAPE_TEXT
    };
    return read_rules(reader, node, format->source);
}

static bool read_ignored(struct format_reader *reader, const struct yaml *node, void *out)
{
    static const struct target places = { .name = STR("ignored"), .shape = SHAPE_TAGS };
    struct format *format = out;

    format->ignored = arena_alloc(reader->arena, sizeof(*format->ignored));
    *format->ignored = places;
    if (node->kind == YAML_LIST && node->count == 0)
        return true;
    for (size_t i = 0; i < (node->kind == YAML_LIST ? node->count : 1); i++) {
        const struct yaml *item = node->kind == YAML_LIST ? node->items[i] : node;
        bool place = yaml_get(item, "from") && item->count == 1U + (yaml_get(item, "when") != NULL);
        if (item->kind == YAML_MAP && !place)
            return yaml_error(item, reader->err, "expected a JSON pointer, or 'from' and 'when'");
    }
    return read_rules(reader, node, format->ignored);
}

/* A condition, or a list of them. */
static bool read_conditions(struct format_reader *reader, const struct yaml *node,
                            struct condition **conditions, size_t *count)
{
    bool list = node->kind == YAML_LIST;

    *count = list ? node->count : 1;
    *conditions = arena_alloc(reader->arena, *count * sizeof(**conditions));
    for (size_t i = 0; i < *count; i++)
        if (!format_read_condition(reader, list ? node->items[i] : node, &(*conditions)[i]))
            return false;
    return true;
}

static bool read_initial(struct format_reader *reader, const struct yaml *node, void *out)
{
    struct format *format = out;

    return read_conditions(reader, node, &format->initials, &format->initial_count);
}

static bool read_skipped(struct format_reader *reader, const struct yaml *node, void *out)
{
    struct format *format = out;

    return read_conditions(reader, node, &format->skips, &format->skip_count);
}

static bool read_placeholders(struct format_reader *reader, const struct yaml *node, void *out)
{
    struct format *format = out;

    if (node->kind != YAML_LIST)
        return yaml_error(node, reader->err, "expected a list of texts, not %s",
                          yaml_kind_name(node));
    format->placeholders = arena_alloc(reader->arena, node->count * sizeof(*format->placeholders));
    for (size_t i = 0; i < node->count; i++) {
        if (node->items[i]->kind != YAML_TEXT)
            return yaml_error(node->items[i], reader->err, "expected a text, not %s",
                              yaml_kind_name(node->items[i]));
        format->placeholders[format->placeholder_count++] =
            arena_copy(reader->arena, node->items[i]->text);
    }
    return true;
}

static bool read_nothing(struct format_reader *reader, const struct yaml *node, void *out)
{
    (void)out;
    if (node->kind != YAML_TEXT)
        return yaml_error(node, reader->err, "expected a text, not %s", yaml_kind_name(node));
    return true;
}

static bool has_target(const struct format *format, const char *name)
{
    for (size_t i = 0; i < format->target_count; i++) {
        if (str_is(format->targets[i].name, name))
            return true;
    }
    return false;
}

static size_t count_paths(const struct target *target)
{
    size_t count = 0;

    for (size_t i = 0; target && i < target->rule_count; i++)
        count += target->rules[i].path_count + target->rules[i].piece_count;
    return count;
}

static bool read_whole(struct format_reader *reader, const struct yaml *root, struct format *format)
{
    static const struct keyword words[] = {
        { "description", read_nothing }, { "zone", read_nothing },
        { "envelope", read_envelope },   { "root", read_root },
        { "copy", read_copy },           { "type", read_type },
        { "fields", read_fields },       { "source", read_source },
        { "initial", read_initial },     { "placeholders", read_placeholders },
        { "ignored", read_ignored },     { "skipped", read_skipped },
    };

    if (!format_read_keys(reader, root, words, sizeof(words) / sizeof(*words), format))
        return false;
    if (format->copy_count == 0 && format->type_count == 0 && !has_target(format, "type"))
        return yaml_error(root, reader->err, "a format needs 'type'");
    if (format->copy_count == 0 && !has_target(format, "ticket"))
        return yaml_error(root, reader->err, "a format needs the field 'ticket'");
    format->path_count = count_paths(format->source) + count_paths(format->ignored);
    for (size_t i = 0; i < format->target_count; i++)
        format->path_count += count_paths(&format->targets[i]);
    return true;
}

const struct format *format_read(const struct yaml *root, struct str zone, struct arena *arena,
                                 struct error *err)
{
    struct format_reader reader = { arena, err };
    struct format *format = arena_alloc(arena, sizeof(*format));
    const struct yaml *own = yaml_get(root, "zone");
    struct error why;

    if (!read_whole(&reader, root, format))
        return NULL;
    if (str_empty(zone))
        zone = own ? own->text : STR("UTC");
    format->zone = zone_open(zone, &why);
    if (!format->zone) {
        yaml_error(own ? own : root, err, "%s", why.text);
        return NULL;
    }
    return format;
}

void format_free(const struct format *format)
{
    if (format)
        zone_close(format->zone);
}
