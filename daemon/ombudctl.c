/* ombudctl: everything an operator types. Each command is a file in daemon/ctl/. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "config/config.h"
#include "host/config_file.h"
#include "ctl/command.h"
#include "host/options.h"
#include "json/json.h"

/* clang-format off */
static const struct command *const commands[] = {
    &command_ack,
    &command_check,
    &command_diff,
    &command_explain,
    &command_help_config,
    &command_learn,
    &command_replay,
    &command_test,
    &command_topics,
    &command_watch,
};
/* clang-format on */
#define COMMAND_COUNT (sizeof(commands) / sizeof(commands[0]))

static void print_usage(FILE *to)
{
    fprintf(to, "Usage: ombudctl COMMAND [OPTION]... [ARGUMENT]...\n\nCommands:\n");
    for (size_t i = 0; i < COMMAND_COUNT; i++)
        fprintf(to, "  %-8s  %s\n", commands[i]->name, commands[i]->summary);
    fprintf(to, "\n`ombudctl COMMAND --help` tells more. Exit codes follow sysexits: 0 done,\n"
                "64 usage, 65 bad data, 69 broker unavailable, 74 output, 75 try again,\n"
                "77 permission, 78 configuration.\n");
}

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

const char *command_default_config(void)
{
    static const char *const places[] = { "/etc/ombud/ombud.yaml", "conf/ombud.yaml" };
    for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
        if (access(places[i], R_OK) == 0)
            return places[i];
    }
    return NULL;
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

/* What a command has said must have arrived, whatever it made of its own writes. */
static int run(const struct command *command, int argc, char **argv)
{
    int code = command->run(command, argc, argv);
    if ((fflush(stdout) == 0 && !ferror(stdout)) || code != 0)
        return code;
    return command_failed(command, EX_IOERR, "the output cannot be written");
}

int main(int argc, char **argv)
{
    json_init();
    if (argc < 2) {
        print_usage(stderr);
        return EX_USAGE;
    }
    if (strcmp(argv[1], "--help") == 0 || (strcmp(argv[1], "help") == 0 && argc == 2)) {
        print_usage(stdout);
        return 0;
    }
    if (strcmp(argv[1], "--version") == 0) {
        printf("ombudctl %s\n", OMBUD_VERSION);
        return 0;
    }
    for (size_t i = 0; i < COMMAND_COUNT; i++) {
        if (strcmp(argv[1], commands[i]->name) == 0)
            return run(commands[i], argc - 1, argv + 1);
    }
    fprintf(stderr, "ombudctl: unknown command '%s'; `ombudctl --help` lists them\n", argv[1]);
    return EX_USAGE;
}
