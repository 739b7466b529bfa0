#include "format_reader.h"

#include <stdio.h>
#include <string.h>

bool format_read_keys(struct format_reader *reader, const struct yaml *map,
                      const struct keyword *words, size_t count, void *out)
{
    struct str names[24];

    if (map->kind != YAML_MAP)
        return yaml_error(map, reader->err, "expected a map, not %s", yaml_kind_name(map));
    for (size_t i = 0; i < map->count; i++) {
        struct str key = map->keys[i]->text;
        size_t word = 0;
        while (word < count && !str_is(key, words[word].key))
            word++;
        if (word < count) {
            if (!words[word].read(reader, map->items[i], out))
                return false;
            continue;
        }
        for (word = 0; word < count; word++)
            names[word] = str_from(words[word].key);
        struct str nearest = str_nearest(key, names, count);
        if (str_present(nearest))
            return yaml_error(map->keys[i], reader->err,
                              "unknown key '%.*s' (did you mean '%.*s'?)", STR_ARG(key),
                              STR_ARG(nearest));
        return yaml_error(map->keys[i], reader->err, "unknown key '%.*s'", STR_ARG(key));
    }
    return true;
}

static bool read_text(struct format_reader *reader, const struct yaml *node, struct str *out)
{
    if (node->kind != YAML_TEXT)
        return yaml_error(node, reader->err, "expected a text, not %s", yaml_kind_name(node));
    *out = arena_copy(reader->arena, node->text);
    return true;
}

static bool read_separator(struct format_reader *reader, const struct yaml *node, struct str *out)
{
    if (!read_text(reader, node, out))
        return false;
    if (str_empty(*out))
        return yaml_error(node, reader->err, "a separator has at least one character");
    return true;
}

static bool parse_path(struct str text, struct path *out)
{
    *out = (struct path){ PATH_POINTER, text, text };
    if (str_is(text, "key")) {
        out->kind = PATH_KEY;
    } else if (str_starts(text, STR("header:")) && text.size > 7) {
        out->kind = PATH_HEADER;
        out->rest = (struct str){ text.data + 7, text.size - 7 };
    } else if (!str_empty(text) && text.data[0] != '/') {
        return false;
    }
    return true;
}

static bool read_path(struct format_reader *reader, const struct yaml *node, struct path *out)
{
    struct str text = STR_NONE;

    if (!read_text(reader, node, &text))
        return false;
    if (!parse_path(text, out))
        return yaml_error(
            node, reader->err,
            "'%.*s' is no JSON pointer like /ticket/id (and neither header:NAME nor key)",
            STR_ARG(text));
    return true;
}

bool format_read_paths(struct format_reader *reader, const struct yaml *node, struct path **paths,
                       size_t *count)
{
    size_t size = node->kind == YAML_LIST ? node->count : 1;

    *paths = arena_alloc(reader->arena, size * sizeof(**paths));
    *count = size;
    if (node->kind != YAML_LIST)
        return read_path(reader, node, *paths);
    for (size_t i = 0; i < size; i++) {
        if (!read_path(reader, node->items[i], &(*paths)[i]))
            return false;
    }
    return true;
}

/* "{/issue/key}-{/timestamp}": pieces of a literal and the path behind it. */
static bool read_template(struct format_reader *reader, const struct yaml *node, void *out)
{
    struct rule *rule = out;
    struct str text = STR_NONE;
    size_t braces = 1;

    if (!read_text(reader, node, &text))
        return false;
    for (size_t i = 0; i < text.size; i++)
        braces += text.data[i] == '{';
    rule->pieces = arena_alloc(reader->arena, braces * sizeof(*rule->pieces));
    const char *p = text.data, *end = p + text.size;
    while (p < end) {
        struct piece *piece = &rule->pieces[rule->piece_count++];
        const char *open = memchr(p, '{', (size_t)(end - p));
        piece->literal = (struct str){ p, (size_t)((open ? open : end) - p) };
        if (!open)
            break;
        const char *close = memchr(open, '}', (size_t)(end - open));
        piece->has_path = true;
        if (!close ||
            !parse_path((struct str){ open + 1, (size_t)(close - open - 1) }, &piece->path))
            return yaml_error(node, reader->err,
                              "a template has its JSON pointers in braces, as in \"{/a}-{/b}\"");
        p = close + 1;
    }
    return true;
}

static bool read_from(struct format_reader *reader, const struct yaml *node, void *out)
{
    struct rule *rule = out;

    return format_read_paths(reader, node, &rule->paths, &rule->path_count);
}

static bool read_value(struct format_reader *reader, const struct yaml *node, void *out)
{
    return read_text(reader, node, &((struct rule *)out)->value);
}

static bool read_default(struct format_reader *reader, const struct yaml *node, void *out)
{
    return read_text(reader, node, &((struct rule *)out)->fallback);
}

static bool read_before(struct format_reader *reader, const struct yaml *node, void *out)
{
    return read_separator(reader, node, &((struct rule *)out)->before);
}

static bool read_after(struct format_reader *reader, const struct yaml *node, void *out)
{
    return read_separator(reader, node, &((struct rule *)out)->after);
}

static bool read_after_last(struct format_reader *reader, const struct yaml *node, void *out)
{
    return read_separator(reader, node, &((struct rule *)out)->after_last);
}

static bool read_split(struct format_reader *reader, const struct yaml *node, void *out)
{
    return read_separator(reader, node, &((struct rule *)out)->split);
}

static bool read_map(struct format_reader *reader, const struct yaml *node, void *out)
{
    struct rule *rule = out;

    if (node->kind != YAML_MAP || node->count == 0)
        return yaml_error(node, reader->err, "expected a map from values to values");
    rule->map = arena_alloc(reader->arena, node->count * sizeof(*rule->map));
    rule->map_count = node->count;
    for (size_t i = 0; i < node->count; i++) {
        rule->map[i].from = arena_copy(reader->arena, node->keys[i]->text);
        if (!read_text(reader, node->items[i], &rule->map[i].to))
            return false;
    }
    return true;
}

bool format_read_choice(struct format_reader *reader, const struct yaml *node,
                        const char *const *names, int *out)
{
    char listed[120] = "";

    for (int i = 0; names[i]; i++) {
        if (node->kind == YAML_TEXT && str_is(node->text, names[i])) {
            *out = i;
            return true;
        }
        size_t size = strlen(listed);
        const char *between = i == 0 ? "" : names[i + 1] ? ", " : " or ";
        snprintf(listed + size, sizeof(listed) - size, "%s%s", between, names[i]);
    }
    return yaml_error(node, reader->err, "expected %s", listed);
}

static bool read_text_kind(struct format_reader *reader, const struct yaml *node, void *out)
{
    static const char *const names[] = { "plain", "html", "rich", NULL };
    int chosen = 0;

    if (!format_read_choice(reader, node, names, &chosen))
        return false;
    ((struct rule *)out)->text = (enum text_kind)chosen;
    return true;
}

static bool read_time_kind(struct format_reader *reader, const struct yaml *node, void *out)
{
    static const char *const names[] = { "rfc3339", "epoch_ms", "epoch_s", "local", NULL };
    int chosen = 0;

    if (!format_read_choice(reader, node, names, &chosen))
        return false;
    ((struct rule *)out)->time = (enum time_kind)chosen;
    return true;
}

static bool read_test(struct format_reader *reader, const struct yaml *key, const struct yaml *node,
                      struct test *test)
{
    const struct yaml *values = node;
    const struct yaml *exists = yaml_get(node, "exists"), *not = yaml_get(node, "not");
    const struct yaml *same = yaml_get(node, "same");

    if (!read_path(reader, key, &test->path))
        return false;
    if (node->kind == YAML_MAP && (node->count != 1 || (!exists && !not &&!same)))
        return yaml_error(node, reader->err,
                          "expected a value, a list of values, {exists: true}, {not: VALUE} or "
                          "{same: PATH}");
    if (same) {
        test->kind = TEST_SAME;
        return read_path(reader, same, &test->other);
    }
    if (exists) {
        static const char *const names[] = { "true", "false", NULL };
        int chosen = 0;
        if (!format_read_choice(reader, exists, names, &chosen))
            return false;
        test->kind = chosen == 0 ? TEST_EXISTS : TEST_ABSENT;
        return true;
    }
    test->kind = not ? TEST_NOT : TEST_EQUALS;
    values = not ? not : node;
    test->value_count = values->kind == YAML_LIST ? values->count : 1;
    test->values = arena_alloc(reader->arena, test->value_count * sizeof(*test->values));
    if (values->kind != YAML_LIST)
        return read_text(reader, values, test->values);
    for (size_t i = 0; i < values->count; i++) {
        if (!read_text(reader, values->items[i], &test->values[i]))
            return false;
    }
    return true;
}

bool format_read_condition(struct format_reader *reader, const struct yaml *node,
                           struct condition *condition)
{
    if (node->kind != YAML_MAP)
        return yaml_error(node, reader->err, "expected a map from JSON pointers to values");
    condition->tests = arena_alloc(reader->arena, node->count * sizeof(*condition->tests));
    condition->test_count = node->count;
    for (size_t i = 0; i < node->count; i++) {
        if (!read_test(reader, node->keys[i], node->items[i], &condition->tests[i]))
            return false;
    }
    return true;
}

static bool read_rule_when(struct format_reader *reader, const struct yaml *node, void *out)
{
    return format_read_condition(reader, node, &((struct rule *)out)->when);
}

bool format_read_rule(struct format_reader *reader, const struct yaml *node, struct rule *rule)
{
    static const struct keyword words[] = {
        { "from", read_from },
        { "template", read_template },
        { "value", read_value },
        { "text", read_text_kind },
        { "before", read_before },
        { "after", read_after },
        { "after_last", read_after_last },
        { "map", read_map },
        { "default", read_default },
        { "time", read_time_kind },
        { "split", read_split },
        { "when", read_rule_when },
    };

    if (node->kind != YAML_MAP)
        return read_from(reader, node, rule);
    if (!format_read_keys(reader, node, words, sizeof(words) / sizeof(*words), rule))
        return false;
    int ways = (rule->path_count > 0) + (rule->piece_count > 0) + str_present(rule->value);
    if (ways != 1)
        return yaml_error(node, reader->err,
                          "a field comes from exactly one of 'from', 'template' and 'value'");
    return true;
}
