/* ombudctl watch: a live, readable account of what ombudd decides. */
#include "ctl/command.h"

#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/zone.h"
#include "config/config.h"
#include "ctl/story.h"
#include "host/now.h"
#include "host/options.h"
#include "kafka/follow.h"

enum { POLL = 200, SETTLE = 250, TIMEOUT = 15000 }; /* ms */

struct watch {
    const struct command *command;
    bool from_start;
    int seconds; /* 0: until interrupted */
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

/* What came within a short while, told in the order in which it was decided: topics and partitions
 * reach a reader in any order. */
struct batch {
    struct shown {
        rd_kafka_message_t *message;
        time_ms time;    /* Kafka's: when it was written */
        struct str kind; /* "ombud.decision": the header ce_type */
    } * items;
    size_t count, capacity;
    time_ms since; /* of the first, monotonic */
};

static struct str header_of(const rd_kafka_message_t *message, const char *name)
{
    rd_kafka_headers_t *headers = NULL;
    const void *value = NULL;
    size_t size = 0;
    if (rd_kafka_message_headers(message, &headers) == RD_KAFKA_RESP_ERR_NO_ERROR)
        rd_kafka_header_get_last(headers, name, &value, &size);
    return (struct str){ value, size };
}

static void batch_add(struct batch *batch, rd_kafka_message_t *message)
{
    if (batch->count == 0)
        batch->since = now_monotonic();
    if (batch->count == batch->capacity) {
        batch->capacity = batch->capacity ? 2 * batch->capacity : 64;
        batch->items = mem_resize(batch->items, batch->capacity, sizeof(*batch->items));
    }
    batch->items[batch->count++] =
        (struct shown){ .message = message,
                        .time = rd_kafka_message_timestamp(message, NULL),
                        .kind = header_of(message, "ce_type") };
}

static struct str key_of(const struct shown *shown)
{
    return (struct str){ shown->message->key, shown->message->key_len };
}

/* By time, then by ticket; of one turn the decision first, then what it caused ("ombud.decision"
 * sorts before "ombud.dispatch", "ombud.escalation" and "ombud.promise"). */
static int compare_shown(const void *a, const void *b)
{
    const struct shown *left = a, *right = b;
    int order = (left->time > right->time) - (left->time < right->time);
    order = order ? order : str_compare(key_of(left), key_of(right));
    order = order ? order : str_compare(left->kind, right->kind);
    return order ? order : (left->message->offset > right->message->offset) * 2 - 1;
}

/* False: nobody takes the output any more. */
static bool batch_show(struct batch *batch, const struct watch *watch, const struct config *config,
                       struct zone *zone)
{
    struct buf out = { 0 };
    qsort(batch->items, batch->count, sizeof(*batch->items), compare_shown);
    for (size_t i = 0; i < batch->count; i++) {
        rd_kafka_message_t *message = batch->items[i].message;
        struct story_record record = { .topic = str_from(rd_kafka_topic_name(message->rkt)),
                                       .key = { message->key, message->key_len },
                                       .value = { message->payload, message->len },
                                       .refusal = header_of(message, "ombud-error") };
        story_add(config, zone, &record, watch->ticket ? str_from(watch->ticket) : STR_NONE,
                  watch->colour, &out);
        rd_kafka_message_destroy(message);
    }
    batch->count = 0;
    bool taken = fwrite(buf_text(&out), 1, out.size, stdout) == out.size && fflush(stdout) == 0;
    buf_free(&out);
    return taken;
}

/* NULL + err. */
static struct follow *open_topics(const struct watch *watch, const struct config *config,
                                  struct error *err)
{
    size_t count;
    struct str *topics = watched_topics(config, &count);
    struct follow *follow = follow_open(config, NULL, err);
    bool ok = follow != NULL;
    for (size_t i = 0; ok && i < count; i++)
        ok =
            follow_topic(follow, topics[i], watch->from_start ? FOLLOW_FROM_START : FOLLOW_FROM_END,
                         TIMEOUT, NULL, err) >= 0;
    free(topics);
    if (ok && follow_start(follow, err))
        return follow;
    follow_close(follow);
    return NULL;
}

static int tell(const struct watch *watch, const struct config *config)
{
    struct error err;
    struct follow *follow = open_topics(watch, config, &err);
    if (follow == NULL)
        return command_failed(watch->command, EX_UNAVAILABLE, "%s", err.text);
    fprintf(stderr, "watching; interrupt to end\n");
    struct zone *zone = zone_open(config->zone, NULL);
    time_ms end = now_monotonic() + watch->seconds * TIME_SECOND;
    struct batch batch = { 0 };
    int code = 0;
    bool taken = true;
    while (!stopped && taken && code == 0 && (watch->seconds == 0 || now_monotonic() < end)) {
        struct follow_item item;
        enum follow_news news = follow_next(follow, batch.count ? SETTLE : POLL, &item, &err);
        if (news == FOLLOW_RECORD)
            batch_add(&batch, item.message);
        else if (follow_is_final(news))
            code = command_failed(watch->command, EX_NOPERM, "%s", err.text);
        if (batch.count && now_monotonic() - batch.since >= SETTLE)
            taken = batch_show(&batch, watch, config, zone);
    }
    batch_show(&batch, watch, config, zone);
    free(batch.items);
    zone_close(zone);
    follow_close(follow);
    return code;
}

static int run(const struct command *command, int argc, char **argv)
{
    struct watch watch = { .command = command, .colour = isatty(STDOUT_FILENO) };
    const char *path = NULL;
    const struct option_row options[] = {
        { .name = "config", .kind = OPTION_TEXT, .to = &path },
        { .name = "from-start", .kind = OPTION_FLAG, .to = &watch.from_start },
        { .name = "seconds",
          .kind = OPTION_NUMBER,
          .to = &watch.seconds,
          .least = 1,
          .most = INT_MAX },
        { .name = "ticket", .kind = OPTION_TEXT, .to = &watch.ticket },
        { 0 }
    };
    int code = command_options(command, options, argc, argv);
    if (code >= 0)
        return code;
    if (path == NULL || optind != argc)
        return command_misused(command, path ? "too many arguments" : "-c FILE is missing");
    struct config *config = command_broker_config(command, path);
    if (config == NULL)
        return EX_CONFIG;
    struct sigaction action = { .sa_handler = stop };
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    code = tell(&watch, config);
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
