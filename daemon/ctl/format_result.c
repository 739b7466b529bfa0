/* What a format made of a record, beside what was expected of it. */
#include <stdlib.h>
#include <string.h>

#include "ctl/format_case.h"
#include "ctl/json_text.h"

enum { LONG = 40, TAIL = 24 }; /* bytes: of a text whose beginning need not be compared by eye */

struct comparison {
    const struct mapped *mapped;
    struct arena *arena;
    struct buf *out;
    bool same;
};

static void differ(struct comparison *comparison, struct str name, struct str expected,
                   struct str got, struct str origin)
{
    comparison->same = false;
    buf_printf(comparison->out, "  %.*s\n    expected: ", STR_ARG(name));
    buf_add_str(comparison->out, expected);
    buf_add_str(comparison->out, STR("\n    got:      "));
    buf_add_str(comparison->out, got);
    buf_add_str(comparison->out, origin);
    buf_add_char(comparison->out, '\n');
}

/* ---- the event ---- */

static struct str value_text(const struct comparison *comparison, const cJSON *item)
{
    struct buf text = { 0 };
    if (!item)
        return STR("nothing");
    json_text(item, -1, comparison->arena, &text);
    struct str copy = arena_copy(comparison->arena, buf_str(&text));
    buf_free(&text);
    return copy;
}

static const struct mapped_field *find_field(const struct mapped *mapped, struct str name)
{
    for (size_t i = 0; i < mapped->field_count; i++) {
        if (str_equal(mapped->fields[i].name, name))
            return &mapped->fields[i];
    }
    return NULL;
}

/* Where the format found `name`, or why it did not. */
static struct str tell_origin(const struct comparison *comparison, struct str name, bool found)
{
    const struct mapped *mapped = comparison->mapped;
    const struct mapped_field *field = find_field(mapped, name);

    if (found)
        return field && field->value
                   ? arena_printf(comparison->arena, "  <- %.*s", STR_ARG(field->from))
                   : STR("");
    if (!field)
        return mapped->field_count > 0 ? STR("  (the format has no such field)") : STR("");
    return field->asked ? STR("  (not found)") : STR("  (not asked for)");
}

static size_t common_prefix(struct str a, struct str b)
{
    size_t size = a.size < b.size ? a.size : b.size, same = 0;
    while (same < size && a.data[same] == b.data[same])
        same++;
    return utf8_prefix(a, same).size;
}

/* Of long texts that begin alike: where they part. */
static void tell_parting(struct comparison *comparison, struct str expected, struct str got)
{
    size_t same = common_prefix(expected, got);
    if (same < LONG)
        return;
    size_t from = utf8_prefix(expected, same - TAIL).size;
    buf_add_str(comparison->out, STR("    they part behind "));
    json_text_of((struct str){ expected.data + from, same - from }, comparison->out);
    buf_add_char(comparison->out, '\n');
}

static void compare(struct comparison *comparison, struct str name, const cJSON *expected,
                    const cJSON *got);

/* Either may be no object, so nothing. */
static void compare_members(struct comparison *comparison, struct str name, const cJSON *expected,
                            const cJSON *got)
{
    const char *dot = str_empty(name) ? "" : ".";
    for (const cJSON *item = expected ? expected->child : NULL; item; item = item->next) {
        struct str inside =
            arena_printf(comparison->arena, "%.*s%s%s", STR_ARG(name), dot, item->string);
        compare(comparison, inside, item, json_get(got, json_name(item)));
    }
    for (const cJSON *item = got ? got->child : NULL; item; item = item->next) {
        struct str inside =
            arena_printf(comparison->arena, "%.*s%s%s", STR_ARG(name), dot, item->string);
        if (!json_get(expected, json_name(item)))
            compare(comparison, inside, NULL, item);
    }
}

static void compare(struct comparison *comparison, struct str name, const cJSON *expected,
                    const cJSON *got)
{
    bool objects = (!expected || cJSON_IsObject(expected)) && (!got || cJSON_IsObject(got));
    if (objects) {
        compare_members(comparison, name, expected, got);
        return;
    }
    struct str wanted = value_text(comparison, expected), given = value_text(comparison, got);
    if (str_equal(wanted, given))
        return;
    differ(comparison, arena_printf(comparison->arena, "event.%.*s", STR_ARG(name)), wanted, given,
           tell_origin(comparison, name, got != NULL));
    if (cJSON_IsString(expected) && cJSON_IsString(got))
        tell_parting(comparison, json_string(expected), json_string(got));
}

/* ---- beside the event ---- */

static struct str quoted(const struct comparison *comparison, struct str text)
{
    struct buf out = { 0 };
    if (!str_present(text))
        return STR("nothing");
    json_text_of(text, &out);
    struct str copy = arena_copy(comparison->arena, buf_str(&out));
    buf_free(&out);
    return copy;
}

static void compare_texts(struct comparison *comparison, const char *name, struct str expected,
                          struct str got)
{
    if (!str_equal(expected, got))
        differ(comparison, str_from(name), quoted(comparison, expected), quoted(comparison, got),
               STR(""));
}

static int by_text(const void *left, const void *right)
{
    return str_compare(*(const struct str *)left, *(const struct str *)right);
}

/* Sorted: they come in the order of the format's fields, which means nothing. */
static struct str list_text(const struct comparison *comparison, struct str *items, size_t count)
{
    struct buf out = { 0 };
    qsort(items, count, sizeof(*items), by_text);
    json_text_list(items, count, &out);
    struct str copy = arena_copy(comparison->arena, buf_str(&out));
    buf_free(&out);
    return copy;
}

static void compare_lists(struct comparison *comparison, const char *name, const cJSON *expected,
                          const struct str *got, size_t got_count)
{
    size_t count = (size_t)(expected ? cJSON_GetArraySize(expected) : 0), at = 0;
    struct str *wanted = arena_alloc(comparison->arena, (count + 1) * sizeof(*wanted));
    struct str *given = arena_alloc(comparison->arena, (got_count + 1) * sizeof(*given));

    for (const cJSON *item = expected ? expected->child : NULL; item; item = item->next)
        wanted[at++] = json_string(item);
    for (size_t i = 0; i < got_count; i++)
        given[i] = got[i];
    struct str wanted_text = list_text(comparison, wanted, count);
    struct str given_text = list_text(comparison, given, got_count);
    if (!str_equal(wanted_text, given_text))
        differ(comparison, str_from(name), wanted_text, given_text, STR(""));
}

static struct str *missing_fields(const struct mapped *mapped, struct arena *arena, size_t *count)
{
    struct str *names = arena_alloc(arena, (mapped->field_count + 1) * sizeof(*names));
    *count = 0;
    for (size_t i = 0; i < mapped->field_count; i++) {
        if (mapped->fields[i].asked && !mapped->fields[i].value)
            names[(*count)++] = mapped->fields[i].name;
    }
    return names;
}

static void compare_event(struct comparison *comparison, const struct format_result *result,
                          const cJSON *expected)
{
    bool initial = cJSON_IsTrue(json_get(expected, STR("initial")));
    const cJSON *missing = json_get(expected, STR("missing"));
    size_t count = 0;

    compare(comparison, STR(""), json_get(expected, STR("event")), result->mapped.root);
    compare_texts(comparison, "source", json_string(json_get(expected, STR("source"))),
                  result->mapped.source);
    if (initial != result->event.initial)
        differ(comparison, STR("initial"), initial ? STR("true") : STR("false"),
               initial ? STR("false") : STR("true"), STR(""));
    const struct str *names = missing_fields(&result->mapped, comparison->arena, &count);
    if (missing)
        compare_lists(comparison, "missing", missing, names, count);
    compare_lists(comparison, "warnings", json_get(expected, STR("warnings")),
                  result->event.warnings, result->event.warning_count);
}

/* ---- no event ---- */

static struct str refusal_text(const struct comparison *comparison, struct str at,
                               struct str reason)
{
    return arena_printf(comparison->arena, "refused%s%.*s: %.*s", str_empty(at) ? "" : " at ",
                        STR_ARG(at), STR_ARG(reason));
}

static struct str expected_outcome(const struct comparison *comparison, const cJSON *expected)
{
    const cJSON *refusal = json_get(expected, STR("refusal"));
    if (json_get(expected, STR("skipped")))
        return STR("skipped");
    if (refusal)
        return refusal_text(comparison, json_string(json_get(refusal, STR("at"))),
                            json_string(json_get(refusal, STR("reason"))));
    return value_text(comparison, json_get(expected, STR("event")));
}

static struct str outcome(const struct comparison *comparison, const struct format_result *result)
{
    if (!result->refused)
        return value_text(comparison, result->mapped.root);
    if (result->refusal.skipped)
        return STR("skipped");
    return refusal_text(comparison, result->refusal.at, result->refusal.reason);
}

/* One of them is no event. */
static void compare_outcomes(struct comparison *comparison, const struct format_result *result,
                             const cJSON *expected)
{
    const cJSON *refusal = json_get(expected, STR("refusal"));

    if (refusal && result->refused && !result->refusal.skipped) {
        compare_texts(comparison, "refusal.at", json_string(json_get(refusal, STR("at"))),
                      result->refusal.at);
        compare_texts(comparison, "refusal.reason", json_string(json_get(refusal, STR("reason"))),
                      result->refusal.reason);
        return;
    }
    struct str wanted = expected_outcome(comparison, expected), got = outcome(comparison, result);
    if (!str_equal(wanted, got))
        differ(comparison, STR("outcome"), wanted, got, STR(""));
}

bool format_result_is(const struct format_result *result, const cJSON *expected,
                      struct arena *arena, struct buf *out)
{
    struct comparison comparison = {
        .mapped = &result->mapped, .arena = arena, .out = out, .same = true
    };
    if (result->refused || !json_get(expected, STR("event")))
        compare_outcomes(&comparison, result, expected);
    else
        compare_event(&comparison, result, expected);
    return comparison.same;
}

/* ---- what would be expected ---- */

static void put_name(const char *name, int indent, struct buf *out)
{
    json_text_line(indent, out);
    buf_printf(out, "\"%s\": ", name);
}

static void put_next(const char *name, int indent, struct buf *out)
{
    buf_add_char(out, ',');
    put_name(name, indent, out);
}

static void put_refusal(const struct refusal *refusal, int indent, struct buf *out)
{
    put_name("refusal", indent, out);
    buf_add_char(out, '{');
    put_name("at", indent + 2, out);
    json_text_of(str_present(refusal->at) ? refusal->at : STR(""), out);
    put_next("reason", indent + 2, out);
    json_text_of(refusal->reason, out);
    json_text_line(indent, out);
    buf_add_char(out, '}');
}

static void put_event(const struct format_result *result, int indent, struct arena *arena,
                      struct buf *out)
{
    size_t count = 0;
    const struct str *missing = missing_fields(&result->mapped, arena, &count);

    put_name("event", indent, out);
    json_text(result->mapped.root, indent, arena, out);
    if (str_present(result->mapped.source)) {
        put_next("source", indent, out);
        json_text_of(result->mapped.source, out);
    }
    if (result->event.initial) {
        put_next("initial", indent, out);
        buf_add_str(out, STR("true"));
    }
    put_next("missing", indent, out);
    json_text_list(missing, count, out);
    if (result->event.warning_count > 0) {
        put_next("warnings", indent, out);
        json_text_list(result->event.warnings, result->event.warning_count, out);
    }
}

void format_result_json(const struct format_result *result, int indent, struct arena *arena,
                        struct buf *out)
{
    buf_add_char(out, '{');
    if (result->refused && result->refusal.skipped) {
        put_name("skipped", indent + 2, out);
        buf_add_str(out, STR("true"));
    } else if (result->refused)
        put_refusal(&result->refusal, indent + 2, out);
    else
        put_event(result, indent + 2, arena, out);
    json_text_line(indent, out);
    buf_add_char(out, '}');
}
