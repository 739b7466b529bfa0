/* ombudctl: everything an operator types. Each command is a file in daemon/ctl/. */
#include <stdio.h>
#include <string.h>

#include "ctl/command.h"
#include "json/json.h"

/* clang-format off */
static const struct command *const commands[] = {
    &command_ack,
    &command_calendar,
    &command_check,
    &command_deadletter,
    &command_diff,
    &command_event,
    &command_explain,
    &command_format,
    &command_help_config,
    &command_learn,
    &command_reload,
    &command_replay,
    &command_settle,
    &command_silence,
    &command_status,
    &command_test,
    &command_ticket,
    &command_topics,
    &command_upgrade,
    &command_watch,
};
/* clang-format on */
#define COMMAND_COUNT (sizeof(commands) / sizeof(commands[0]))

static void print_usage(FILE *to)
{
    fprintf(to, "Usage: ombudctl COMMAND [OPTION]... [ARGUMENT]...\n\nCommands:\n");
    for (size_t i = 0; i < COMMAND_COUNT; i++)
        fprintf(to, "  %-10s  %s\n", commands[i]->name, commands[i]->summary);
    fprintf(to, "\n`ombudctl COMMAND --help` tells more. Exit codes follow sysexits: 0 done,\n"
                "64 usage, 65 bad data, 69 broker unavailable, 74 output, 75 try again,\n"
                "77 permission, 78 configuration.\n");
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
