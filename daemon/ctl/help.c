/* ombudctl help config|events|topics. */
#include "ctl/command.h"

#include <stdio.h>
#include <string.h>

#include "config/reference.h"
#include "decode/event_reference.h"
#include "topics_reference.h"

static int print(struct buf *text)
{
    size_t written = fwrite(text->data, 1, text->size, stdout);
    bool done = written == text->size && fflush(stdout) == 0;
    buf_free(text);
    return done ? 0 : EX_IOERR;
}

typedef void write_fn(struct buf *out);

/* What is there to print as a whole. */
static const struct {
    const char *about, *form; /* NULL: none is given */
    write_fn *write;
} pages[] = {
    { "topics", NULL, topics_reference_markdown },
    { "config", "--markdown", config_reference_markdown },
    { "config", "--schema", config_reference_schema },
    { "config", "--scdoc", config_reference_man },
    { "events", NULL, event_reference_list },
    { "events", "--markdown", event_reference_markdown },
    { "events", "--schema", event_reference_schema },
    { "events", "--scdoc", event_reference_man },
};

static write_fn *find_page(const char *about, const char *form)
{
    for (size_t i = 0; i < sizeof(pages) / sizeof(pages[0]); i++) {
        bool same = form ? pages[i].form && strcmp(form, pages[i].form) == 0 : !pages[i].form;
        if (same && strcmp(about, pages[i].about) == 0)
            return pages[i].write;
    }
    return NULL;
}

static int run(const struct command *command, int argc, char **argv)
{
    struct buf text = { 0 };
    struct error err;

    if (argc == 2 && strcmp(argv[1], "--help") == 0)
        return command_help(command);
    write_fn *write =
        argc == 2 || argc == 3 ? find_page(argv[1], argc == 3 ? argv[2] : NULL) : NULL;
    if (write) {
        write(&text);
        return print(&text);
    }
    if (argc < 2 || argc > 3 || strcmp(argv[1], "config") != 0)
        return command_misused(command,
                               "there is help on `config`, `events` and `topics`, and with "
                               "`ombudctl COMMAND --help` on every command");
    if (!config_reference_key(str_from(argc == 3 ? argv[2] : ""), &text, &err)) {
        buf_free(&text);
        return command_failed(command, EX_USAGE, "%s", err.text);
    }
    return print(&text);
}

const struct command command_help_config = {
    .name = "help",
    .arguments = "config [KEY | FORM] | events [FORM] | topics",
    .summary = "Explain the settings of a configuration, events, or topics",
    .help =
        "KEY is a setting such as `workers`, `score.caps.text` or `slas.response`; without one\n"
        "all are listed.\n"
        "\n"
        "`events` lists what producers may tell; `ombudctl event TYPE` prints a sample.\n"
        "\n"
        "FORM is the whole reference in another form:\n"
        "  --markdown    a page, as docs/config.md and docs/events.md\n"
        "  --schema      a JSON schema, as in docs/schemas, for editors and producers\n"
        "  --scdoc       the source of ombud.yaml(5) and ombud-events(7)\n"
        "\n"
        "`topics` lists every topic: what it holds, who reads it, what it must be like.\n",
    .run = run,
};
