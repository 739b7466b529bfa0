/* ombudctl topics create|check. */
#include "ctl/command.h"

#include <unistd.h>
#include <stdio.h>
#include <string.h>

#include "config/config.h"
#include "ctl/repartition.h"
#include "ctl/topics_rights.h"
#include "host/options.h"
#include "kafka/kafka_conf.h"
#include "kafka/topics.h"
#include "kafka/topics_shown.h"

enum { TIMEOUT = 30000 };

static int create(const struct command *command, rd_kafka_t *client, const struct config *config)
{
    struct buf report = { 0 };
    struct error err;
    fprintf(stderr, "asking %.*s, for at most %d s\n",
            STR_ARG(kafka_property(config, "bootstrap.servers")), TIMEOUT / 1000);
    bool ok = topics_create(client, config, TIMEOUT, &report, &err);
    fputs(buf_text(&report), stdout);
    fflush(stdout);
    buf_free(&report);
    if (ok)
        fprintf(stderr, "waiting until every broker shows them, for at most %d s\n",
                TIMEOUT / 1000);
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
    case TOPICS_REFUSED:
        code = command_failed(command, EX_NOPERM, "%s", err.text);
        break;
    case TOPICS_UNKNOWN:
        code = command_failed(command, EX_UNAVAILABLE, "%s", err.text);
        break;
    }
    buf_free(&report);
    return code;
}

/* Asks no broker: whoever may set rights runs what is printed. */
static int print_rights(const struct command *command, const char *path, const char *principal)
{
    struct config *config = command_config(command, path);
    if (config == NULL)
        return EX_CONFIG;
    struct buf text = { 0 };
    topics_rights(config, principal, &text);
    fputs(buf_text(&text), stdout);
    buf_free(&text);
    config_free(config);
    return 0;
}

static int repartition(const struct command *command, const struct config *config, const char *into)
{
    struct config *next = command_broker_config(command, into);
    if (next == NULL)
        return EX_CONFIG;
    int code = repartition_run(command, config, next);
    config_free(next);
    return code;
}

static int run(const struct command *command, int argc, char **argv)
{
    const char *path = NULL, *principal = NULL, *into = NULL;
    bool print = false;
    const struct option_row options[] = {
        { .name = "config", .kind = OPTION_TEXT, .to = &path },
        { .name = "principal", .kind = OPTION_TEXT, .to = &principal },
        { .name = "print", .kind = OPTION_FLAG, .to = &print },
        { .name = "into", .kind = OPTION_TEXT, .to = &into },
        { 0 },
    };
    int code = command_options(command, options, argc, argv);
    if (code >= 0)
        return code;
    const char *what = optind + 1 == argc ? argv[optind] : "";
    bool moves = strcmp(what, "repartition") == 0;
    if (strcmp(what, "create") != 0 && strcmp(what, "check") != 0 && strcmp(what, "acl") != 0 &&
        !moves)
        return command_misused(command, "create, check, acl or repartition?");
    if (moves != (into != NULL))
        return command_misused(command, "repartition goes --into the new configuration");
    if ((principal != NULL || print) && strcmp(what, "acl") != 0)
        return command_misused(command, "--principal and --print are for acl");
    if ((path = command_config_path(command, path)) == NULL)
        return EX_USAGE;
    if (strcmp(what, "acl") == 0)
        return print_rights(command, path, principal);
    struct config *config = command_broker_config(command, path);
    if (config == NULL)
        return EX_CONFIG;
    if (moves) {
        code = repartition(command, config, into);
        config_free(config);
        return code;
    }
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
    .arguments = "create|check|acl|repartition [-c FILE]",
    .summary = "Create the topics that a configuration needs, or check them",
    .help =
        "`create` makes what is missing, leaves alone what exists, and returns when every broker\n"
        "shows all of it; `check` names each topic that is missing or has a wrong number of\n"
        "partitions, and exits with 78 if there is one. `acl` prints the kafka-acls commands that\n"
        "give each program its rights and no more, and asks no broker. `repartition`\n"
        "takes the tickets over to another number of partitions: add partitions to the home "
        "topic,\n"
        "write a configuration with a new `topics: { state: ... }`, create its topics, stop\n"
        "producers, and, when everything is routed, the routers.\n"
        "\n"
        "  -c, --config FILE    the configuration\n"
        "      --principal X    of acl: for whom (default: User: and the setting sasl.username,\n"
        "                       else User:ombud)\n"
        "      --print          of acl: what it does anyway\n"
        "      --into FILE      of repartition: the new configuration\n",
    .run = run,
};
