/* ombudctl check. */
#include "ctl/command.h"

#include <stdio.h>
#include <unistd.h>

#include "calendar/expiry.h"
#include "config/config.h"
#include "host/config_file.h"
#include "host/log.h"
#include "host/now.h"
#include "host/options.h"
#include "kafka/kafka_conf.h"
#include "kafka/start_check.h"
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

/* What a start checks, too; with a broker all of it. */
static int check_kafka(const struct command *command, struct config *config, bool broker)
{
    struct error err;
    if (!kafka_conf_check(config, &err))
        return command_failed(command, EX_CONFIG, "%s", err.text);
    if (!broker)
        return 0;
    if (!config_secrets(config, &err))
        return command_failed(command, EX_CONFIG, "%s", err.text);
    /* A name of its own: under a running router's this would take its place. */
    char name[256];
    struct str group = kafka_property(config, "group.id");
    snprintf(name, sizeof(name), "%.*s-check-%ld", STR_ARG(utf8_prefix(group, 200)),
             (long)getpid());
    struct log *log = log_new(STDERR_FILENO, LOGGED_NOTICE);
    struct inputs inputs;
    inputs_plan(config, &inputs);
    int code = start_check(config, name, &inputs, log);
    inputs_free(&inputs);
    log_free(log);
    return code;
}

static int run(const struct command *command, int argc, char **argv)
{
    const char *path = NULL;
    bool broker = false;
    const struct option_row options[] = { { .name = "config", .kind = OPTION_TEXT, .to = &path },
                                          { .name = "broker", .kind = OPTION_FLAG, .to = &broker },
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
    code = check_kafka(command, config, broker);
    if (code == 0)
        printf("%s is valid: %zu department%s, %zu source%s, configuration %s\n", path,
               config->department_count, config->department_count == 1 ? "" : "s",
               config->source_count, config->source_count == 1 ? "" : "s", config->fingerprint);
    config_free(config);
    return code;
}

const struct command command_check = {
    .name = "check",
    .arguments = "[--broker] [-c] FILE",
    .summary = "Validate a configuration",
    .help =
        "Prints every error as file:line:column: sentence, and what is valid but suspicious;\n"
        "exits with 78 if the configuration cannot be used, or if a concept with a floor has\n"
        "no examples or does not hear one of them.\n"
        "\n"
        "  -c, --config FILE    the configuration\n"
        "      --broker         ask Kafka, too, what a start asks: are all topics there, as they\n"
        "                       must be, and may everything be read and written that must\n",
    .run = run,
};
