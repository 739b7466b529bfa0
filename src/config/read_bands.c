/* What is set by band, and what starts an escalation. */
#include <string.h>

#include "loader.h"

bool loader_read_band_key(struct loader *loader, const struct setting *row, const struct yaml *key,
                          bool rest, int *band)
{
    *band = band_parse(key->text);
    if (*band >= 0 || (rest && str_is(key->text, "default")))
        return true;
    loader_fail(loader, key->place, "'%s' is set for bands: P1, P2, P3, P4%s; not '%.*s'", row->key,
                rest ? " and default" : "", STR_ARG(utf8_prefix(key->text, 64)));
    return false;
}

void loader_read_scores(struct loader *loader, const struct setting *row, const struct yaml *node,
                        int *out)
{
    struct setting value = { .key = row->key, .type = SETTING_INTEGER, .min = 0, .max = 100 };
    if (!loader_wants(loader, row, node, YAML_MAP))
        return;
    for (size_t i = 0; i < node->count; i++) {
        int band = -1;
        if (!loader_read_band_key(loader, row, node->keys[i], false, &band))
            continue;
        if (band == BAND_COUNT - 1)
            loader_fail(loader, node->keys[i]->place,
                        "P4 is whatever is below P3: it always begins at 0");
        else
            loader_read_value(loader, &value, node->items[i], (char *)&out[band]);
    }
    for (int band = 1; band < BAND_COUNT; band++) {
        if (out[band] >= out[band - 1])
            loader_fail(loader, node->place,
                        "%s begins at %d, which is not below where %s begins (%d)", band_name(band),
                        out[band], band_name(band - 1), out[band - 1]);
    }
}

void loader_read_times(struct loader *loader, const struct setting *row, const struct yaml *node,
                       time_ms *out)
{
    struct setting value = *row;
    time_ms rest = -1;

    value.type = SETTING_DURATION;
    value.offset = 0;
    if (node->kind == YAML_TEXT) {
        loader_read_value(loader, &value, node, (char *)&rest);
        for (int band = 0; band < BAND_COUNT && rest >= 0; band++)
            out[band] = rest;
        return;
    }
    if (!loader_wants(loader, row, node, YAML_MAP))
        return;
    const struct yaml *fallback = yaml_get(node, "default");
    if (fallback)
        loader_read_value(loader, &value, fallback, (char *)&rest);
    for (int band = 0; band < BAND_COUNT && rest >= 0; band++)
        out[band] = rest;
    for (size_t i = 0; i < node->count; i++) {
        int band = -1;
        if (loader_read_band_key(loader, row, node->keys[i], true, &band) && band >= 0)
            loader_read_value(loader, &value, node->items[i], (char *)&out[band]);
    }
}

void loader_read_band_texts(struct loader *loader, const struct setting *row,
                            const struct yaml *node, struct str *out)
{
    const struct yaml *rest = node->kind == YAML_TEXT ? node : yaml_get(node, "default");
    if (node->kind != YAML_TEXT && !loader_wants(loader, row, node, YAML_MAP))
        return;
    if (rest && !loader_wants(loader, row, rest, YAML_TEXT))
        return;
    for (int band = 0; band < BAND_COUNT && rest; band++)
        out[band] = arena_copy(loader->arena, rest->text);
    for (size_t i = 0; node->kind == YAML_MAP && i < node->count; i++) {
        int band = -1;
        if (loader_read_band_key(loader, row, node->keys[i], true, &band) && band >= 0 &&
            loader_wants(loader, row, node->items[i], YAML_TEXT))
            out[band] = arena_copy(loader->arena, node->items[i]->text);
    }
}

static const struct {
    const char *name;
    enum target_unit unit;
    int64_t max; /* about a year */
} day_units[] = {
    { "wd", TARGET_WORKING_DAYS, 366 },
    { "cd", TARGET_CALENDAR_DAYS, 366 },
    { "w", TARGET_WEEKS, 52 },
    { "mo", TARGET_MONTHS, 12 },
};

/* "5wd" and "1d": false for what is none of days, weeks and months. */
static bool read_days(struct loader *loader, const struct yaml *node, struct target *target)
{
    struct str text = node->text;
    size_t digits = 0;
    while (digits < text.size && text.data[digits] >= '0' && text.data[digits] <= '9')
        digits++;
    struct str unit = { text.data + digits, text.size - digits };
    int64_t count = 0;

    if (digits == 0 || !str_to_int((struct str){ text.data, digits }, &count))
        return false;
    if (str_is(unit, "d") && count <= 10000) {
        loader_fail(loader, node->place, "'%.*s' could mean three things: %lldh, %lldwd or %lldcd?",
                    STR_ARG(text), (long long)count * 24, (long long)count, (long long)count);
        return true;
    }
    for (size_t i = 0; i < sizeof(day_units) / sizeof(*day_units); i++) {
        if (!str_is(unit, day_units[i].name))
            continue;
        if (count < 1 || count > day_units[i].max)
            loader_fail(loader, node->place,
                        "a target in %s must be from 1%s to %lld%s, not '%.*s'", day_units[i].name,
                        day_units[i].name, (long long)day_units[i].max, day_units[i].name,
                        STR_ARG(utf8_prefix(text, 64)));
        else
            *target = (struct target){ .unit = day_units[i].unit, .amount = count };
        return true;
    }
    return false;
}

static void read_target(struct loader *loader, const struct setting *row, const struct yaml *node,
                        struct target *out)
{
    struct target target = { .unit = TARGET_TIME };
    struct error err;
    if (read_days(loader, node, &target)) {
        if (target.unit == TARGET_TIME) /* refused */
            return;
    } else if (!duration_parse(node->text, false, &target.amount, &err)) {
        loader_fail(loader, node->place,
                    "'%s': '%.*s' is not a target like 30m, 4h, 5wd, 15cd, 8w "
                    "or 2mo",
                    row->key, STR_ARG(utf8_prefix(node->text, 64)));
        return;
    } else if (target.amount < row->min || target.amount > row->max) {
        loader_fail(loader, node->place, "a target must be from 1s to a year, not '%.*s'",
                    STR_ARG(node->text));
        return;
    }
    target.text = arena_copy(loader->arena, node->text);
    *out = target;
}

/* Only of one unit it can be said without a calendar. */
static bool is_shorter(const struct target *a, const struct target *b)
{
    return target_given(a) && a->unit == b->unit && a->amount < b->amount;
}

/* One text is every band's. */
static const struct yaml *for_all_bands(struct loader *loader, const struct yaml *text)
{
    struct yaml *map = arena_alloc(loader->scratch, sizeof(*map));
    *map = (struct yaml){ .kind = YAML_MAP, .place = text->place };
    for (int band = 0; band < BAND_COUNT; band++) {
        struct yaml *key = arena_alloc(loader->scratch, sizeof(*key));
        *key = (struct yaml){ .kind = YAML_TEXT,
                              .place = text->place,
                              .text = str_from(band_name(band)) };
        yaml_put(map, key, (struct yaml *)text, loader->scratch);
    }
    return map;
}

void loader_read_targets(struct loader *loader, const struct setting *row, const struct yaml *node,
                         struct target *targets)
{
    if (node->kind == YAML_TEXT)
        node = for_all_bands(loader, node);
    if (!loader_wants(loader, row, node, YAML_MAP))
        return;
    for (size_t i = 0; i < node->count; i++) {
        const struct yaml *item = node->items[i];
        int band = -1;
        if (loader_read_band_key(loader, row, node->keys[i], false, &band) &&
            loader_wants(loader, row, item, YAML_TEXT))
            read_target(loader, row, item, &targets[band]);
    }
    for (int band = 1; band < BAND_COUNT; band++) {
        if (is_shorter(&targets[band], &targets[band - 1]))
            loader_note(loader, node->place,
                        "%s is promised later than %s, though it is more urgent",
                        band_name(band - 1), band_name(band));
    }
}

static bool read_band_range(struct str text, bool *bands)
{
    struct str first = utf8_prefix(text, 2), last = first;
    if (text.size == 6 && text.data[2] == '.' && text.data[3] == '.')
        last = (struct str){ text.data + 4, 2 };
    else if (text.size != 2)
        return false;
    int from = band_parse(first), to = band_parse(last);
    if (from < 0 || to < from)
        return false;
    for (int band = from; band <= to; band++)
        bands[band] = true;
    return true;
}

/* One word of `on:`, with what follows a space in `rest`. */
static void read_trigger(struct loader *loader, const struct yaml *node,
                         struct config_escalation *escalation)
{
    static const char *const later[] = { "rollup", "spike" };
    struct str names[TRIGGER_COUNT];
    const char *space = memchr(node->text.data, ' ', node->text.size);
    size_t size = space ? (size_t)(space - node->text.data) : node->text.size;
    struct str word = { node->text.data, size };
    struct str rest = { node->text.data + size + (space != NULL),
                        node->text.size - size - (space != NULL) };
    int64_t times = 0;

    /* Names of two words are none with something behind. */
    for (int i = 0; space && i < TRIGGER_COUNT; i++) {
        if (str_is(node->text, trigger_name((enum trigger)i))) {
            escalation->on[i] = true;
            return;
        }
    }
    for (size_t i = 0; i < sizeof(later) / sizeof(later[0]); i++) {
        if (str_is(node->text, later[i])) {
            loader_fail(loader, node->place,
                        "the trigger '%s' is not kept by this version; take it out", later[i]);
            return;
        }
    }
    for (int i = 0; i < TRIGGER_COUNT; i++) {
        names[i] = str_from(trigger_name((enum trigger)i));
        if (!str_equal(names[i], word))
            continue;
        bool fine = rest.size == 0 && i != TRIGGER_BAND;
        if (i == TRIGGER_BAND)
            fine = read_band_range(rest, escalation->bands);
        if (i == TRIGGER_REOPENED && rest.size > 0) {
            fine = str_to_int(rest, &times) && times >= 1 && times <= 100;
            escalation->reopened = (int)times;
        }
        if (!fine)
            loader_fail(loader, node->place, "the trigger '%.*s' is written %s",
                        STR_ARG(utf8_prefix(node->text, 64)),
                        i == TRIGGER_BAND       ? "'band P1' or 'band P1..P2'"
                        : i == TRIGGER_REOPENED ? "'reopened' or 'reopened 2'"
                                                : "as one word");
        escalation->on[i] = fine;
        return;
    }
    loader_fail(loader, node->place, "unknown trigger '%.*s'%s",
                STR_ARG(utf8_prefix(node->text, 64)),
                loader_guess(loader, word, names, TRIGGER_COUNT));
}

void loader_read_triggers(struct loader *loader, const struct setting *row, const struct yaml *node,
                          struct config_escalation *escalation)
{
    escalation->reopened = 1;
    if (node->kind == YAML_TEXT) {
        read_trigger(loader, node, escalation);
        return;
    }
    if (!loader_wants(loader, row, node, YAML_LIST))
        return;
    if (node->count == 0)
        loader_fail(loader, node->place, "'on' must name at least one trigger");
    for (size_t i = 0; i < node->count; i++) {
        if (loader_wants(loader, row, node->items[i], YAML_TEXT))
            read_trigger(loader, node->items[i], escalation);
    }
}
