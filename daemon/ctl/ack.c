/* ombudctl ack: a supervisor answers an escalation. */
#include "ctl/command.h"

#include <unistd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "base/mem.h"
#include "config/config.h"
#include "ctl/writer.h"
#include "host/now.h"
#include "host/options.h"
#include "json/json.h"
#include "json/json_writer.h"
#include "kafka/follow.h"

enum { TIMEOUT = 30000, ANSWER = 15000, POLL = 200, ID_SIZE = 24 };

/* One event written, and what became of it. */
struct sent {
    struct str ticket;
    char id[ID_SIZE];
    bool settled; /* refused by the broker, or decided by ombudd */
};

struct ack {
    const struct command *command;
    struct config *config;
    const char *target; /* a group or a ticket */
    const char *by, *trigger;
    bool undo, wait;
    struct str group; /* absent: the target is a ticket */
    struct str group_trigger;
    struct sent *sent;
    size_t sent_count;
    struct arena *arena;
};

static void add_ticket(struct ack *ack, struct str ticket)
{
    for (size_t i = 0; i < ack->sent_count; i++) {
        if (str_equal(ack->sent[i].ticket, ticket))
            return;
    }
    ack->sent = mem_resize(ack->sent, ack->sent_count + 1, sizeof(*ack->sent));
    struct sent *sent = &ack->sent[ack->sent_count++];
    *sent = (struct sent){ .ticket = arena_copy(ack->arena, ticket) };
    uint64_t random[1];
    if (getrandom(random, sizeof(random), 0) != sizeof(random))
        random[0] = (uint64_t)now_wall() + ack->sent_count;
    snprintf(sent->id, sizeof(sent->id), "ack-%016llx", (unsigned long long)random[0]);
}

static void drop_ticket(struct ack *ack, struct str ticket)
{
    for (size_t i = 0; i < ack->sent_count; i++) {
        if (str_equal(ack->sent[i].ticket, ticket))
            ack->sent[i--] = ack->sent[--ack->sent_count];
    }
}

/* NULL + err. A topic that does not exist is empty. */
static struct follow *open_topic(const struct ack *ack, struct str topic, enum follow_from from,
                                 struct error *err)
{
    struct follow *follow = follow_open(ack->config, NULL, err);
    if (follow != NULL && follow_topic(follow, topic, from, ANSWER, NULL, err) >= 0 &&
        follow_start(follow, err))
        return follow;
    follow_close(follow);
    return NULL;
}

static void take_member(struct ack *ack, const rd_kafka_message_t *message, struct str prefix)
{
    struct str key = { message->key, message->key_len };
    if (!str_starts(key, prefix))
        return;
    struct str ticket = { key.data + prefix.size, key.size - prefix.size };
    if (message->payload)
        add_ticket(ack, ticket);
    else
        drop_ticket(ack, ticket);
}

/* The members of the group named by the target, from the stage's changelog: the newest record of a
 * key counts, a tombstone takes it away. */
static bool find_members(struct ack *ack, struct error *err)
{
    struct str topic = ack->config->topics.groups;
    struct follow *follow = open_topic(ack, topic, FOLLOW_FROM_START, err);
    if (follow == NULL)
        return false;
    struct str prefix = arena_printf(ack->arena, "n/%s/", ack->target);
    time_ms deadline = now_monotonic() + TIMEOUT;
    bool ok = true;
    while (ok && !follow_caught_up(follow)) {
        struct follow_item item;
        enum follow_news news = follow_next(follow, POLL, &item, err);
        ok = !follow_is_final(news);
        if (news == FOLLOW_RECORD) {
            take_member(ack, item.message, prefix);
            rd_kafka_message_destroy(item.message);
        } else if (ok && now_monotonic() > deadline) {
            ok = error_set(err, "topic '%.*s' could not be read in time", STR_ARG(topic));
        }
    }
    follow_close(follow);
    return ok;
}

/* "lead/quality/breach" is a group if its changelog says so; anything else is a ticket. */
static bool find_targets(struct ack *ack, struct error *err)
{
    const char *slash = strrchr(ack->target, '/');
    if (slash && !find_members(ack, err))
        return false;
    if (ack->sent_count > 0) {
        ack->group = str_from(ack->target);
        ack->group_trigger = str_from(slash + 1);
    } else {
        add_ticket(ack, str_from(ack->target));
    }
    return true;
}

static struct str event_json(const struct ack *ack, const struct sent *sent)
{
    struct buf out = { 0 };
    struct json_writer writer = json_writer_to(&out), *json = &writer;
    struct str trigger = ack->trigger ? str_from(ack->trigger) : ack->group_trigger;
    json_open_object(json);
    JSON_KEY(json, "type");
    json_put_text(json, ack->undo ? "unacknowledged" : "acknowledged");
    JSON_KEY(json, "ticket");
    json_put_str(json, sent->ticket);
    JSON_KEY(json, "id");
    json_put_text(json, sent->id);
    JSON_KEY(json, "time");
    json_put_time_ms(json, now_wall());
    JSON_KEY(json, "by");
    json_put_text(json, ack->by);
    if (str_present(trigger)) {
        JSON_KEY(json, "trigger");
        json_put_str(json, trigger);
    }
    if (str_present(ack->group)) {
        JSON_KEY(json, "group");
        json_put_str(json, ack->group);
    }
    json_close_object(json);
    struct str copy = arena_copy(ack->arena, buf_str(&out));
    buf_free(&out);
    return copy;
}

/* How many were written. `*code`: what to exit with for those that were not; each is told of. */
static size_t send_events(struct ack *ack, struct writer *writer, int *code)
{
    struct writer_record *records = mem_array(ack->sent_count, sizeof(*records));
    for (size_t i = 0; i < ack->sent_count; i++)
        records[i] = (struct writer_record){ .topic = ack->config->topics.home,
                                             .key = ack->sent[i].ticket,
                                             .value = event_json(ack, &ack->sent[i]) };
    size_t refused = writer_write(writer, records, ack->sent_count, TIMEOUT);
    for (size_t i = 0; i < ack->sent_count; i++) {
        rd_kafka_resp_err_t refusal = records[i].refusal;
        if (refusal == RD_KAFKA_RESP_ERR_NO_ERROR)
            continue;
        ack->sent[i].settled = true;
        *code = command_failed(ack->command, writer_exit_code(refusal),
                               "the event for '%.*s' was not written to topic '%.*s': %s",
                               STR_ARG(ack->sent[i].ticket), STR_ARG(records[i].topic),
                               rd_kafka_err2str(refusal));
    }
    free(records);
    return ack->sent_count - refused;
}

static void take_decision(struct ack *ack, struct str value, size_t *missing, bool *rejected)
{
    struct arena *arena = arena_new(16384);
    size_t at = 0;
    const cJSON *root = json_parse(value, &json_event_limits, arena, NULL, &at, NULL);
    struct str id = json_string(json_get(root, STR("event")));
    for (size_t i = 0; i < ack->sent_count; i++) {
        struct sent *sent = &ack->sent[i];
        if (sent->settled || !str_is(id, sent->id))
            continue;
        struct str outcome = json_string(json_get(root, STR("outcome")));
        struct str reason = json_string(json_get(root, STR("reason")));
        sent->settled = true;
        (*missing)--;
        *rejected |= !str_is(outcome, "applied");
        printf("%.*s: %.*s%s%.*s\n", STR_ARG(sent->ticket), STR_ARG(outcome),
               str_present(reason) ? ": " : "", STR_ARG(reason));
    }
    arena_free(arena);
}

static int wait_for_decisions(struct ack *ack, struct follow *follow, size_t written)
{
    time_ms deadline = now_monotonic() + TIMEOUT;
    size_t missing = written;
    bool rejected = false;
    struct error err;
    while (missing > 0 && now_monotonic() < deadline) {
        struct follow_item item;
        enum follow_news news = follow_next(follow, POLL, &item, &err);
        if (follow_is_final(news))
            return command_failed(ack->command, EX_NOPERM, "%s", err.text);
        if (news != FOLLOW_RECORD)
            continue;
        take_decision(ack, (struct str){ item.message->payload, item.message->len }, &missing,
                      &rejected);
        rd_kafka_message_destroy(item.message);
    }
    if (missing > 0)
        return command_failed(ack->command, EX_TEMPFAIL,
                              "written, but ombudd has not decided about %zu of %zu within %d s",
                              missing, written, TIMEOUT / 1000);
    return rejected ? EX_DATAERR : 0;
}

/* The reader's place is fixed before anything is written, so that no decision is missed. */
static int write_and_wait(struct ack *ack, struct writer *writer)
{
    struct error err;
    struct follow *follow = NULL;
    int refused = 0, code = 0;
    if (ack->wait) {
        follow = open_topic(ack, ack->config->topics.decisions, FOLLOW_FROM_END, &err);
        if (follow == NULL)
            return command_failed(ack->command, EX_UNAVAILABLE, "%s", err.text);
    }
    size_t written = send_events(ack, writer, &refused);
    if (ack->wait && written > 0)
        code = wait_for_decisions(ack, follow, written);
    else if (written > 0)
        printf("written for %zu ticket%s\n", written, written == 1 ? "" : "s");
    follow_close(follow);
    return refused ? refused : code;
}

static int acknowledge(struct ack *ack)
{
    struct error err;
    if (!find_targets(ack, &err))
        return command_failed(ack->command, EX_UNAVAILABLE, "%s", err.text);
    struct writer *writer = writer_open(ack->config, &err);
    if (writer == NULL)
        return command_failed(ack->command, EX_CONFIG, "%s", err.text);
    int code = write_and_wait(ack, writer);
    writer_close(writer);
    return code;
}

/* -1: go on. */
static int read_options(struct ack *ack, const char **path, int argc, char **argv)
{
    const struct option_row options[] = {
        { .name = "config", .kind = OPTION_TEXT, .to = path },
        { .name = "by", .kind = OPTION_TEXT, .to = &ack->by },
        { .name = "trigger", .kind = OPTION_TEXT, .to = &ack->trigger },
        { .name = "undo", .kind = OPTION_FLAG, .to = &ack->undo },
        { .name = "wait", .kind = OPTION_FLAG, .to = &ack->wait },
        { 0 },
    };
    int code = command_options(ack->command, options, argc, argv);
    if (code >= 0)
        return code;
    if (optind + 1 != argc)
        return command_misused(ack->command, "one group or ticket is needed");
    ack->target = argv[optind];
    if (*path == NULL)
        return command_misused(ack->command, "-c FILE is missing");
    if (ack->by == NULL || !utf8_valid(str_from(ack->by), NULL))
        return command_misused(ack->command, "--by NAME says who answers");
    return -1;
}

static int run(const struct command *command, int argc, char **argv)
{
    struct ack ack = { .command = command };
    const char *path = NULL;
    int code = read_options(&ack, &path, argc, argv);
    if (code >= 0)
        return code;
    ack.config = command_broker_config(command, path);
    if (ack.config == NULL)
        return EX_CONFIG;
    ack.arena = arena_new(4096);
    code = acknowledge(&ack);
    free(ack.sent);
    arena_free(ack.arena);
    config_free(ack.config);
    return code;
}

const struct command command_ack = {
    .name = "ack",
    .arguments = "-c FILE GROUP|TICKET --by NAME [--trigger TRIGGER] [--undo] [--wait]",
    .summary = "Answer an escalation, so that it climbs no further",
    .help =
        "GROUP is an escalation's `group` (lead/quality/breach): all its open tickets are\n"
        "acknowledged for its trigger. A TICKET is acknowledged for all its triggers, or for one.\n"
        "\n"
        "  -c, --config FILE      the configuration\n"
        "      --by NAME          who answers\n"
        "      --trigger TRIGGER  only this one (band, warning, breach ...)\n"
        "      --undo             take an acknowledgement back\n"
        "      --wait             report what ombudd decided; exits with 65 if it refused, with "
        "75\n"
        "                         if no decision came within 30 s\n",
    .run = run,
};
