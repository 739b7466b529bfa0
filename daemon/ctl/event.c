/* ombudctl event: a valid event to start from. */
#include "ctl/command.h"

#include <getopt.h>
#include <stdio.h>

#include "decode/event_guide.h"
#include "decode/event_reference.h"
#include "format/event_read.h"
#include "host/now.h"
#include "host/options.h"

static int print(struct buf *text)
{
    size_t size = buf_str(text).size;
    bool done = fwrite(buf_text(text), 1, size, stdout) == size;
    buf_free(text);
    return done ? 0 : EX_IOERR;
}

/* One that needs no escapes. */
static bool is_plain(struct str ticket)
{
    for (size_t i = 0; i < ticket.size; i++) {
        unsigned char c = (unsigned char)ticket.data[i];
        if (c < 0x20 || c == '"' || c == '\\')
            return false;
    }
    return ticket.size > 0 && ticket.size <= IDENTIFIER_MAX && utf8_valid(ticket, NULL);
}

static int run(const struct command *command, int argc, char **argv)
{
    const char *ticket = "T-4711", *account = NULL;
    const struct option_row rows[] = {
        { .name = "account", .kind = OPTION_TEXT, .to = &account },
        { .name = "ticket", .kind = OPTION_TEXT, .to = &ticket },
        { 0 },
    };
    int code = command_options(command, rows, argc, argv);
    struct buf text = { 0 };
    enum event_type type;
    if (code >= 0)
        return code;
    if (optind == argc) {
        event_reference_list(&text);
        return print(&text);
    }
    if (optind + 1 != argc)
        return command_misused(command, "one type, please");
    if (!is_plain(str_from(ticket)) || (account && !is_plain(str_from(account))))
        return command_misused(command, "%s has 1 to %d bytes; here without '\"' and '\\'",
                               account ? "an account" : "a ticket", IDENTIFIER_MAX);
    if (!event_type_parse(str_from(argv[optind]), &type))
        return command_misused(command, "there is no type '%s'; `ombudctl event` lists them",
                               argv[optind]);
    if (account && event_account_sample(type, str_from(account), now_wall(), &text)) {
        buf_add_char(&text, '\n');
        return print(&text);
    }
    if (account)
        return command_misused(command, "only 'erased' may name an account instead of a ticket");
    if (!event_sample(type, str_from(ticket), now_wall(), &text))
        return command_misused(command, "only ombudd writes '%s'", argv[optind]);
    buf_add_char(&text, '\n');
    return print(&text);
}

const struct command command_event = {
    .name = "event",
    .arguments = "[--ticket T | --account A] [TYPE]",
    .summary = "Print a valid event of a type, or list the types",
    .help =
        "The event happens now, to the ticket T-4711 or the one that is named; what it means and\n"
        "which other fields there are tells ombud-events(7).\n"
        "\n"
        "  --ticket T    the ticket\n"
        "  --account A   erased: all tickets of that account, instead of one\n"
        "\n"
        "For example, to see what would become of it:\n"
        "  ombudctl event opened | ombudctl explain -c FILE /dev/stdin\n",
    .run = run,
};
