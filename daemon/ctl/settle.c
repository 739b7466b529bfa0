/* ombudctl settle: a person decides which department has a ticket that none takes. */
#include "ctl/command.h"

#include <unistd.h>
#include <stdlib.h>

#include "config/config.h"
#include "ctl/errands.h"
#include "host/options.h"

struct settle {
    const struct command *command;
    struct config *config;
    const char *ticket, *department;
    const char *by, *reason;
    bool wait;
};

static void put_members(void *arg, struct json_writer *json)
{
    const struct settle *settle = arg;
    JSON_TEXT(json, "department", settle->department);
    if (settle->reason) {
        JSON_TEXT(json, "reason", settle->reason);
    }
}

static int decide(struct settle *settle)
{
    if (config_department(settle->config, str_from(settle->department)) < 0)
        return command_failed(settle->command, EX_DATAERR,
                              "the configuration has no department '%s'", settle->department);
    struct errands *errands = errands_new(settle->command, settle->config, "settle");
    errands_add(errands, str_from(settle->ticket));
    int code = errands_run(errands, "settled", settle->by, put_members, settle, settle->wait);
    errands_free(errands);
    return code;
}

static bool is_text(const char *text)
{
    return utf8_valid(str_from(text), NULL);
}

/* -1: go on. */
static int read_options(struct settle *settle, const char **path, int argc, char **argv)
{
    const struct option_row options[] = {
        { .name = "config", .kind = OPTION_TEXT, .to = path },
        { .name = "by", .kind = OPTION_TEXT, .to = &settle->by },
        { .name = "reason", .kind = OPTION_TEXT, .to = &settle->reason },
        { .name = "wait", .kind = OPTION_FLAG, .to = &settle->wait },
        { 0 },
    };
    int code = command_options(settle->command, options, argc, argv);
    if (code >= 0)
        return code;
    if (optind + 2 != argc)
        return command_misused(settle->command, "a ticket and a department are needed");
    settle->ticket = argv[optind];
    settle->department = argv[optind + 1];
    if (settle->by == NULL || !is_text(settle->by))
        return command_misused(settle->command, "--by NAME says who decides");
    if (!is_text(settle->ticket) || !is_text(settle->department) ||
        (settle->reason && !is_text(settle->reason)))
        return command_misused(settle->command, "what is written must be UTF-8");
    *path = command_config_path(settle->command, *path);
    return *path ? -1 : EX_USAGE;
}

static int run(const struct command *command, int argc, char **argv)
{
    struct settle settle = { .command = command };
    const char *path = NULL;
    int code = read_options(&settle, &path, argc, argv);
    if (code >= 0)
        return code;
    settle.config = command_broker_config(command, path);
    if (settle.config == NULL)
        return EX_CONFIG;
    code = decide(&settle);
    config_free(settle.config);
    return code;
}

const struct command command_settle = {
    .name = "settle",
    .arguments = "[-c FILE] TICKET DEPARTMENT --by NAME [--reason TEXT] [--wait]",
    .summary = "Decide which department has a ticket that none takes",
    .help =
        "A ticket that was handed back too often is in dispute, and its first department leads.\n"
        "This names the department, by slug, name or alias, that has it from now on as if it had\n"
        "accepted. Without a dispute ombudd refuses.\n"
        "\n"
        "  -c, --config FILE  the configuration\n"
        "      --by NAME      who decides\n"
        "      --reason TEXT  why\n"
        "      --wait         report what ombudd decided; exits with 65 if it refused, with 75 if\n"
        "                     no decision came within 30 s\n",
    .run = run,
};
