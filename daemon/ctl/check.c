/* ombudctl check. */
#include "ctl/command.h"

#include <getopt.h>
#include <stdio.h>

#include "config/config.h"

static int run(const struct command *command, int argc, char **argv)
{
    static const struct option options[] = {
        { "config", required_argument, NULL, 'c' },
        { "help", no_argument, NULL, 'h' },
        { NULL, 0, NULL, 0 },
    };
    const char *path = NULL;
    for (int option; (option = getopt_long(argc, argv, "c:", options, NULL)) != -1;) {
        if (option == 'h')
            return command_help(command);
        if (option == '?')
            return command_misused(command, "see --help");
        path = optarg;
    }
    if (path == NULL && optind < argc)
        path = argv[optind++];
    if (path == NULL || optind != argc)
        return command_misused(command, "one FILE is needed");
    struct config *config = command_config(command, path);
    if (config == NULL)
        return EX_CONFIG;
    printf("%s is valid: %zu departments, %zu sources, configuration %s\n", path,
           config->department_count, config->source_count, config->fingerprint);
    config_free(config);
    return 0;
}

const struct command command_check = {
    .name = "check",
    .arguments = "[-c] FILE",
    .summary = "Validate a configuration",
    .help = "Prints every error as file:line:column: sentence, and what is valid but suspicious;\n"
            "exits with 78 if the configuration cannot be used.\n"
            "\n"
            "  -c, --config FILE    the configuration\n",
    .run = run,
};
