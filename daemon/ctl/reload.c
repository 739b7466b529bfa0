/* ombudctl reload: makes the running router read its configuration again, and says what it made of
 * it. */
#include "ctl/command.h"

#include <limits.h>
#include <stdio.h>
#include <unistd.h>

#include "ctl/ask_router.h"

enum { ARENA_BLOCK = 16384, PATIENCE = 120 };

/* What the router said of the new configuration goes where errors go. */
static int tell(const struct command *command, const cJSON *answer, bool wait)
{
    struct str findings = json_string(json_get(answer, STR("findings")));
    struct str reason = json_string(json_get(answer, STR("reason")));
    if (!str_empty(findings))
        fprintf(stderr, "%.*s", STR_ARG(findings));
    if (!cJSON_IsTrue(json_get(answer, STR("ok"))))
        return command_failed(command, EX_CONFIG, "refused, the old configuration stays: %.*s",
                              STR_ARG(reason));
    if (wait)
        printf("configuration %.*s is in use\n",
               STR_ARG(json_string(json_get(answer, STR("configuration")))));
    else
        printf("the router reads its configuration; its log tells how that ends\n");
    return 0;
}

static int run(const struct command *command, int argc, char **argv)
{
    struct router_options router = { .seconds = PATIENCE };
    bool wait = false;
    const struct option_row options[] = {
        { .name = "config", .kind = OPTION_TEXT, .to = &router.config },
        { .name = "socket", .kind = OPTION_TEXT, .to = &router.socket },
        { .name = "wait", .kind = OPTION_FLAG, .to = &wait },
        { .name = "seconds",
          .kind = OPTION_NUMBER,
          .to = &router.seconds,
          .least = 1,
          .most = INT_MAX / 1000 },
        { 0 },
    };
    int code = command_options(command, options, argc, argv);
    if (code >= 0)
        return code;
    if (optind != argc)
        return command_misused(command, "too many arguments");
    struct arena *arena = arena_new(ARENA_BLOCK);
    struct router_answer answer;
    if (ask_router(command, &router, wait ? "reload" : "reload-begin", arena, &answer, &code))
        code = tell(command, answer.tree, wait);
    arena_free(arena);
    return code;
}

const struct command command_reload = {
    .name = "reload",
    .arguments = "[-c FILE | --socket PATH] [--wait [--seconds N]]",
    .summary = "Make the running router read its configuration again",
    .help =
        "All or nothing: every worker takes the new configuration at the end of a transaction,\n"
        "or it is refused and the old one stays in force. With --wait the answer is the\n"
        "fingerprint that decides from now on (exit code 0), or why it was refused (78).\n"
        "\n"
        "  -c, --config FILE    the configuration that the router reads; it says where the\n"
        "                       router listens\n"
        "      --socket PATH    the router's control socket\n"
        "      --wait           wait for the answer\n"
        "      --seconds N      for at most so long (default: 120); then 75\n",
    .run = run,
};
