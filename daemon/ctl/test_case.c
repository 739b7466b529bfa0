#include "ctl/test_case.h"

#include <stdio.h>
#include <string.h>

#include "ctl/desk.h"
#include "escalate/silences.h"
#include "json/json_writer.h"

/* A Monday morning: where times of a case do not say otherwise, it begins here. */
static const time_ms default_start = INT64_C(1767603600000); /* 2026-01-05T09:00:00Z */

struct one_case {
    struct test_run *run;
    struct desk *desk;
    struct arena *arena;
    struct str name;
    time_ms start, now;
    int events;
    unsigned wrong;
    struct seen event, total;
    struct silences *silences;
};

/* -- an event as JSON ------------------------------------------------------------------------ */

static bool is_among(struct str name, const struct str *list, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (str_equal(name, list[i]))
            return true;
    }
    return false;
}

/* A plain scalar is what it looks like only where the event wants a number or a flag: a ticket
 * called 42 is a text. */
static bool stays_plain(struct str name, const struct yaml *value, bool attribute)
{
    static const struct str typed[] = { { "priority", 8 },  { "rating", 6 }, { "value", 5 },
                                        { "automated", 9 }, { "solved", 6 }, { "vulnerable", 10 } };
    double number;
    char copy[64], rest;
    if (value->quoted || !(attribute || is_among(name, typed, sizeof(typed) / sizeof(*typed))))
        return false;
    if (str_is(value->text, "true") || str_is(value->text, "false"))
        return true;
    snprintf(copy, sizeof(copy), "%.*s", STR_ARG(value->text));
    return value->text.size > 0 && strspn(copy, "-0123456789.") == value->text.size &&
           copy[0] != '.' && !(copy[0] == '0' && copy[1] >= '0' && copy[1] <= '9') &&
           sscanf(copy, "%lf%c", &number, &rest) == 1;
}

static void put_value(struct json_writer *json, struct str name, const struct yaml *value,
                      bool attribute);

static void put_key(struct json_writer *json, struct str name)
{
    struct buf quoted = { 0 };
    struct json_writer key = json_writer_to(&quoted);
    json_put_str(&key, name);
    buf_add_char(&quoted, ':');
    json_key_quoted(json, buf_str(&quoted));
    buf_free(&quoted);
}

static void put_map(struct json_writer *json, const struct yaml *map, bool attributes)
{
    json_open_object(json);
    for (size_t i = 0; i < map->count; i++) {
        put_key(json, map->keys[i]->text);
        put_value(json, map->keys[i]->text, map->items[i], attributes);
    }
    json_close_object(json);
}

static void put_value(struct json_writer *json, struct str name, const struct yaml *value,
                      bool attribute)
{
    switch (value->kind) {
    case YAML_NULL:
        json_put_null(json);
        break;
    case YAML_TEXT:
        if (stays_plain(name, value, attribute))
            json_put_raw(json, value->text);
        else
            json_put_str(json, value->text);
        break;
    case YAML_LIST:
        json_open_array(json);
        for (size_t i = 0; i < value->count; i++)
            put_value(json, name, value->items[i], attribute);
        json_close_array(json);
        break;
    case YAML_MAP:
        put_map(json, value, str_is(name, "attributes"));
        break;
    }
}

/* What a case may leave out: type, ticket, id, time. */
static void put_defaults(struct json_writer *json, const struct one_case *one,
                         const struct yaml *node)
{
    char text[TIME_TEXT_SIZE];
    if (!yaml_get(node, "type")) {
        JSON_STR(json, "type", one->events == 1 ? STR("opened") : STR("message"));
    }
    if (!yaml_get(node, "ticket")) {
        JSON_STR(json, "ticket", STR("T-1"));
    }
    if (!yaml_get(node, "id")) {
        JSON_STR(json, "id", arena_printf(one->arena, "event-%d", one->events));
    }
    JSON_STR(json, "time", time_format_ms(one->now, text));
}

static struct str event_json(struct one_case *one, const struct yaml *node)
{
    static const struct str ours[] = { { "at", 2 }, { "expect", 6 }, { "time", 4 } };
    struct buf out = { 0 };
    struct json_writer json = json_writer_to(&out);
    json_open_object(&json);
    put_defaults(&json, one, node);
    for (size_t i = 0; i < node->count; i++) {
        if (is_among(node->keys[i]->text, ours, 3))
            continue;
        put_key(&json, node->keys[i]->text);
        put_value(&json, node->keys[i]->text, node->items[i], false);
    }
    json_close_object(&json);
    struct str text = arena_copy(one->arena, buf_str(&out));
    buf_free(&out);
    return text;
}

/* -- running --------------------------------------------------------------------------------- */

static void report(void *arg, const struct yaml *where, const char *sentence)
{
    struct one_case *one = arg;
    printf("%.*s:%d:%d: %.*s: %s\n", STR_ARG(where->place.file), where->place.line,
           where->place.column, STR_ARG(one->name), sentence);
    one->wrong++;
}

/* "20m" or "+20m" after the beginning of the case, or a time; `now` where it is not given. */
static bool read_time(const struct one_case *one, const struct yaml *at, time_ms *out,
                      struct error *err)
{
    time_ms elapsed;
    struct error why;
    if (at == NULL)
        return true;
    bool plus = at->kind == YAML_TEXT && str_starts(at->text, STR("+"));
    struct str duration = { at->text.data + plus, at->text.size - plus };
    if (at->kind == YAML_TEXT && duration_parse(duration, true, &elapsed, NULL)) {
        *out = one->start + elapsed;
        return true;
    }
    if (at->kind == YAML_TEXT && time_parse(at->text, out, &why))
        return true;
    return yaml_error(at, err, "'%.*s' is neither a time nor a duration such as 20m",
                      STR_ARG(at->text));
}

static void take(struct one_case *one, struct str json, const struct actions *actions)
{
    const struct actions *messages = desk_messages(one->desk);
    struct seen *both[] = { &one->event, &one->total };
    one->event = (struct seen){ 0 };
    for (size_t i = 0; i < 2; i++) {
        seen_take(both[i], actions, one->arena);
        seen_take_messages(both[i], messages, one->arena);
    }
    coverage_take(one->run->coverage, json, actions);
}

/* No event: somebody looks at what has happened until then. */
static bool is_look(const struct yaml *node)
{
    return node->count == 2 && yaml_get(node, "at") && yaml_get(node, "expect");
}

static bool run_event(struct one_case *one, const struct yaml *node, struct error *err)
{
    struct error why;
    const struct actions *actions;
    struct str json = STR_NONE;
    if (node->kind != YAML_MAP)
        return yaml_error(node, err, "an event is a map, not %s", yaml_kind_name(node));
    bool look = is_look(node) && one->events > 0;
    one->events += !look;
    if (!read_time(one, yaml_get(node, "at"), &one->now, err) ||
        !read_time(one, yaml_get(node, "time"), &one->now, err))
        return false;
    if (one->events == 1 && !look)
        one->start = one->now;
    if (look) {
        actions = desk_advance(one->desk, one->now);
    } else {
        json = event_json(one, node);
        actions = desk_line(one->desk, json, &why);
    }
    if (actions == NULL)
        return yaml_error(node, err, "%s", why.text);
    take(one, json, actions);
    const struct yaml *expect = yaml_get(node, "expect");
    return !expect || seen_check(&one->event, expect, report, one, err);
}

/* One of the case's: {match, for or until, at}. Whatever else a silence needs is of no matter here.
 */
static bool add_silence(struct one_case *one, const struct yaml *node, struct error *err)
{
    static const struct str known[] = {
        { "match", 5 }, { "at", 2 }, { "for", 3 }, { "until", 5 }, { "until_resolved", 14 }
    };
    const struct yaml *match = yaml_get(node, "match"), *resolved;
    struct silence silence = { .by = STR("a test"), .comment = STR("a test") };
    struct error why;
    for (size_t i = 0; node->kind == YAML_MAP && i < node->count; i++) {
        if (!is_among(node->keys[i]->text, known, 5))
            return yaml_error(node->keys[i], err, "a silence has no '%.*s'",
                              STR_ARG(node->keys[i]->text));
    }
    if (match == NULL || match->kind != YAML_TEXT)
        return yaml_error(node, err, "a silence needs 'match'");
    silence.match_text = match->text;
    silence.from = one->start;
    if (!read_time(one, yaml_get(node, "at"), &silence.from, err))
        return false;
    silence.until = silence.from + one->run->config->max_silence;
    if (!read_time(one, yaml_get(node, "until"), &silence.until, err))
        return false;
    const struct yaml *span = yaml_get(node, "for");
    if (span &&
        (span->kind != YAML_TEXT || !duration_parse(span->text, true, &silence.until, &why)))
        return yaml_error(span, err, "'for' must be a duration such as 2h");
    silence.until += span ? silence.from : 0;
    resolved = yaml_get(node, "until_resolved");
    silence.until_resolved = resolved && str_is(resolved->text, "true");
    silence.id = arena_printf(one->arena, "silence-%zu", silences_count(one->silences) + 1);
    return silences_put(one->silences, silence.id, silence_encode(&silence, one->arena), &why) ||
           yaml_error(node, err, "%s", why.text);
}

/* Their times count from the first event, which is still to come. */
static bool add_silences(struct one_case *one, const struct yaml *node, struct error *err)
{
    const struct yaml *list = yaml_get(node, "silences"), *events = yaml_get(node, "events");
    const struct yaml *first = yaml_get(node, "event");
    time_ms start = one->start, begin = one->start;
    if (first == NULL && events && events->count > 0)
        first = events->items[0];
    if (!read_time(one, yaml_get(first, "at"), &begin, err) ||
        !read_time(one, yaml_get(first, "time"), &begin, err))
        return false;
    one->start = begin;
    for (size_t i = 0; list && i < list->count; i++) {
        if (!add_silence(one, list->items[i], err))
            return false;
    }
    one->start = start;
    return true;
}

static bool run_events(struct one_case *one, const struct yaml *node, struct error *err)
{
    const struct yaml *events = yaml_get(node, "events"), *event = yaml_get(node, "event");
    if (event && !run_event(one, event, err))
        return false;
    for (size_t i = 0; events && events->kind == YAML_LIST && i < events->count; i++) {
        if (!run_event(one, events->items[i], err))
            return false;
    }
    if (one->events == 0)
        return yaml_error(node, err, "a case needs 'event' or a list of 'events'");
    const struct yaml *until = yaml_get(node, "until");
    if (until == NULL)
        return true;
    if (!read_time(one, until, &one->now, err))
        return false;
    take(one, STR_NONE, desk_advance(one->desk, one->now));
    return true;
}

static bool check_keys(const struct yaml *node, struct error *err)
{
    static const struct str known[] = { { "name", 4 },  { "event", 5 },  { "events", 6 },
                                        { "until", 5 }, { "expect", 6 }, { "silences", 8 } };
    if (node->kind != YAML_MAP)
        return yaml_error(node, err, "a case is a map, not %s", yaml_kind_name(node));
    for (size_t i = 0; i < node->count; i++) {
        struct str key = node->keys[i]->text;
        if (is_among(key, known, 6))
            continue;
        struct str near = str_nearest(key, known, 6);
        return yaml_error(node->keys[i], err, "unknown key '%.*s' (did you mean '%.*s'?)",
                          STR_ARG(key), STR_ARG(str_present(near) ? near : STR("events")));
    }
    return true;
}

static bool run_case(struct test_run *run, const struct yaml *node, struct arena *arena,
                     struct error *err)
{
    struct one_case one = {
        .run = run, .arena = arena, .start = default_start, .now = default_start
    };
    const struct yaml *name = yaml_get(node, "name"), *expect = yaml_get(node, "expect");
    if (!check_keys(node, err))
        return false;
    one.name = name ? name->text : STR("a case without a name");
    one.desk = desk_open(run->config, run->customers);
    one.silences = silences_new();
    desk_supervise(one.desk, one.silences);
    bool ok = add_silences(&one, node, err) && run_events(&one, node, err) &&
              (!expect || seen_check(&one.total, expect, report, &one, err));
    if (ok && one.wrong > 0)
        printf("    was: %.*s, score %d %.*s, route %.*s; `ombudctl explain` tells why\n",
               STR_ARG(one.total.department), one.total.score, STR_ARG(one.total.band),
               STR_ARG(one.total.route));
    run->cases++;
    run->failed_cases += one.wrong > 0;
    desk_rules(one.desk, coverage_count, run->coverage);
    desk_close(one.desk);
    silences_free(one.silences);
    return ok;
}

bool test_file(struct test_run *run, const struct yaml *root, struct arena *arena,
               struct error *err)
{
    const struct yaml *cases = yaml_get(root, "cases");
    if (cases == NULL || cases->kind != YAML_LIST)
        return yaml_error(root, err, "a file of cases has a list 'cases'");
    for (size_t i = 0; i < cases->count; i++) {
        if (!run_case(run, cases->items[i], arena, err))
            return false;
    }
    return true;
}
