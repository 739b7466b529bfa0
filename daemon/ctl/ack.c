/* ombudctl ack: a supervisor answers an escalation. */
#include "ctl/command.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ctl/board.h"
#include "ctl/errands.h"
#include "host/now.h"
#include "host/options.h"

struct ack {
    const struct command *command;
    struct config *config;
    char **targets; /* groups and tickets */
    int target_count;
    const char *by, *trigger, *comment;
    time_ms until, span; /* 0: not given */
    bool undo, wait;
    int code; /* to exit with when the targets cannot be found */
    struct errands *errands;
};

/* "lead/quality/breach": a level's name and more. No ticket of ours is called so. */
static bool looks_like_group(const struct ack *ack, const char *target)
{
    const char *first = strchr(target, '/');
    if (first == NULL)
        return false;
    return config_level(ack->config, (struct str){ target, (size_t)(first - target) }) >= 0;
}

/* Its open tickets, each for the trigger that it is there for. */
static void add_group(struct ack *ack, const struct group *group)
{
    for (size_t i = 0; i < group->member_count; i++) {
        const struct member *member = group->members[i];
        struct str trigger =
            ack->trigger ? str_from(ack->trigger) : member_label(member, LABEL_TRIGGER);
        if (member->has_ticket && member->status != NOTICE_RESOLVED)
            errands_add_about(ack->errands, member_name(member), trigger, group->name);
    }
}

static bool add_target(struct ack *ack, const struct board *board, const char *target,
                       struct error *err)
{
    const struct group *group = board_group(board, str_from(target));
    if (group)
        add_group(ack, group);
    else if (!looks_like_group(ack, target))
        errands_add_about(ack->errands, str_from(target), str_from(ack->trigger), STR_NONE);
    else
        return error_set(err,
                         "nothing is open in a group '%s': it has ended, or is called otherwise "
                         "(LEVEL/DEPARTMENT/TRIGGER)",
                         target);
    return true;
}

/* "lead/quality/breach" is a group if the changelog says so; anything else is a ticket. */
static bool find_targets(struct ack *ack, struct error *err)
{
    struct board board;
    bool slash = false, ok = true;
    for (int i = 0; i < ack->target_count; i++)
        slash |= strchr(ack->targets[i], '/') != NULL;
    if (!slash) {
        for (int i = 0; i < ack->target_count; i++)
            errands_add_about(ack->errands, str_from(ack->targets[i]), str_from(ack->trigger),
                              STR_NONE);
        return true;
    }
    fprintf(stderr, "looking for the group's tickets\n");
    if (!board_open(&board, ack->config, err))
        return false;
    for (int i = 0; ok && i < ack->target_count; i++)
        ok = add_target(ack, &board, ack->targets[i], err);
    if (!ok)
        ack->code = EX_DATAERR;
    board_close(&board);
    return ok;
}

static void put_members(void *arg, struct json_writer *json)
{
    const struct ack *ack = arg;
    if (ack->comment) {
        JSON_TEXT(json, "reason", ack->comment);
    }
    if (ack->until) {
        JSON_TIME(json, "due", ack->until);
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

static bool is_text(const char *text)
{
    return text == NULL || utf8_valid(str_from(text), NULL);
}

/* -1: go on. */
static int check(struct ack *ack)
{
    if (ack->by == NULL || !is_text(ack->by))
        return command_misused(ack->command, "--by NAME says who answers");
    if (!is_text(ack->comment))
        return command_misused(ack->command, "what is written must be UTF-8");
    if (ack->span && ack->until)
        return command_misused(ack->command, "--for or --until?");
    if (ack->undo && (ack->span || ack->until))
        return command_misused(ack->command, "what is taken back has no end");
    if (ack->span)
        ack->until = now_wall() + ack->span;
    if (ack->until && ack->until <= now_wall())
        return command_misused(ack->command, "it would be over already");
    return -1;
}

/* -1: go on. */
static int read_options(struct ack *ack, const char **path, int argc, char **argv)
{
    const struct option_row options[] = {
        { .name = "config", .kind = OPTION_TEXT, .to = path },
        { .name = "by", .kind = OPTION_TEXT, .to = &ack->by },
        { .name = "comment", .kind = OPTION_TEXT, .to = &ack->comment },
        { .name = "for", .kind = OPTION_DURATION, .to = &ack->span },
        { .name = "trigger", .kind = OPTION_TEXT, .to = &ack->trigger },
        { .name = "undo", .kind = OPTION_FLAG, .to = &ack->undo },
        { .name = "until", .kind = OPTION_TIME, .to = &ack->until },
        { .name = "wait", .kind = OPTION_FLAG, .to = &ack->wait },
        { 0 },
    };
    int code = command_options(ack->command, options, argc, argv);
    if (code >= 0)
        return code;
    if (optind >= argc)
        return command_misused(ack->command, "a group or a ticket is needed");
    ack->targets = argv + optind;
    ack->target_count = argc - optind;
    code = check(ack);
    if (code >= 0)
        return code;
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
    ack.errands = errands_new(command, ack.config, "ack");
    code = acknowledge(&ack);
    errands_free(ack.errands);
    config_free(ack.config);
    return code;
}

const struct command command_ack = {
    .name = "ack",
    .arguments =
        "[-c FILE] (GROUP|TICKET)... --by NAME [--comment TEXT]\n"
        "                    [--for TIME | --until TIME] [--trigger TRIGGER] [--undo] [--wait]",
    .summary = "Answer an escalation, so that it climbs no further",
    .help =
        "GROUP is an escalation's `group` (lead/quality/breach): all its open tickets are\n"
        "acknowledged, each for its trigger. A TICKET is acknowledged for all its triggers, or "
        "for\n"
        "one. When an answer is over, and the ticket is not, the ladder is climbed afresh.\n"
        "\n"
        "  -c, --config FILE      the configuration\n"
        "      --by NAME          who answers\n"
        "      --comment TEXT     what supervisors are told with it\n"
        "      --for TIME         how long it holds: 90m, 4h; at most max_silence. Without it:\n"
        "                         ack_timeout\n"
        "      --until TIME       the same as a time (RFC 3339)\n"
        "      --trigger TRIGGER  only this one (band, warning, breach ...)\n"
        "      --undo             take an acknowledgement back\n"
        "      --wait             report what ombudd decided, and what it stopped for which "
        "levels;\n"
        "                         exits with 65 if it refused, with 75 if no decision came within\n"
        "                         30 s\n",
    .run = run,
};
