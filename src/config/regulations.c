/* Regulations: what is read from their files, and what rows alone cannot tell of them. */
#include <string.h>

#include "base/date.h"
#include "calendar/expiry.h"
#include "loader.h"
#include "rows.h"

/* One version is a map, several are a list of maps. */
static void read_versions(struct loader *loader, struct config_regulation *regulation,
                          struct yaml *root)
{
    struct yaml *const *items = root->kind == YAML_LIST ? root->items : &root;
    size_t count = root->kind == YAML_LIST ? root->count : 1;
    regulation->versions = arena_alloc(loader->arena, (count + 1) * sizeof(*regulation->versions));
    regulation->version_count = count;
    for (size_t i = 0; i < count; i++)
        loader_read(loader, &regulation_version_settings, items[i], items[i]->place,
                    &regulation->versions[i]);
}

static void read_file(struct loader *loader, struct config_regulation *regulation)
{
    struct yaml *root;
    struct error err;
    struct str path = regulation->file;
    if (!str_present(path))
        path = arena_printf(loader->scratch, "regulations/%.*s.yaml", STR_ARG(regulation->name));
    path = loader_path(loader, loader->path, path);
    if (!loader_tree(loader, path, &root, &err))
        loader_fail(loader, regulation->place, "unknown regulation '%.*s': %s",
                    STR_ARG(regulation->name), err.text);
    else if (root)
        read_versions(loader, regulation, root);
}

void loader_read_regulations(struct loader *loader)
{
    struct config *config = loader->config;
    for (size_t i = 0; i < config->regulation_count; i++) {
        struct config_regulation *regulation = &config->regulations[i];
        if (regulation->version_count == 0 && str_present(regulation->name))
            read_file(loader, regulation);
    }
}

/* ---- finishing */

static bool counts_working_days(const struct config_clock *clock, int band)
{
    return clock->target[band].unit == TARGET_WORKING_DAYS ||
           clock->every[band].unit == TARGET_WORKING_DAYS ||
           clock->extend[band].unit == TARGET_WORKING_DAYS;
}

/* Every day is a working day of `always`, which no law means. */
static void check_calendar(struct loader *loader, const struct config_regulation *regulation,
                           const struct config_regulation_version *version)
{
    for (size_t i = 0; i < version->terms.clock_count; i++) {
        const struct config_clock *clock = &version->terms.clocks[i];
        for (int band = 0; band < BAND_COUNT; band++) {
            if (!counts_working_days(clock, band) || clock->calendar[band] ||
                version->terms.calendar[band])
                continue;
            loader_fail(loader, regulation->place,
                        "the regulation '%.*s' counts working days: say whose, with 'calendar'",
                        STR_ARG(regulation->name));
            return;
        }
    }
}

static void finish_version(struct loader *loader, const struct config_regulation *regulation,
                           struct config_regulation_version *version)
{
    struct config_sla *terms = &version->terms;
    terms->name = regulation->name;
    terms->warn = regulation->warn;
    terms->max_extensions = 1; /* as good as not said */
    for (int band = 0; band < BAND_COUNT; band++) {
        if (regulation->calendar[band])
            terms->calendar[band] = regulation->calendar[band];
    }
    loader_check_clocks(loader, terms->clocks, terms->clock_count);
    check_calendar(loader, regulation, version);
    for (int band = 0; band < BAND_COUNT; band++) {
        if (!terms->calendar[band])
            terms->calendar[band] = loader->config->always;
    }
    loader_finish_clocks(loader, terms);
}

static int64_t last_day(const struct config_regulation_version *version)
{
    return version->valid_until ? version->valid_until : INT64_MAX;
}

static void check_validity(struct loader *loader, const struct config_regulation *regulation,
                           size_t index)
{
    const struct config_regulation_version *version = &regulation->versions[index];
    if (last_day(version) < version->valid_from)
        loader_fail(loader, version->place, "it is valid until a day before it is valid from");
    for (size_t k = 0; k < index; k++) {
        const struct config_regulation_version *other = &regulation->versions[k];
        if (version->valid_from <= last_day(other) && other->valid_from <= last_day(version))
            loader_fail(loader, version->place,
                        "two versions of '%.*s' are valid on the same days: this one and that of "
                        "line %d",
                        STR_ARG(regulation->name), other->place.line);
    }
}

void loader_finish_regulations(struct loader *loader)
{
    struct config *config = loader->config;
    const struct config_sla *last = config->sla_count ? &config->slas[config->sla_count - 1] : NULL;
    for (size_t i = 0; i < config->regulation_count; i++) {
        struct config_regulation *regulation = &config->regulations[i];
        if (regulation->warn.count == 0 && last)
            regulation->warn = last->warn;
        for (size_t k = 0; k < i; k++) {
            if (str_present(regulation->name) &&
                str_equal(regulation->name, config->regulations[k].name))
                loader_fail(loader, regulation->place, "the regulation '%.*s' is named twice",
                            STR_ARG(regulation->name));
        }
        for (size_t k = 0; k < regulation->version_count; k++) {
            finish_version(loader, regulation, &regulation->versions[k]);
            check_validity(loader, regulation, k);
        }
    }
}

/* ---- the end of what is known */

bool config_regulation_expires(const struct config_regulation *regulation, time_ms now,
                               struct buf *sentence)
{
    int64_t last = 0;
    char text[DATE_TEXT_SIZE];
    for (size_t i = 0; i < regulation->version_count; i++) {
        if (last_day(&regulation->versions[i]) > last)
            last = last_day(&regulation->versions[i]);
    }
    int64_t left = last - now / TIME_DAY;
    if (last == INT64_MAX || left >= EXPIRY_WARNING_DAYS)
        return false;
    buf_printf(sentence, "what the regulation '%.*s' says is known until %s, ",
               STR_ARG(regulation->name), date_format(last, text).data);
    if (left < 0)
        buf_printf(sentence, "which is past: no ticket received since is under it");
    else
        buf_printf(sentence, "%lld days from now: tickets received later will not be under it",
                   (long long)left);
    return true;
}

/* ---- lint */

void loader_lint_regulations(struct loader *loader)
{
    const struct config *config = loader->config;
    for (size_t i = 0; i < config->regulation_count; i++) {
        const struct config_regulation *regulation = &config->regulations[i];
        for (size_t k = 0; k < regulation->version_count && !regulation->checked; k++) {
            const struct config_regulation_version *version = &regulation->versions[k];
            if (version->checked)
                continue;
            loader_note(
                loader, regulation->place,
                "nobody has checked the regulation '%.*s' at its source (%.*s): read it, then "
                "say 'checked: true' here",
                STR_ARG(regulation->name), STR_ARG(utf8_prefix(version->source, 160)));
            break;
        }
    }
}
