#include "track/definition_text.h"

#include "definition_kind.h"

static const struct json_limits limits = { .size = 1024 * 1024, .nodes = 65536, .depth = 8 };

static const struct definition_row *const rows[DEFINITION_KIND_COUNT] = {
    [DEFINITION_SLA] = &definition_sla,
    [DEFINITION_AGREEMENT] = &definition_agreement,
    [DEFINITION_REGULATION] = &definition_regulation,
    [DEFINITION_LADDER] = &definition_ladder,
};

size_t definition_count(const struct config *config, enum definition_kind kind)
{
    return rows[kind]->count(config);
}

void definition_write(const struct config *config, enum definition_kind kind, size_t index,
                      struct buf *out)
{
    struct json_writer writer = json_writer_to(out);
    json_open_object(&writer);
    JSON_TEXT(&writer, "kind", rows[kind]->name);
    rows[kind]->write(&writer, config, index);
    json_close_object(&writer);
}

bool definition_integer(const cJSON *object, struct str name, int64_t *out, struct error *err)
{
    if (!json_integer(json_get(object, name), out))
        return error_set(err, "\"%.*s\" must be a whole number", STR_ARG(name));
    return true;
}

static bool find_kind(struct str name, enum definition_kind *kind, struct error *err)
{
    for (int i = 0; i < DEFINITION_KIND_COUNT; i++) {
        if (str_is(name, rows[i]->name)) {
            *kind = (enum definition_kind)i;
            return true;
        }
    }
    return error_set(err, "'%.*s' is no kind of definition that this release knows", STR_ARG(name));
}

void *definition_parse(struct str text, struct arena *arena, enum definition_kind *kind,
                       struct error *err)
{
    struct arena *scratch = arena_new(4096);
    enum definition_kind found = DEFINITION_SLA;
    void *terms = NULL;
    size_t at = 0;
    const cJSON *root = json_parse(text, &limits, scratch, NULL, &at, err);
    if (!root || !find_kind(json_string(json_get(root, STR("kind"))), &found, err))
        goto out;
    terms = arena_alloc(arena, rows[found]->terms_size);
    if (rows[found]->parse(root, arena, terms, err)) {
        *kind = found;
    } else {
        definition_close(found, terms);
        terms = NULL;
    }
out:
    arena_free(scratch);
    return terms;
}

void definition_close(enum definition_kind kind, void *terms)
{
    if (rows[kind]->close)
        rows[kind]->close(terms);
}

/* -1: earlier, or one of another name. */
static int compare_validity(const cJSON *old, const cJSON *now)
{
    struct str before = json_string(json_get(old, STR("valid_until")));
    struct str after = json_string(json_get(now, STR("valid_until")));
    if (!str_equal(json_string(json_get(old, STR("name"))),
                   json_string(json_get(now, STR("name")))) ||
        str_present(before) != str_present(after))
        return -1;
    return str_compare(after, before); /* dates in the order of their digits */
}

static bool knows_longer(const cJSON *old, const cJSON *now)
{
    bool longer = false;
    const cJSON *a = old ? old->child : NULL, *b = now ? now->child : NULL;
    for (; a && b; a = a->next, b = b->next) {
        int order = compare_validity(a, b);
        if (order < 0)
            return false;
        longer = longer || order > 0;
    }
    return longer && !a && !b;
}

static bool alike_but_calendars(const cJSON *old, const cJSON *now)
{
    const cJSON *a = old->child, *b = now->child;
    for (; a && b; a = a->next, b = b->next) {
        if (!str_equal(json_name(a), json_name(b)))
            return false;
        if (!str_is(json_name(a), "calendars") && !cJSON_Compare(a, b, true))
            return false;
    }
    return !a && !b;
}

bool definition_renews(struct str old, struct str now)
{
    struct arena *scratch = arena_new(4096);
    size_t at = 0;
    const cJSON *a = json_parse(old, &limits, scratch, NULL, &at, NULL);
    const cJSON *b = json_parse(now, &limits, scratch, NULL, &at, NULL);
    bool renews = a && b &&
                  knows_longer(json_get(a, STR("calendars")), json_get(b, STR("calendars"))) &&
                  alike_but_calendars(a, b);
    arena_free(scratch);
    return renews;
}
