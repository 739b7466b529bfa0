/* ombudctl watch: a live, readable account of what ombudd decides. */
#include "ctl/command.h"

#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/zone.h"
#include "config/config.h"
#include "ctl/account.h"
#include "ctl/reader.h"

enum { POLL = 200 };

struct watch {
    const struct command *command;
    bool from_start;
    long seconds; /* 0: until interrupted */
    const char *ticket;
    bool colour;
};

static volatile sig_atomic_t stopped;

static void stop(int number)
{
    (void)number;
    stopped = 1;
}

/* Everything that people read; state and notices are the daemon's own. */
static struct str *watched_topics(const struct config *config, size_t *count)
{
    const struct str fixed[] = { config->topics.decisions, config->topics.promises,
                                 config->topics.deadletter };
    size_t fixed_count = sizeof(fixed) / sizeof(fixed[0]), at = 0;
    struct str *topics =
        mem_array(fixed_count + config->department_count + config->level_count, sizeof(*topics));
    for (size_t i = 0; i < fixed_count; i++)
        topics[at++] = fixed[i];
    for (size_t i = 0; i < config->department_count; i++)
        topics[at++] = config->departments[i].topic;
    for (size_t i = 0; i < config->level_count; i++)
        topics[at++] = config->levels[i].topic;
    *count = at;
    return topics;
}

static void show(const struct watch *watch, const struct config *config, const struct zone *zone,
                 const rd_kafka_message_t *message)
{
    struct buf out = { 0 };
    struct account_record record = { .topic = str_from(rd_kafka_topic_name(message->rkt)),
                                     .key = { message->key, message->key_len },
                                     .value = { message->payload, message->len } };
    rd_kafka_headers_t *headers = NULL;
    const void *reason;
    size_t size;
    if (rd_kafka_message_headers(message, &headers) == RD_KAFKA_RESP_ERR_NO_ERROR &&
        rd_kafka_header_get_last(headers, "ombud-error", &reason, &size) ==
            RD_KAFKA_RESP_ERR_NO_ERROR)
        record.refusal = (struct str){ reason, size };
    account_add(config, zone, &record, watch->ticket ? str_from(watch->ticket) : STR_NONE,
                watch->colour, &out);
    fwrite(out.data ? out.data : "", 1, out.size, stdout);
    fflush(stdout);
    buf_free(&out);
}

static int follow(const struct watch *watch, const struct config *config)
{
    size_t count;
    struct error err = { "" };
    struct str *topics = watched_topics(config, &count);
    struct reader *reader = reader_open(
        config, topics, count, watch->from_start ? READER_FROM_START : READER_FROM_END, &err);
    free(topics);
    if (reader == NULL)
        return command_failed(watch->command, EX_UNAVAILABLE, "%s", err.text);
    fprintf(stderr, "watching; interrupt to end\n");
    struct zone *zone = zone_open(config->zone, NULL);
    time_t end = time(NULL) + watch->seconds;
    int code = 0;
    while (!stopped && code == 0 && (watch->seconds == 0 || time(NULL) < end)) {
        rd_kafka_message_t *message = reader_next(reader, POLL, &err);
        if (message) {
            show(watch, config, zone, message);
            rd_kafka_message_destroy(message);
        } else if (err.text[0]) {
            code = command_failed(watch->command, EX_NOPERM, "%s", err.text);
        }
    }
    zone_close(zone);
    reader_close(reader);
    return code;
}

static int run(const struct command *command, int argc, char **argv)
{
    static const struct option options[] = {
        { "config", required_argument, NULL, 'c' },  { "from-start", no_argument, NULL, 'f' },
        { "seconds", required_argument, NULL, 's' }, { "ticket", required_argument, NULL, 't' },
        { "help", no_argument, NULL, 'h' },          { NULL, 0, NULL, 0 },
    };
    struct watch watch = { .command = command, .colour = isatty(STDOUT_FILENO) };
    const char *path = NULL;
    int64_t seconds = 0;
    for (int option; (option = getopt_long(argc, argv, "c:", options, NULL)) != -1;) {
        if (option == 'h')
            return command_help(command);
        else if (option == 'c')
            path = optarg;
        else if (option == 'f')
            watch.from_start = true;
        else if (option == 't')
            watch.ticket = optarg;
        else if (option == 's' && (!str_to_int(str_from(optarg), &seconds) || seconds < 1))
            return command_misused(command, "'%s' is no number of seconds", optarg);
        else if (option == '?')
            return command_misused(command, "see --help");
    }
    watch.seconds = (long)seconds;
    if (path == NULL || optind != argc)
        return command_misused(command, path ? "too many arguments" : "-c FILE is missing");
    struct config *config = command_config(command, path);
    if (config == NULL)
        return EX_CONFIG;
    struct sigaction action = { .sa_handler = stop };
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    int code = follow(&watch, config);
    config_free(config);
    return code;
}

const struct command command_watch = {
    .name = "watch",
    .arguments = "-c FILE [--from-start] [--seconds N] [--ticket T]",
    .summary = "Follow decisions, dispatches, promises and escalations as they happen",
    .help = "  -c, --config FILE    the configuration\n"
            "      --from-start     begin with what the topics hold already\n"
            "      --seconds N      end after N seconds (default: when interrupted)\n"
            "      --ticket T       only this ticket\n",
    .run = run,
};
