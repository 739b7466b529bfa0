/* ombudctl check. */
#include "ctl/command.h"

#include <unistd.h>
#include <stdio.h>

#include "config/config.h"
#include "host/options.h"

static int run(const struct command *command, int argc, char **argv)
{
    const char *path = NULL;
    const struct option_row options[] = { { .name = "config", .kind = OPTION_TEXT, .to = &path },
                                          { 0 } };
    int code = command_options(command, options, argc, argv);
    if (code >= 0)
        return code;
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
