/* Single values: YAML in, the struct's field out, by the row. */
#include <stdlib.h>
#include <string.h>

#include "base/date.h"
#include "base/mem.h"
#include "base/zone.h"
#include "loader.h"

const char *loader_quote(struct loader *loader, const struct yaml *node)
{
    if (node->kind != YAML_TEXT)
        return yaml_kind_name(node);
    return arena_printf(loader->scratch, "'%.*s'", STR_ARG(utf8_prefix(node->text, 64))).data;
}

/* Says what was wanted and what stands there. */
static bool mistaken(struct loader *loader, const struct setting *row, const struct yaml *node,
                     const char *wanted)
{
    /* A row without a key is the key of a map: a department's slug, a ladder's name. */
    struct str subject =
        row->key[0] ? arena_printf(loader->scratch, "'%s'", row->key) : STR("a name here");
    loader_fail(loader, node->place, "%.*s must be %s, not %s", STR_ARG(subject), wanted,
                loader_quote(loader, node));
    return false;
}

static bool is_slug(struct str s)
{
    if (s.size == 0 || s.size > 63)
        return false;
    for (size_t i = 0; i < s.size; i++) {
        char c = s.data[i];
        bool word = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
        if (!word && (i == 0 || (c != '_' && c != '-')))
            return false;
    }
    return true;
}

static bool is_topic(struct str s)
{
    if (s.size == 0 || s.size > 249 || str_is(s, ".") || str_is(s, ".."))
        return false;
    for (size_t i = 0; i < s.size; i++) {
        char c = s.data[i];
        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
              c == '.' || c == '_' || c == '-'))
            return false;
    }
    return true;
}

static bool read_text(struct loader *loader, const struct setting *row, const struct yaml *node,
                      struct str *out)
{
    static const char slug_rule[] = "lower-case letters, digits, '-' and '_', at most 63, "
                                    "beginning with a letter or digit";
    static const char topic_rule[] = "a topic name: letters, digits, '.', '_' and '-', at most 249";

    if (row->type == SETTING_SLUG && !is_slug(node->text))
        return mistaken(loader, row, node, slug_rule);
    if (row->type == SETTING_TOPIC && !is_topic(node->text))
        return mistaken(loader, row, node, topic_rule);
    *out = arena_copy(loader->arena, node->text);
    return true;
}

/* An integer with an optional unit behind it; `factor` is what the unit means. */
static bool split_unit(struct str text, int64_t *number, struct str *unit)
{
    size_t digits = 0;
    while (digits < text.size &&
           (text.data[digits] == '-' || (text.data[digits] >= '0' && text.data[digits] <= '9')))
        digits++;
    *unit = (struct str){ text.data + digits, text.size - digits };
    return str_to_int((struct str){ text.data, digits }, number);
}

static void out_of_range(struct loader *loader, const struct setting *row, const struct yaml *node)
{
    char low[SETTING_BOUND_SIZE], high[SETTING_BOUND_SIZE];
    loader_fail(loader, node->place, "'%s' must be from %s to %s, not %s", row->key,
                setting_bound(row, row->min, low), setting_bound(row, row->max, high),
                loader_quote(loader, node));
}

static bool read_integer(struct loader *loader, const struct setting *row, const struct yaml *node,
                         int64_t *out)
{
    static const struct {
        const char *name;
        int64_t size;
    } units[] = {
        { "", 1 }, { "B", 1 }, { "KiB", 1 << 10 }, { "MiB", 1 << 20 }, { "GiB", 1 << 30 }
    };
    int64_t number = 0, factor = 0;
    struct str unit;

    if (split_unit(node->text, &number, &unit)) {
        if (row->type == SETTING_PERCENT)
            factor = str_is(unit, "%");
        else if (row->type != SETTING_BYTES)
            factor = unit.size == 0;
        else
            for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
                factor += str_is(unit, units[i].name) ? units[i].size : 0;
    }
    if (factor == 0)
        return mistaken(loader, row, node,
                        row->type == SETTING_PERCENT ? "a percentage like 75%"
                        : row->type == SETTING_BYTES ? "a size like 512KiB or 64MiB"
                                                     : "a whole number");
    if (__builtin_mul_overflow(number, factor, &number) || number < row->min || number > row->max) {
        out_of_range(loader, row, node);
        return false;
    }
    *out = number;
    return true;
}

static bool read_duration(struct loader *loader, const struct setting *row, const struct yaml *node,
                          time_ms *out)
{
    struct error err;
    time_ms value = 0;

    if (!duration_parse(node->text, true, &value, &err)) {
        loader_fail(loader, node->place, "'%s': %s", row->key, err.text);
        return false;
    }
    if (value < row->min || value > row->max) {
        out_of_range(loader, row, node);
        return false;
    }
    *out = value;
    return true;
}

static bool read_choice(struct loader *loader, const struct setting *row, const struct yaml *node,
                        int *out)
{
    struct str names[32];
    struct buf list = { 0 };
    size_t count = 0;

    for (; row->choices[count]; count++) {
        names[count] = str_from(row->choices[count]);
        buf_printf(&list, "%s'%s'", count ? ", " : "", row->choices[count]);
        if (str_equal(names[count], node->text)) {
            *out = (int)count;
            buf_free(&list);
            return true;
        }
    }
    loader_fail(loader, node->place, "'%s' must be one of %s, not %s%s", row->key, buf_text(&list),
                loader_quote(loader, node), loader_guess(loader, node->text, names, count));
    buf_free(&list);
    return false;
}

static bool read_start(struct loader *loader, const struct setting *row, const struct yaml *node,
                       int *from, time_ms *time)
{
    struct error err;
    if (str_is(node->text, "earliest"))
        *from = START_EARLIEST;
    else if (str_is(node->text, "latest"))
        *from = START_LATEST;
    else if (time_parse(node->text, time, &err))
        *from = START_TIME;
    else
        return mistaken(loader, row, node,
                        "'earliest', 'latest' or a time like 2026-11-21T09:00:00Z");
    return true;
}

static bool read_time(struct loader *loader, const struct setting *row, const struct yaml *node,
                      time_ms *out)
{
    struct error err;
    if (time_parse(node->text, out, &err))
        return true;
    loader_fail(loader, node->place, "'%s': %s", row->key, err.text);
    return false;
}

/* The index of a name among what is defined; says so with a suggestion when it is not. */
static bool read_name(struct loader *loader, const char *noun, const struct yaml *node,
                      const struct str *names, size_t count, int *out)
{
    for (size_t i = 0; i < count; i++) {
        if (str_equal(names[i], node->text)) {
            *out = (int)i;
            return true;
        }
    }
    loader_fail(loader, node->place, "unknown %s '%.*s'%s", noun,
                STR_ARG(utf8_prefix(node->text, 64)),
                loader_guess(loader, node->text, names, count));
    return false;
}

static bool read_defined(struct loader *loader, const struct setting *row, const struct yaml *node,
                         int *out)
{
    const struct config *config = loader->config;
    size_t count = row->type == SETTING_DEPARTMENT ? config->department_count
                   : row->type == SETTING_LEVEL    ? config->level_count
                                                   : config->ladder_count;
    struct str *names = mem_array(count + 1, sizeof(*names));
    for (size_t i = 0; i < count; i++)
        names[i] = row->type == SETTING_DEPARTMENT ? config->departments[i].slug
                   : row->type == SETTING_LEVEL    ? config->levels[i].name
                                                   : config->ladders[i].name;
    bool found = read_name(loader,
                           row->type == SETTING_DEPARTMENT ? "department"
                           : row->type == SETTING_LEVEL    ? "level"
                                                           : "ladder",
                           node, names, count, out);
    free(names);
    return found;
}

static bool read_band(struct loader *loader, const struct setting *row, const struct yaml *node,
                      int *out)
{
    int band = band_parse(node->text);
    if (band < 0)
        return mistaken(loader, row, node, "a band: P1, P2, P3 or P4");
    *out = band;
    return true;
}

/* Where a matcher's column is in the file, as far as the scalar stands on one line. */
static struct yaml_place place_within(const struct yaml *node, const char **sentence)
{
    struct yaml_place place = node->place;
    int column = 0;
    size_t skip = 0;

    if (strncmp(*sentence, "column ", 7) != 0)
        return place;
    for (skip = 7; (*sentence)[skip] >= '0' && (*sentence)[skip] <= '9' && column < 100000; skip++)
        column = column * 10 + ((*sentence)[skip] - '0');
    if ((*sentence)[skip] != ':')
        return place;
    *sentence += skip + 2;
    if (!memchr(node->text.data, '\n', node->text.size))
        place.column += column - 1 + node->quoted;
    return place;
}

struct use_arg {
    struct loader *loader;
    struct yaml_place place;
};

static void note_use(void *arg, enum matcher_use kind, struct str field, struct str value)
{
    struct use_arg *use = arg;
    struct loader *loader = use->loader;
    loader->uses = mem_resize(loader->uses, loader->use_count + 1, sizeof(*loader->uses));
    loader->uses[loader->use_count++] =
        (struct loader_use){ kind, arena_copy(loader->scratch, field),
                             arena_copy(loader->scratch, value), use->place };
}

/* What can never be there is never found: `signal` of a notice, `level` of a ticket. */
static bool check_about(struct loader *loader, const struct setting *row, const struct yaml *node,
                        const struct matcher *matcher)
{
    enum matcher_about about = row->flags & SETTING_NOTICES  ? MATCHER_OF_NOTICES
                               : row->flags & SETTING_CLIMBS ? MATCHER_OF_CLIMBS
                                                             : MATCHER_OF_TICKETS;
    struct str stranger = matcher_stranger(matcher, about);
    if (!str_present(stranger))
        return true;
    if (about == MATCHER_OF_NOTICES)
        loader_fail(loader, node->place,
                    "'%s': a notice has no '%.*s', but level, department, trigger, clock, ticket, "
                    "band, score, label, category and customer.account",
                    row->key, STR_ARG(stranger));
    else
        loader_fail(loader, node->place, "'%s': a ticket has no '%.*s', which is for %s", row->key,
                    STR_ARG(stranger),
                    str_is(stranger, "level") ? "inhibitions and silences"
                                              : "escalations, their ladders, inhibitions and "
                                                "silences");
    return false;
}

static bool read_matcher(struct loader *loader, const struct setting *row, const struct yaml *node,
                         struct matcher **out, struct str *text)
{
    struct use_arg use = { loader, node->place };
    struct error err;
    struct str copy = arena_copy(loader->arena, node->text);
    struct matcher *matcher = matcher_parse(copy, loader->arena, note_use, &use, &err);

    if (!matcher) {
        const char *sentence = err.text;
        struct yaml_place place = place_within(node, &sentence);
        loader_fail(loader, place, "%s", sentence);
        return false;
    }
    loader->matchers =
        mem_resize(loader->matchers, loader->matcher_count + 1, sizeof(*loader->matchers));
    loader->matchers[loader->matcher_count++] = matcher;
    if (!check_about(loader, row, node, matcher))
        return false;
    *out = matcher;
    *text = copy;
    return true;
}

static bool read_unless(struct loader *loader, const struct setting *row, const struct yaml *node,
                        bool *out)
{
    if (str_is(node->text, "closed")) {
        loader_fail(loader, node->place,
                    "a closed or resolved ticket ends its ladder anyway; 'unless' can only say "
                    "'acknowledged'");
        return false;
    }
    if (!str_is(node->text, "acknowledged"))
        return mistaken(loader, row, node, "'acknowledged'");
    *out = true;
    return true;
}

bool loader_read_warning(struct loader *loader, const struct setting *row, const struct yaml *node,
                         struct config_warning *out)
{
    struct config_warning warning = { 0 };
    int64_t number = 0;
    struct str unit;
    struct error err;

    if (split_unit(node->text, &number, &unit) && str_is(unit, "%")) {
        if (number < 1 || number > 99)
            return mistaken(loader, row, node, "from 1% to 99%");
        warning.percent = (int)number;
    } else if (!duration_parse(node->text, false, &warning.before, &err) || warning.before == 0) {
        return mistaken(loader, row, node,
                        "a part of the target like 75%, or a time before its end like 10m");
    }
    *out = warning;
    return true;
}

static void read_zone(struct loader *loader, const struct yaml *node, struct str *out)
{
    struct error err;
    struct zone *zone = zone_open(node->text, &err);
    if (zone)
        *out = arena_copy(loader->arena, node->text);
    else
        loader_fail(loader, node->place, "%s", err.text);
    zone_close(zone);
}

static void read_date(struct loader *loader, const struct setting *row, const struct yaml *node,
                      int64_t *out)
{
    struct error err;
    if (!date_parse(node->text, out, &err))
        loader_fail(loader, node->place, "'%s': %s", row->key, err.text);
}

static void read_scalar(struct loader *loader, const struct setting *row, const struct yaml *node,
                        char *object)
{
    void *at = object + row->offset, *extra = object + row->extra;
    int64_t number = 0;
    int choice = 0;

    switch (row->type) {
    case SETTING_INTEGER:
    case SETTING_PERCENT:
        if (read_integer(loader, row, node, &number))
            *(int *)at = (int)number;
        break;
    case SETTING_BYTES:
        read_integer(loader, row, node, at);
        break;
    case SETTING_DURATION:
        read_duration(loader, row, node, at);
        break;
    case SETTING_CHOICE:
        read_choice(loader, row, node, at);
        break;
    case SETTING_FLAG:
        if (read_choice(loader, row, node, &choice))
            *(bool *)at = choice == 1;
        break;
    case SETTING_START:
        read_start(loader, row, node, at, extra);
        break;
    case SETTING_TIME:
        read_time(loader, row, node, at);
        break;
    case SETTING_ZONE:
        read_zone(loader, node, at);
        break;
    case SETTING_DATE:
        read_date(loader, row, node, at);
        break;
    case SETTING_CALENDAR:
        loader_read_calendar(loader, node, at);
        break;
    case SETTING_MATCHER:
        read_matcher(loader, row, node, at, extra);
        break;
    case SETTING_DEPARTMENT:
    case SETTING_LEVEL:
    case SETTING_LADDER:
        read_defined(loader, row, node, at);
        break;
    case SETTING_BAND:
        read_band(loader, row, node, at);
        break;
    case SETTING_UNLESS:
        read_unless(loader, row, node, at);
        break;
    default:
        read_text(loader, row, node, at);
        break;
    }
}

void loader_read_value(struct loader *loader, const struct setting *row, const struct yaml *node,
                       char *object)
{
    if (row->type >= SETTING_NAME) {
        loader_read_list(loader, row, node, object);
        return;
    }
    if (node->kind != YAML_TEXT && !(node->kind == YAML_NULL && row->type == SETTING_TEXT))
        mistaken(loader, row, node, "a single value");
    else
        read_scalar(loader, row, node, object);
}
