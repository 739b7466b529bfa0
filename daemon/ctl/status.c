/* ombudctl status: how the running router is. */
#include "ctl/command.h"

#include <stdio.h>
#include <unistd.h>

#include "ctl/ask_router.h"
#include "ctl/status_text.h"
#include "host/now.h"

enum { ARENA_BLOCK = 64 * 1024, PATIENCE = 10 };

static void print_text(const cJSON *answer)
{
    struct buf text = { 0 };
    status_text(answer, now_wall(), &text);
    fputs(buf_text(&text), stdout);
    buf_free(&text);
}

static int run(const struct command *command, int argc, char **argv)
{
    struct router_options router = { .seconds = PATIENCE };
    bool as_json = false;
    const struct option_row options[] = {
        { .name = "config", .kind = OPTION_TEXT, .to = &router.config },
        { .name = "socket", .kind = OPTION_TEXT, .to = &router.socket },
        { .name = "json", .kind = OPTION_FLAG, .to = &as_json },
        { 0 },
    };
    int code = command_options(command, options, argc, argv);
    if (code >= 0)
        return code;
    if (optind != argc)
        return command_misused(command, "too many arguments");
    struct arena *arena = arena_new(ARENA_BLOCK);
    struct router_answer answer;
    if (ask_router(command, &router, "status", arena, &answer, &code)) {
        if (as_json)
            printf("%.*s\n", STR_ARG(answer.text));
        else
            print_text(answer.tree);
        code = cJSON_IsTrue(json_get(answer.tree, STR("ready"))) ? 0 : EX_TEMPFAIL;
    }
    arena_free(arena);
    return code;
}

const struct command command_status = {
    .name = "status",
    .arguments = "[-c FILE | --socket PATH] [--json]",
    .summary = "Show how the running router is",
    .help =
        "Workers, partitions that are behind or being restored, when the groups' next messages\n"
        "are due, how reloads ended. Exits with 0 when the router is ready, with 75 when it is\n"
        "not yet, with 69 when there is none.\n"
        "\n"
        "  -c, --config FILE    the configuration that the router reads; it says where the\n"
        "                       router listens\n"
        "      --socket PATH    the router's control socket\n"
        "      --json           everything, for programs\n",
    .run = run,
};
