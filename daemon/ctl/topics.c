/* ombudctl topics create|check. */
#include "ctl/command.h"

#include <unistd.h>
#include <stdio.h>
#include <string.h>

#include "config/config.h"
#include "host/options.h"
#include "kafka/topics.h"
#include "kafka/topics_shown.h"

enum { TIMEOUT = 30000 };

static int create(const struct command *command, rd_kafka_t *client, const struct config *config)
{
    struct buf report = { 0 };
    struct error err;
    bool ok = topics_create(client, config, TIMEOUT, &report, &err);
    fputs(buf_text(&report), stdout);
    fflush(stdout);
    buf_free(&report);
    ok = ok && topics_wait_shown(client, config, TIMEOUT, &err);
    return ok ? 0 : command_failed(command, EX_UNAVAILABLE, "%s", err.text);
}

static int check(const struct command *command, rd_kafka_t *client, const struct config *config)
{
    struct buf report = { 0 };
    struct error err;
    int code = 0;
    switch (topics_check(client, config, TIMEOUT, &report, &err)) {
    case TOPICS_RIGHT:
        printf("every topic is there and has the partitions it needs\n");
        break;
    case TOPICS_MISSING:
    case TOPICS_WRONG:
        fputs(buf_text(&report), stderr);
        code = EX_CONFIG;
        break;
    case TOPICS_UNKNOWN:
        code = command_failed(command, EX_UNAVAILABLE, "%s", err.text);
        break;
    }
    buf_free(&report);
    return code;
}

static int run(const struct command *command, int argc, char **argv)
{
    const char *path = NULL;
    const struct option_row options[] = { { .name = "config", .kind = OPTION_TEXT, .to = &path },
                                          { 0 } };
    int code = command_options(command, options, argc, argv);
    if (code >= 0)
        return code;
    const char *what = optind + 1 == argc ? argv[optind] : "";
    if (strcmp(what, "create") != 0 && strcmp(what, "check") != 0)
        return command_misused(command, "create or check?");
    if (path == NULL)
        return command_misused(command, "-c FILE is missing");
    struct config *config = command_broker_config(command, path);
    if (config == NULL)
        return EX_CONFIG;
    struct error err;
    rd_kafka_t *client = topics_client(config, &err);
    if (client == NULL) {
        code = command_failed(command, EX_CONFIG, "%s", err.text);
    } else {
        code = strcmp(what, "create") == 0 ? create(command, client, config)
                                           : check(command, client, config);
        rd_kafka_destroy(client);
    }
    config_free(config);
    return code;
}

const struct command command_topics = {
    .name = "topics",
    .arguments = "create|check -c FILE",
    .summary = "Create the topics that a configuration needs, or check them",
    .help =
        "`create` makes what is missing, leaves alone what exists, and returns when every broker\n"
        "shows all of it; `check` names each topic that is missing or has a wrong number of\n"
        "partitions, and exits with 78 if there is one.\n"
        "\n"
        "  -c, --config FILE    the configuration\n",
    .run = run,
};
