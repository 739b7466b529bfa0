/* ombudctl ack: a supervisor answers an escalation. */
#include "ctl/command.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config/config.h"
#include "ctl/errands.h"
#include "host/now.h"
#include "host/options.h"

enum { TIMEOUT = 30000, POLL = 200 };

struct ack {
    const struct command *command;
    struct config *config;
    const char *target; /* a group or a ticket */
    const char *by, *trigger;
    bool undo, wait;
    int code;         /* to exit with when the targets cannot be found */
    struct str group; /* absent: the target is a ticket */
    struct str group_trigger;
    struct errands *errands;
    struct arena *arena;
};

static void take_member(struct ack *ack, const rd_kafka_message_t *message, struct str prefix)
{
    struct str key = { message->key, message->key_len };
    if (!str_starts(key, prefix))
        return;
    struct str ticket = { key.data + prefix.size, key.size - prefix.size };
    if (message->payload)
        errands_add(ack->errands, ticket);
    else
        errands_drop(ack->errands, ticket);
}

/* The members of the group named by the target, from the stage's changelog: the newest record of a
 * key counts, a tombstone takes it away. */
static bool find_members(struct ack *ack, struct error *err)
{
    struct str topic = ack->config->topics.groups;
    struct follow *follow = errands_follow(ack->config, topic, FOLLOW_FROM_START, err);
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

/* "lead/quality/breach": a level's name and two parts more. No ticket of ours is called so. */
static bool looks_like_group(const struct ack *ack)
{
    const char *first = strchr(ack->target, '/');
    if (first == NULL || strchr(first + 1, '/') == NULL)
        return false;
    struct str name = { ack->target, (size_t)(first - ack->target) };
    for (size_t i = 0; i < ack->config->level_count; i++) {
        if (str_equal(ack->config->levels[i].name, name))
            return true;
    }
    return false;
}

/* "lead/quality/breach" is a group if its changelog says so; anything else is a ticket. */
static bool find_targets(struct ack *ack, struct error *err)
{
    const char *slash = strrchr(ack->target, '/');
    if (slash)
        fprintf(stderr, "looking for the group's tickets\n");
    if (slash && !find_members(ack, err))
        return false;
    if (errands_count(ack->errands) == 0 && looks_like_group(ack)) {
        ack->code = EX_DATAERR;
        return error_set(err,
                         "nothing is open in a group '%s': it has ended, or is called otherwise "
                         "(LEVEL/DEPARTMENT/TRIGGER)",
                         ack->target);
    }
    if (errands_count(ack->errands) > 0) {
        ack->group = str_from(ack->target);
        ack->group_trigger = str_from(slash + 1);
    } else {
        errands_add(ack->errands, str_from(ack->target));
    }
    return true;
}

static void put_members(void *arg, struct json_writer *json)
{
    const struct ack *ack = arg;
    struct str trigger = ack->trigger ? str_from(ack->trigger) : ack->group_trigger;
    if (str_present(trigger)) {
        JSON_KEY(json, "trigger");
        json_put_str(json, trigger);
    }
    if (str_present(ack->group)) {
        JSON_KEY(json, "group");
        json_put_str(json, ack->group);
    }
}

static int acknowledge(struct ack *ack)
{
    struct error err;
    if (!find_targets(ack, &err))
        return command_failed(ack->command, ack->code, "%s", err.text);
    return errands_run(ack->errands, ack->undo ? "unacknowledged" : "acknowledged", ack->by,
                       put_members, ack, ack->wait);
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
    if (ack->by == NULL || !utf8_valid(str_from(ack->by), NULL))
        return command_misused(ack->command, "--by NAME says who answers");
    *path = command_config_path(ack->command, *path);
    return *path ? -1 : EX_USAGE;
}

static int run(const struct command *command, int argc, char **argv)
{
    struct ack ack = { .command = command, .code = EX_UNAVAILABLE };
    const char *path = NULL;
    int code = read_options(&ack, &path, argc, argv);
    if (code >= 0)
        return code;
    ack.config = command_broker_config(command, path);
    if (ack.config == NULL)
        return EX_CONFIG;
    ack.arena = arena_new(4096);
    ack.errands = errands_new(command, ack.config, "ack");
    code = acknowledge(&ack);
    errands_free(ack.errands);
    arena_free(ack.arena);
    config_free(ack.config);
    return code;
}

const struct command command_ack = {
    .name = "ack",
    .arguments = "[-c FILE] GROUP|TICKET --by NAME [--trigger TRIGGER] [--undo] [--wait]",
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
