#include "config/config.h"

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

int config_department_of(const struct config *config, struct str slug)
{
    for (size_t i = 0; i < config->department_count; i++) {
        if (str_equal(config->departments[i].slug, slug))
            return (int)i;
    }
    return -1;
}

int config_department(const struct config *config, struct str name)
{
    if (name.size == 0)
        return -1;
    /* A slug is never hidden by another department's name. */
    int index = config_department_of(config, name);
    if (index >= 0)
        return index;
    for (size_t i = 0; i < config->department_count; i++) {
        if (is_called(&config->departments[i], name))
            return (int)i;
    }
    return -1;
}

const struct config_calendar *config_calendar(const struct config *config, struct str name)
{
    for (size_t i = 0; i < config->calendar_count; i++) {
        if (str_equal(config->calendars[i].name, name))
            return &config->calendars[i];
    }
    return NULL;
}

int config_level(const struct config *config, struct str name)
{
    for (size_t i = 0; i < config->level_count; i++) {
        if (str_equal(config->levels[i].name, name))
            return (int)i;
    }
    return -1;
}
