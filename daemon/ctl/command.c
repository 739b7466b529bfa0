/* What every command needs: to complain, to help, to find its configuration. */
#include "ctl/command.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "config/config.h"
#include "host/config_file.h"
#include "host/options.h"

int command_misused(const struct command *command, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fprintf(stderr, "ombudctl %s: ", command->name);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fprintf(stderr, "\nUsage: ombudctl %s %s\n", command->name, command->arguments);
    return EX_USAGE;
}

int command_failed(const struct command *command, int code, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fprintf(stderr, "ombudctl %s: ", command->name);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
    return code;
}

int command_help(const struct command *command)
{
    printf("Usage: ombudctl %s %s\n\n%s.\n\n%s", command->name, command->arguments,
           command->summary, command->help);
    return 0;
}

int command_options(const struct command *command, const struct option_row *rows, int argc,
                    char **argv)
{
    struct error err;
    switch (options_read(rows, argc, argv, &err)) {
    case OPTIONS_HELP:
        return command_help(command);
    case OPTIONS_WRONG:
        return command_misused(command, "%s", err.text);
    case OPTIONS_READ:
        break;
    }
    return -1;
}

static const char *default_config(void)
{
    static const char *const places[] = { "/etc/ombud/ombud.yaml", "conf/ombud.yaml" };
    for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
        if (access(places[i], R_OK) == 0)
            return places[i];
    }
    return NULL;
}

const char *command_config_path(const struct command *command, const char *given)
{
    const char *named = getenv("OMBUD_CONFIG");
    if (given == NULL && named != NULL && named[0] != '\0')
        given = named;
    if (given == NULL)
        given = default_config();
    if (given == NULL)
        command_misused(command, "which configuration? -c FILE or the variable OMBUD_CONFIG says; "
                                 "/etc/ombud/ombud.yaml is not there");
    return given;
}

struct config *command_config(const struct command *command, const char *path)
{
    struct config_findings findings = { 0 };
    struct config *config = config_open(path, &findings);
    for (size_t i = 0; i < findings.count; i++) {
        /* Advice belongs to `check`; elsewhere it would hide what was asked for. */
        if (findings.items[i].fatal || command == &command_check)
            fprintf(stderr, "%.*s\n", STR_ARG(findings.items[i].text));
    }
    config_findings_free(&findings);
    if (config == NULL)
        command_failed(command, EX_CONFIG, "%s is not usable", path);
    return config;
}

struct config *command_broker_config(const struct command *command, const char *path)
{
    struct error err;
    struct config *config = command_config(command, path);
    if (config == NULL || config_secrets(config, &err))
        return config;
    config_free(config);
    command_failed(command, EX_CONFIG, "%s", err.text);
    return NULL;
}
