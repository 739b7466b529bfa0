/* What is set by band, and what starts an escalation. */
#include <string.h>

#include "loader.h"

/* The band that a key names; says so when it is none. `rest`: `default` is -1 and fine. */
static bool read_band_key(struct loader *loader, const struct setting *row, const struct yaml *key,
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
        if (!read_band_key(loader, row, node->keys[i], false, &band))
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
        if (read_band_key(loader, row, node->keys[i], true, &band) && band >= 0)
            loader_read_value(loader, &value, node->items[i], (char *)&out[band]);
    }
}

/* "1wd": a working day. "1d": which one is meant? */
static bool refuse_days(struct loader *loader, const struct yaml *node)
{
    struct str text = node->text;
    size_t digits = 0;
    while (digits < text.size && text.data[digits] >= '0' && text.data[digits] <= '9')
        digits++;
    struct str unit = { text.data + digits, text.size - digits };
    int64_t count = 0;

    if (digits == 0 || !str_to_int((struct str){ text.data, digits }, &count) || count > 10000)
        return false;
    if (str_is(unit, "wd"))
        loader_fail(loader, node->place,
                    "'%.*s' counts working days, and this version keeps only the calendar "
                    "'always', which has none; say %lldh for elapsed time",
                    STR_ARG(text), (long long)count * 24);
    else if (str_is(unit, "d"))
        loader_fail(loader, node->place, "'%.*s' could mean two things: %lldh or %lldwd?",
                    STR_ARG(text), (long long)count * 24, (long long)count);
    else
        return false;
    return true;
}

/* Only of one unit it can be said without a calendar. */
static bool is_shorter(const struct target *a, const struct target *b)
{
    return target_given(a) && a->unit == b->unit && a->amount < b->amount;
}

void loader_read_targets(struct loader *loader, const struct setting *row, const struct yaml *node,
                         struct target *targets)
{
    if (!loader_wants(loader, row, node, YAML_MAP))
        return;
    for (size_t i = 0; i < node->count; i++) {
        const struct yaml *item = node->items[i];
        struct error err;
        int band = -1;
        time_ms time = 0;
        if (!read_band_key(loader, row, node->keys[i], false, &band) ||
            !loader_wants(loader, row, item, YAML_TEXT) || refuse_days(loader, item))
            continue;
        if (!duration_parse(item->text, false, &time, &err)) {
            loader_fail(loader, item->place, "'%s': %s", row->key, err.text);
        } else if (time < row->min || time > row->max) {
            loader_fail(loader, item->place, "a target must be from 1s to a year, not '%.*s'",
                        STR_ARG(item->text));
        } else {
            struct str text = arena_copy(loader->arena, item->text);
            targets[band] = (struct target){ .unit = TARGET_TIME, .amount = time, .text = text };
        }
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
    static const char *const later[] = { "broken promise", "accepted", "low rating", "rollup",
                                         "spike" };
    struct str names[TRIGGER_COUNT];
    const char *space = memchr(node->text.data, ' ', node->text.size);
    size_t size = space ? (size_t)(space - node->text.data) : node->text.size;
    struct str word = { node->text.data, size };
    struct str rest = { node->text.data + size + (space != NULL),
                        node->text.size - size - (space != NULL) };
    int64_t times = 0;

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
