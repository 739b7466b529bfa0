/* ombudctl check. */
#include "ctl/command.h"

#include <unistd.h>
#include <stdio.h>

#include "calendar/expiry.h"
#include "config/config.h"
#include "host/now.h"
#include "host/options.h"
#include "score/examples.h"

static void tell(void *arg, struct str sentence)
{
    (void)arg;
    fprintf(stderr, "%.*s\n", STR_ARG(sentence));
}

static void tell_expiry(const struct config *config)
{
    for (size_t i = 0; i < config->calendar_count; i++) {
        const struct config_calendar *calendar = &config->calendars[i];
        struct buf sentence = { 0 };
        if (calendar_expires(calendar->calendar, now_wall(), &sentence))
            fprintf(stderr, "%.*s:%d:%d: warning: %s\n", STR_ARG(calendar->place.file),
                    calendar->place.line, calendar->place.column, buf_text(&sentence));
        buf_free(&sentence);
    }
    for (size_t i = 0; i < config->regulation_count; i++) {
        const struct config_regulation *regulation = &config->regulations[i];
        struct buf sentence = { 0 };
        if (config_regulation_expires(regulation, now_wall(), &sentence))
            fprintf(stderr, "%.*s:%d:%d: warning: %s\n", STR_ARG(regulation->place.file),
                    regulation->place.line, regulation->place.column, buf_text(&sentence));
        buf_free(&sentence);
    }
}

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
    if (!examples_check(config, tell, NULL)) {
        config_free(config);
        return command_failed(command, EX_CONFIG, "%s has concepts that do not hear their examples",
                              path);
    }
    tell_expiry(config);
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
            "exits with 78 if the configuration cannot be used, or if a concept with a floor has\n"
            "no examples or does not hear one of them.\n"
            "\n"
            "  -c, --config FILE    the configuration\n",
    .run = run,
};
