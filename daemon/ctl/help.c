/* ombudctl help config|topics. */
#include "ctl/command.h"

#include <stdio.h>
#include <string.h>

#include "config/reference.h"
#include "topics_reference.h"

static int print(struct buf *text)
{
    size_t written = fwrite(text->data, 1, text->size, stdout);
    bool done = written == text->size && fflush(stdout) == 0;
    buf_free(text);
    return done ? 0 : EX_IOERR;
}

static int run(const struct command *command, int argc, char **argv)
{
    struct buf text = { 0 };
    struct error err;

    if (argc == 2 && strcmp(argv[1], "--help") == 0)
        return command_help(command);
    if (argc == 2 && strcmp(argv[1], "topics") == 0) {
        topics_reference_markdown(&text);
        return print(&text);
    }
    if (argc < 2 || argc > 3 || strcmp(argv[1], "config") != 0)
        return command_misused(command,
                               "there is help on `config` and `topics`, and with `ombudctl COMMAND "
                               "--help` on every command");
    if (argc == 3 && strcmp(argv[2], "--markdown") == 0)
        config_reference_markdown(&text);
    else if (argc == 3 && strcmp(argv[2], "--schema") == 0)
        config_reference_schema(&text);
    else if (!config_reference_key(str_from(argc == 3 ? argv[2] : ""), &text, &err)) {
        buf_free(&text);
        return command_failed(command, EX_USAGE, "%s", err.text);
    }
    return print(&text);
}

const struct command command_help_config = {
    .name = "help",
    .arguments = "config [KEY | --markdown | --schema] | topics",
    .summary = "Explain the settings of a configuration, or its topics",
    .help =
        "KEY is a setting such as `workers`, `score.caps.text` or `slas.response`; without one\n"
        "all are listed.\n"
        "\n"
        "  --markdown    the whole reference, as in docs/config.md\n"
        "  --schema      a JSON schema for editors, as in docs/schemas/config.schema.json\n"
        "\n"
        "`topics` lists every topic: what it holds, who reads it, what it must be like.\n",
    .run = run,
};
