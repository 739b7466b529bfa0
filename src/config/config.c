#include "config/config.h"

const char *trigger_name(enum trigger trigger)
{
    static const char *const names[TRIGGER_COUNT] = {
        [TRIGGER_BAND] = "band",
        [TRIGGER_WARNING] = "warning",
        [TRIGGER_BREACH] = "breach",
        [TRIGGER_MANAGER] = "manager",
        [TRIGGER_REOPENED] = "reopened",
        [TRIGGER_UNROUTED] = "unrouted",
        [TRIGGER_DEADLETTER] = "deadletter",
    };
    return names[trigger];
}

const char *score_family_name(enum score_family family)
{
    static const char *const names[FAMILY_COUNT] = {
        [FAMILY_TEXT] = "text",       [FAMILY_NEED] = "need",     [FAMILY_CUSTOMER] = "customer",
        [FAMILY_HISTORY] = "history", [FAMILY_STATED] = "stated",
    };
    return names[family];
}

static bool is_called(const struct config_department *department, struct str name)
{
    if (str_equal_nocase(department->slug, name) || str_equal_nocase(department->name.zh, name) ||
        str_equal_nocase(department->name.en, name))
        return true;
    for (size_t i = 0; i < department->alias_count; i++) {
        if (str_equal_nocase(department->aliases[i], name))
            return true;
    }
    return false;
}

int config_department(const struct config *config, struct str name)
{
    if (name.size == 0)
        return -1;
    /* A slug is never hidden by another department's name. */
    for (size_t i = 0; i < config->department_count; i++) {
        if (str_equal(config->departments[i].slug, name))
            return (int)i;
    }
    for (size_t i = 0; i < config->department_count; i++) {
        if (is_called(&config->departments[i], name))
            return (int)i;
    }
    return -1;
}

int config_level(const struct config *config, struct str name)
{
    for (size_t i = 0; i < config->level_count; i++) {
        if (str_equal(config->levels[i].name, name))
            return (int)i;
    }
    return -1;
}

int config_band(struct str name)
{
    if (name.size == 2 && name.data[0] == 'P' && name.data[1] >= '1' && name.data[1] <= '4')
        return name.data[1] - '1';
    return -1;
}

const char *band_name(int band)
{
    static const char *const names[CONFIG_BANDS] = { "P1", "P2", "P3", "P4" };
    return names[band];
}
